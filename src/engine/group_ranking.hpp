// row_number(), rank() and dense_rank() over the groups of a window: the place of each among those of its partition.
#pragma once

#include "engine/owned_column.hpp"
#include "engine/sort_key.hpp"
#include "sql/evaluator.hpp"
#include "sql/view_plan.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sf::engine {

/// One view's in one shard. Groups are handed in in pieces, then ranked all at once. One thread; its memory is kept
/// between windows.
class GroupRanking {
public:
    explicit GroupRanking(const sql::ViewPlan& plan);

    void begin();

    /// More groups, with their inputs but the ranks. HAVING is asked here. Tells how many rows had an expression that
    /// could not be computed.
    [[nodiscard]] std::uint64_t add(std::span<const sql::Column> inputs, std::size_t rows);

    /// After the last piece: which groups may be shown, in the order they came, and their ranks.
    [[nodiscard]] std::span<const std::uint32_t> rank();
    [[nodiscard]] std::int64_t rank_of(std::size_t ranking, std::uint32_t group) const {
        return ranks_[ranking][group];
    }

private:
    /// Where in the bytes of a group its partition ends, then what ORDER BY says, then the tie-break.
    struct Entry {
        std::uint32_t group = 0;
        std::uint32_t partition = 0;
        std::uint32_t order = 0;
        std::uint32_t end = 0;
        std::size_t begin = 0;
    };
    struct Sorted {
        std::string bytes;
        std::vector<Entry> entries;
        [[nodiscard]] std::string_view partition(const Entry& entry) const {
            return std::string_view(bytes).substr(entry.begin, entry.partition);
        }
        [[nodiscard]] std::string_view peers(const Entry& entry) const {
            return std::string_view(bytes).substr(entry.begin, entry.order);
        }
        [[nodiscard]] std::string_view all(const Entry& entry) const {
            return std::string_view(bytes).substr(entry.begin, entry.end);
        }
    };
    void keep_best(std::size_t ranking);
    void number(std::size_t ranking);

    const sql::ViewPlan& plan_;
    sql::RowEvaluator evaluator_;  // HAVING if there is one, then of each ranking the partition and the order.
    std::vector<Sorted> sorted_;   // By ranking.
    std::vector<std::vector<std::int64_t>>
        ranks_;  // By ranking, by group; 0: HAVING says no, or it is beyond the limit.
    std::vector<std::uint32_t> chosen_;
    std::uint32_t groups_ = 0;
};

}  // namespace sf::engine
