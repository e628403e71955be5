#include "sql/tables/reference_table.hpp"

#include "sql/evaluate/arena.hpp"
#include "sql/evaluate/call.hpp"
#include "sql/evaluator.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/tables/table_index.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::size_t kCastTogether = 4'096;

class NoTables final : public TableCatalog {
public:
    [[nodiscard]] ReferenceTablePtr table(std::string_view) const override { return nullptr; }
    [[nodiscard]] std::vector<std::string> table_names() const override { return {}; }
};

}  // namespace

// The memory of the columns.
class ReferenceTable::Values {
public:
    explicit Values(std::size_t rows) : rows_(rows) {}

    [[nodiscard]] std::size_t bytes() const { return arena_.bytes(); }

    [[nodiscard]] Column literals(Type type, std::span<const ExpressionPtr> cells, std::size_t first,
                                  std::size_t columns) {
        Column column{.type = type, .size = rows_};
        const auto valid = arena_.filled<std::uint8_t>(rows_, 1);
        column.valid = valid;
        with_value_type(type, [&](auto sample) {
            using T = decltype(sample);
            using Literal = std::conditional_t<std::is_same_v<T, std::uint8_t>, bool,
                                               std::conditional_t<std::is_same_v<T, std::string_view>, std::string, T>>;
            const auto out = arena_.array<T>(rows_);
            array_of<T>(column) = out;
            for (std::size_t row = 0; row < rows_; ++row) {
                const auto* const value = std::get_if<Literal>(&cells[row * columns + first]->literal);
                valid[row] = static_cast<std::uint8_t>(value != nullptr);
                if (value == nullptr) out[row] = T{};
                else if constexpr (std::is_same_v<T, std::string_view>) out[row] = arena_.copy(*value);
                else out[row] = static_cast<T>(*value);
            }
        });
        return column;
    }

    // Nothing where all cells have the type, else the first row that has not.
    [[nodiscard]] std::optional<std::size_t> cast(Type type, std::span<const Cell> cells, std::size_t first,
                                                  std::size_t columns, Column& column) {
        column = {.type = type, .size = rows_};
        const auto valid = arena_.array<std::uint8_t>(rows_);
        const auto texts = arena_.array<std::string_view>(rows_);
        for (std::size_t row = 0; row < rows_; ++row) {
            const Cell& cell = cells[row * columns + first];
            valid[row] = static_cast<std::uint8_t>(cell.has_value());
            texts[row] = cell ? arena_.copy(*cell) : std::string_view{};
        }
        column.valid = valid;
        if (type == Type::text) {
            column.texts = texts;
            return std::nullopt;
        }
        const ExpressionPtr input = make_input(0, Type::text, "cell");
        RowEvaluator evaluator({make_call(*cast_function(Type::text, type), type, {input}, nullptr, -1)});
        return with_value_type(type, [&](auto sample) -> std::optional<std::size_t> {
            using T = decltype(sample);
            const auto out = arena_.array<T>(rows_);
            array_of<T>(column) = out;
            for (std::size_t begin = 0; begin < rows_; begin += kCastTogether) {
                const std::size_t count = std::min(kCastTogether, rows_ - begin);
                const Column part{.type = Type::text,
                                  .size = count,
                                  .valid = std::span<const std::uint8_t>(valid).subspan(begin, count),
                                  .texts = std::span<const std::string_view>(texts).subspan(begin, count)};
                evaluator.begin(std::span(&part, 1), count);
                const Column& made = evaluator.column(0);
                for (std::size_t row = 0; row < count; ++row) {
                    if (!made.failed.empty() && made.failed[row] != 0) return begin + row;
                    if (!made.is_valid(row)) out[begin + row] = T{};
                    else if constexpr (std::is_same_v<T, std::string_view>)
                        out[begin + row] = arena_.copy(made.text(row));
                    else out[begin + row] = array_of<T>(made)[row];
                }
            }
            return std::nullopt;
        });
    }

private:
    const std::size_t rows_;
    Arena arena_;
};

const TableCatalog& no_tables() {
    static const NoTables none;
    return none;
}

std::optional<std::size_t> TableDefinition::column(std::string_view wanted) const {
    const auto found = std::ranges::find(columns, wanted, &TableColumn::name);
    if (found == columns.end()) return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
}

ReferenceTable::ReferenceTable(TableDefinition definition, std::string version, std::size_t rows)
    : definition_(std::move(definition)),
      version_(std::move(version)),
      rows_(rows),
      values_(std::make_unique<Values>(rows)),
      columns_(definition_.columns.size()) {}

ReferenceTable::~ReferenceTable() = default;

std::size_t ReferenceTable::bytes() const { return values_->bytes(); }

Result<ReferenceTablePtr> ReferenceTable::from_text(TableDefinition definition, std::string version,
                                                    std::span<const Cell> cells) {
    const std::size_t columns = definition.columns.size();
    const std::size_t rows = cells.size() / columns;
    std::size_t bytes = 0;
    for (const Cell& cell : cells) bytes += cell ? cell->size() : 0;
    if (rows > kTableRowsMax || bytes > kTableBytesMax)
        return fail(
            ErrorCode::invalid_input,
            fmt::format("a reference table has at most {} rows and {} MiB", kTableRowsMax, kTableBytesMax >> 20),
            fmt::format("this one has {} rows and {} MiB", rows, bytes >> 20), "send what is large as events");
    std::shared_ptr<ReferenceTable> table(new ReferenceTable(std::move(definition), std::move(version), rows));
    for (std::size_t i = 0; i < columns; ++i) {
        const TableColumn& column = table->definition_.columns[i];
        if (const auto bad = table->values_->cast(column.type, cells, i, columns, table->columns_[i]))
            return fail(ErrorCode::invalid_input,
                        fmt::format("row {}, column \"{}\": \"{}\" is no {}", *bad + 1, column.name,
                                    *cells[*bad * columns + i], to_string(column.type)));
        for (std::size_t row = 0; column.not_null && row < rows; ++row) {
            if (!table->columns_[i].is_valid(row))
                return fail(ErrorCode::invalid_input,
                            fmt::format("row {}, column \"{}\": NULL is not allowed here", row + 1, column.name));
        }
    }
    std::vector<const Column*> key;
    for (const std::size_t index : table->definition_.key) key.push_back(&table->columns_[index]);
    if (key.empty()) return table;
    if (const TableIndex index(key, rows); index.repeated() != TableIndex::kNone)
        return fail(ErrorCode::invalid_input, fmt::format("row {}: its key is there already", index.repeated() + 1), "",
                    "the columns of PRIMARY KEY tell rows apart");
    return table;
}

ReferenceTablePtr ReferenceTable::from_literals(TableDefinition definition, std::string version,
                                                std::span<const ExpressionPtr> literals) {
    const std::size_t columns = definition.columns.size();
    std::shared_ptr<ReferenceTable> table(
        new ReferenceTable(std::move(definition), std::move(version), literals.size() / columns));
    for (std::size_t i = 0; i < columns; ++i)
        table->columns_[i] = table->values_->literals(table->definition_.columns[i].type, literals, i, columns);
    return table;
}

}  // namespace sf::sql
