#include "sql/stored_rows.hpp"

#include "models/json_fields.hpp"
#include "models/json_strict.hpp"
#include "sql/evaluate/arena.hpp"
#include "sql/expression_tree.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/values/array.hpp"
#include "sql/values/json_items.hpp"

#include <optional>
#include <string>

namespace sf::sql {
namespace {

// Members of one of both JSON objects of a row.
class StoredMembers {
public:
    StoredMembers(const ViewSource& source, ViewSource::Part part) {
        std::vector<models::JsonPath> paths;
        for (const ViewSource::Column& column : source.columns) {
            places_.push_back(column.part == part ? std::optional(paths.size()) : std::nullopt);
            if (column.part == part) paths.push_back({column.member});
        }
        if (!paths.empty()) fields_.emplace(paths);
        count_ = paths.size();
    }

    void read(std::span<const std::string_view> texts, Arena& arena) {
        values_.clear();
        for (std::size_t i = 0; i < count_; ++i) values_.push_back(arena.array<std::string_view>(texts.size()));
        if (fields_) fields_->read(texts, values_);
    }

    /// What stands there as JSON; nothing where the column is none of these members.
    [[nodiscard]] std::optional<std::span<const std::string_view>> of(std::size_t column) const {
        if (!places_[column]) return std::nullopt;
        return values_[*places_[column]];
    }

private:
    std::vector<std::optional<std::size_t>> places_;  // By column.
    std::optional<models::JsonFields> fields_;
    std::size_t count_ = 0;
    std::vector<std::span<std::string_view>> values_;
};

std::string string_of_json(std::string_view json) {
    std::string text;
    models::unescape(text, json.substr(1, json.size() - 2));
    return text;
}

// ["a",null] becomes {"a",NULL}.
std::string array_literal(std::string_view json) {
    std::string text = "{";
    for (JsonItems items(json); items.next();) {
        if (text.size() > 1) text += ',';
        const std::string_view value = items.value();
        if (value == "null") text += "NULL";
        else append_quoted_element(text, value[0] == '"' ? string_of_json(value) : value);
    }
    return text + '}';
}

// The text that a cast to the type reads, or for jsonb the value itself.
std::string_view cast_text(Type type, std::string_view json, Arena& arena) {
    if (type == Type::jsonb) return json;
    if (is_array(type) && json[0] == '[') return arena.copy(array_literal(json));
    if (json[0] != '"') return json;
    const std::string_view inner = json.substr(1, json.size() - 2);
    return inner.find('\\') == std::string_view::npos ? inner : arena.copy(string_of_json(json));
}

bool needs_cast(const ViewSource::Column& column) {
    const bool bound = column.part == ViewSource::Part::window_start || column.part == ViewSource::Part::window_end;
    return !bound && column.type != Type::text && column.type != Type::jsonb;
}

std::vector<ExpressionPtr> casts_of(const ViewSource& source) {
    std::vector<ExpressionPtr> casts;
    for (std::size_t i = 0; i < source.columns.size(); ++i) {
        const ViewSource::Column& column = source.columns[i];
        if (!needs_cast(column)) continue;
        const ExpressionPtr text = make_input(i, Type::text, "member " + std::to_string(i));
        casts.push_back(make_call(*cast_function(Type::text, column.type), column.type, {text}, nullptr, -1));
    }
    return casts;
}

}  // namespace

struct StoredRows::State {
    explicit State(const ViewSource& read)
        : source(read),
          keys(read, ViewSource::Part::keys),
          values(read, ViewSource::Part::values),
          casts(casts_of(read)) {}

    [[nodiscard]] Column bound(std::span<const Row> rows, std::int64_t Row::* part) {
        const std::span<std::int64_t> times = arena.array<std::int64_t>(rows.size());
        for (std::size_t row = 0; row < rows.size(); ++row) times[row] = rows[row].*part;
        return {.type = Type::timestamptz, .size = rows.size(), .integers = times};
    }
    [[nodiscard]] Column member(const ViewSource::Column& column, std::span<const std::string_view> json) {
        const std::span<std::string_view> texts = arena.array<std::string_view>(json.size());
        const std::span<std::uint8_t> valid = arena.array<std::uint8_t>(json.size());
        for (std::size_t row = 0; row < json.size(); ++row) {
            valid[row] = static_cast<std::uint8_t>(!json[row].empty() && json[row] != "null");
            texts[row] = valid[row] != 0 ? cast_text(column.type, json[row], arena) : std::string_view{};
        }
        const Type type = column.type == Type::jsonb ? Type::jsonb : Type::text;
        return {.type = type, .size = json.size(), .valid = valid, .texts = texts};
    }

    const ViewSource source;
    StoredMembers keys, values;
    RowEvaluator casts;
    Arena arena;
    std::vector<Column> cells, columns;
};

StoredRows::StoredRows(const ViewSource& source) : state_(std::make_unique<State>(source)) {}
StoredRows::~StoredRows() = default;

std::span<const Column> StoredRows::read(std::span<const Row> rows) {
    State& state = *state_;
    state.arena.reset();
    const std::span<std::string_view> keys = state.arena.array<std::string_view>(rows.size());
    const std::span<std::string_view> values = state.arena.array<std::string_view>(rows.size());
    for (std::size_t row = 0; row < rows.size(); ++row) {
        keys[row] = rows[row].keys;
        values[row] = rows[row].values;
    }
    state.keys.read(keys, state.arena);
    state.values.read(values, state.arena);
    state.cells.clear();
    for (std::size_t i = 0; i < state.source.columns.size(); ++i) {
        const ViewSource::Column& column = state.source.columns[i];
        switch (column.part) {
            case ViewSource::Part::window_start: state.cells.push_back(state.bound(rows, &Row::window_start)); break;
            case ViewSource::Part::window_end: state.cells.push_back(state.bound(rows, &Row::window_end)); break;
            case ViewSource::Part::keys: state.cells.push_back(state.member(column, *state.keys.of(i))); break;
            case ViewSource::Part::values: state.cells.push_back(state.member(column, *state.values.of(i))); break;
        }
    }
    state.casts.begin(state.cells, rows.size());
    state.columns = state.cells;
    std::size_t cast = 0;
    for (std::size_t i = 0; i < state.columns.size(); ++i) {
        if (needs_cast(state.source.columns[i])) state.columns[i] = state.casts.column(cast++);
    }
    return state.columns;
}

}  // namespace sf::sql
