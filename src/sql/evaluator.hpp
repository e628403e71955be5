// Runs expressions over columns, a batch at a time.
#pragma once

#include "models/event_batch.hpp"
#include "sql/column.hpp"
#include "sql/expression.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sf::sql {

/// Expressions over events, or over rows of a view. Each distinct expression, and each distinct part of one, is
/// computed once a batch, however many views use it, and the JSON of `data` is read once a batch for all fields
/// together. One thread.
class EventEvaluator {
public:
    using Slot = std::uint32_t;

    enum class Over : std::uint8_t { events, view_rows };

    explicit EventEvaluator(Over over = Over::events);
    ~EventEvaluator();

    /// The same expression (by canonical text) gives the same slot.
    [[nodiscard]] Slot add(const ExpressionPtr& expression);
    void remove(Slot slot);  // As often as it was added.

    /// Results of the batch before are forgotten; `batch` outlives the use of columns.
    void begin(const models::EventBatch& batch);

    /// The same over rows of a view, whose columns these are; all have `rows` values and outlive the use of columns.
    void begin(std::span<const Column> columns, std::size_t rows);

    /// Of all rows of the batch. Computed at the first call; valid until begin(), add() or remove().
    [[nodiscard]] const Column& column(Slot slot);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Expressions over rows whose inputs are columns: HAVING and the outputs of a view over its groups. One thread.
class RowEvaluator {
public:
    explicit RowEvaluator(std::vector<ExpressionPtr> expressions);
    ~RowEvaluator();
    RowEvaluator(RowEvaluator&&) noexcept;
    RowEvaluator& operator=(RowEvaluator&&) noexcept;

    /// `inputs` all have `rows` values and outlive the use of columns.
    void begin(std::span<const Column> inputs, std::size_t rows);
    [[nodiscard]] const Column& column(std::size_t expression);  // Valid until begin().

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Appends the value as JSON: exact numbers, times as RFC 3339, NaN and infinities as strings ("NaN", as PostgreSQL
/// casts them), NULL as null.
void append_json(std::string& out, const Column& column, std::size_t row);

}  // namespace sf::sql
