// A window becomes rows: results of the aggregates, HAVING, the columns of the SELECT list, and the identity and
// version that readers go by.
#pragma once

#include "engine/key_table.hpp"
#include "engine/view.hpp"
#include "models/metric_point.hpp"
#include "sql/evaluator.hpp"

#include <span>
#include <string>
#include <vector>

namespace sf::engine {

/// Where rows go and which version they carry: one more for each window that is emitted.
struct RowSink {
    std::vector<models::MetricPoint>& points;
    std::uint32_t epoch = 0;
    std::uint64_t& version;
    std::uint64_t& rows_failed;  // Rows with an expression that could not be computed: NULL was taken for it.
};

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
    void emit(const Groups& groups, const KeyTable& names, const Frame& window, RowSink& sink,
              std::vector<std::uint8_t>& shown);

    /// Adds a tombstone.
    void retract(KeyId key, const KeyTable& names, const Frame& window, RowSink& sink);

private:
    void emit_some(const Groups& groups, const KeyTable& names, const Frame& window, RowSink& sink,
                   std::span<std::uint8_t> shown);
    [[nodiscard]] models::MetricPoint point(const Frame& window, std::size_t row, const RowSink& sink) const;
    void read_inputs(const Groups& groups, const KeyTable& names, const Frame& window);
    void append_keys(std::string& out, std::size_t row) const;
    [[nodiscard]] bool failed(std::size_t row);

    const ViewPtr view_;
    std::vector<sql::Type> key_types_;
    std::vector<std::string> key_names_;    // As JSON: "source":
    std::vector<std::string> value_names_;  // As JSON, of the outputs that are values.
    bool has_having_;
    sql::RowEvaluator evaluator_;  // The outputs that are values, then HAVING.
    std::vector<std::string_view> names_;
    std::vector<OwnedColumn> keys_, results_;
    OwnedColumn begin_, end_;
    std::vector<sql::Column> inputs_;
};

}  // namespace sf::engine
