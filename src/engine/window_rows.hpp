// A window becomes rows: results of the aggregates, HAVING, the columns of the SELECT list, and the identity and
// version that readers go by.
#pragma once

#include "engine/group_ranking.hpp"
#include "engine/shard_keys.hpp"
#include "engine/view.hpp"
#include "models/metric_point.hpp"
#include "sql/evaluator.hpp"

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace sf::engine {

/// Where rows go and which version they carry: one more for each window that is emitted.
struct RowSink {
    std::vector<models::MetricPoint>& points;
    std::uint32_t epoch = 0;
    std::uint64_t& version;
    std::uint64_t& rows_failed;  // Rows with an expression that could not be computed: NULL was taken for it.
    std::vector<models::MetricPoint>* settled =
        nullptr;  // Rows of windows that are over, once more; null: nobody asks.
};

/// Rows that readers have of a window. With ranks a hash of what they show, 0 where it is not known: then rows change
/// that no event came for, and only those that did are emitted.
using GivenRows = std::unordered_map<KeyId, std::uint64_t>;

/// One view's in one shard. One thread; its memory is kept between windows.
class WindowRows {
public:
    explicit WindowRows(ViewPtr view);

    struct Groups {
        std::span<const KeyId> keys;
        std::span<const std::uint32_t> cells;                      // Of these keys in `states`.
        std::span<const std::unique_ptr<AggregateStates>> states;  // One an aggregate.
    };
    struct Frame {
        std::int64_t begin = 0;
        std::int64_t end = 0;
        bool final = false;
        std::span<const std::int64_t> begins, ends;  // Of each group, where each has its own: sessions.
    };
    /// Adds a row for each group that HAVING lets through, and tells for each whether it did.
    void emit(const Groups& groups, const ShardKeys& names, const Frame& window, RowSink& sink,
              std::vector<std::uint8_t>& shown);

    /// Whether a row depends on the groups beside it: then emit_ranked() takes the place of emit().
    [[nodiscard]] bool ranks() const { return ranking_.has_value(); }

    /// All groups of a window. Adds a row for each that HAVING and ranks let through and that readers don't have like
    /// that yet, or for all of them where the window is final; and a tombstone for each that readers have and that is
    /// no longer among them.
    void emit_ranked(const Groups& groups, const ShardKeys& names, const Frame& window, RowSink& sink,
                     GivenRows& given);

    /// Adds a tombstone.
    void retract(KeyId key, const ShardKeys& names, const Frame& window, RowSink& sink);

private:
    void emit_some(const Groups& groups, const ShardKeys& names, const Frame& window, RowSink& sink,
                   std::span<std::uint8_t> shown);
    [[nodiscard]] models::MetricPoint point(const Frame& window, std::size_t row, const RowSink& sink) const;
    [[nodiscard]] bool is_known(KeyId key, const models::MetricPoint& row);
    void read_ranks(std::size_t rows);
    void read_inputs(const Groups& groups, const ShardKeys& names, const Frame& window);
    void append_keys(std::string& out, std::size_t row) const;
    [[nodiscard]] bool failed(std::size_t row);

    const ViewPtr view_;
    std::vector<sql::Type> key_types_;
    std::vector<std::string> key_names_;    // As JSON: "source":
    std::vector<std::string> value_names_;  // As JSON, of the outputs that are values.
    bool has_condition_;
    sql::RowEvaluator evaluator_;  // The outputs that are values, then which groups are rows: HAVING, or a rank.
    std::vector<std::string_view> names_;
    std::vector<OwnedColumn> keys_, results_;
    OwnedColumn begin_, end_;
    std::vector<sql::Column> inputs_;
    std::string text_;  // Of a row on its way: grows once and not for each.

    std::optional<GroupRanking> ranking_;
    std::vector<OwnedColumn> ranks_;
    std::span<const std::uint32_t> ranked_;  // The numbers in ranking_ of the groups that are being emitted.
    const GivenRows* given_ = nullptr;
    GivenRows shown_;  // Takes the place of what was given.
};

}  // namespace sf::engine
