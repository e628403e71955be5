// Room for early rows where views change more rows than can be given each second: every view gets what it asks for as
// long as that is no more than an equal share, and the others give theirs less often. Rows that wait are merged with
// what comes after them, so nothing queues; rows of windows that close are not asked for here.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace sf::engine {

/// One thread. `now` is in microseconds of a clock that never goes back.
class EarlyRows {
public:
    /// `rows_max` a second; 0: as many as there are.
    explicit EarlyRows(double rows_max) : rows_max_(rows_max), room_(rows_max) {}

    /// Before the rows of `now`. True if share() is due: now and then.
    [[nodiscard]] bool begin(std::int64_t now);

    /// What each view asks for, in rows a second.
    void share(std::int64_t now, std::vector<double> wanted);

    /// Whether a view may give its rows now. It is not asked how many: it gives all or none.
    [[nodiscard]] bool has_room() const { return rows_max_ <= 0 || room_ > 0; }

    /// `rows` were given by one view. Microseconds until its share has room for so many again; 0 where all views have.
    [[nodiscard]] std::int64_t take(std::uint64_t rows);

    /// The most rows a second that one view gives; infinite where all get what they ask for.
    [[nodiscard]] double share_of_one() const { return share_; }

private:
    const double rows_max_;
    double room_;
    double share_ = std::numeric_limits<double>::infinity();
    std::int64_t at_ = INT64_MIN;
    std::int64_t share_at_ = INT64_MIN;
};

}  // namespace sf::engine
