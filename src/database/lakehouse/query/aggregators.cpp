#include "database/lakehouse/query/aggregators.hpp"

#include "database/lakehouse/query/vector_columns.hpp"
#include "database/lakehouse/table_function.hpp"
#include "engine/aggregate.hpp"
#include "sql/query_text.hpp"

#include <memory>
#include <new>
#include <string>

namespace sf::database {
namespace {

using sql::Type;

// What a registered function gives.
struct AggregateForm {
    Aggregators* owner = nullptr;
    Type type = Type::boolean;
    bool as_text = false;  // Numerics as text.
};

// A group's state: one cell, made with the first row.
using Group = std::unique_ptr<engine::AggregateStates>;

Group& group_of(duckdb_aggregate_state state) { return *reinterpret_cast<Group*>(state); }

constexpr std::uint32_t kCell[] = {0};

idx_t state_size(duckdb_function_info) { return sizeof(Group); }
void begin_state(duckdb_function_info, duckdb_aggregate_state state) { new (state) Group(); }
void end_states(duckdb_aggregate_state* states, idx_t count) {
    for (idx_t i = 0; i < count; ++i) group_of(states[i]).~Group();
}

std::shared_ptr<const AggregateCalls> calls_of(const AggregateForm& form, std::int64_t number) {
    return form.owner->calls.shown(static_cast<std::uint64_t>(number / sql::kAggregatesMax));
}

// Rows of one group that follow one another are folded at once.
void update(duckdb_function_info info, duckdb_data_chunk input, duckdb_aggregate_state* states) {
    const auto& form = *static_cast<AggregateForm*>(duckdb_aggregate_function_get_extra_info(info));
    const auto rows = static_cast<std::size_t>(duckdb_data_chunk_get_size(input));
    if (rows == 0) return;
    const std::int64_t number = duck::values_of<std::int64_t>(duckdb_data_chunk_get_vector(input, 0))[0];
    const auto calls = calls_of(form, number);
    const auto index = static_cast<std::size_t>(number % sql::kAggregatesMax);
    if (calls == nullptr || index >= calls->size()) {
        duckdb_aggregate_function_set_error(info, "this function can't be called");
        return;
    }
    const sql::AggregateCall& call = (*calls)[index];
    std::vector<VectorColumn> inputs;
    inputs.reserve(call.arguments.size());
    std::vector<const sql::Column*> columns;
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        inputs.emplace_back(sql::type_of(*call.arguments[i]));
        columns.push_back(&inputs.back().read(duckdb_data_chunk_get_vector(input, i + 1), rows));
    }
    std::vector<std::uint32_t> of_group;
    std::vector<std::uint32_t> cells;
    for (std::size_t row = 0; row < rows;) {
        of_group.clear();
        const duckdb_aggregate_state state = states[row];
        for (; row < rows && states[row] == state; ++row) of_group.push_back(static_cast<std::uint32_t>(row));
        Group& group = group_of(state);
        if (!group) {
            group = engine::make_states(call);
            group->resize(1);
        }
        cells.assign(of_group.size(), 0);
        group->fold(of_group, cells, columns);
    }
}

void combine(duckdb_function_info, duckdb_aggregate_state* from, duckdb_aggregate_state* into, idx_t count) {
    for (idx_t i = 0; i < count; ++i) {
        const Group& source = group_of(from[i]);
        if (!source) continue;
        Group& target = group_of(into[i]);
        if (target) target->merge(*source, kCell, kCell);
        else target = source->clone();
    }
}

void finish(duckdb_function_info info, duckdb_aggregate_state* states, duckdb_vector result, idx_t count,
            idx_t offset) {
    const auto& form = *static_cast<AggregateForm*>(duckdb_aggregate_function_get_extra_info(info));
    engine::OwnedColumn value;
    for (idx_t i = 0; i < count; ++i) {
        const Group& group = group_of(states[i]);
        if (!group) {
            duck::set_null(result, offset + i);
            continue;
        }
        value.reset(form.type, 1);
        group->results(kCell, value);
        const sql::Column column = value.view(1);
        if (form.as_text) write_numeric_texts(column, result, 1, offset + i);
        else if (!write_column(column, result, 1, sql::kArrayScale, offset + i))
            duckdb_aggregate_function_set_error(info, kNumericTooLong);
    }
}

// A set of functions of one name: DuckDB's aggregates have a fixed number of arguments.
Result<> install_aggregate(const duck::Connection& connection, const std::string& name, const AggregateForm& form) {
    duckdb_aggregate_function_set set = duckdb_create_aggregate_function_set(name.c_str());
    const duck::LogicalType any = duck::plain_type(DUCKDB_TYPE_ANY);
    const duck::LogicalType number = duck::plain_type(DUCKDB_TYPE_BIGINT);
    const duck::LogicalType result =
        form.as_text ? duck::plain_type(DUCKDB_TYPE_VARCHAR) : vector_type(form.type, sql::kArrayScale);
    bool registered = true;
    for (std::size_t arguments = 1; arguments <= sql::kAggregateArgumentsMax; ++arguments) {
        duckdb_aggregate_function function = duckdb_create_aggregate_function();
        duckdb_aggregate_function_set_name(function, name.c_str());
        duckdb_aggregate_function_add_parameter(function, number.get());
        for (std::size_t i = 0; i < arguments; ++i) duckdb_aggregate_function_add_parameter(function, any.get());
        duckdb_aggregate_function_set_return_type(function, result.get());
        duckdb_aggregate_function_set_special_handling(function);
        duckdb_aggregate_function_set_extra_info(function, new AggregateForm(form), duck::destroy<AggregateForm>);
        duckdb_aggregate_function_set_functions(function, state_size, begin_state, update, combine, finish);
        duckdb_aggregate_function_set_destructor(function, end_states);
        registered = registered && duckdb_add_aggregate_function_to_set(set, function) == DuckDBSuccess;
        duckdb_destroy_aggregate_function(&function);
    }
    registered = registered && duckdb_register_aggregate_function_set(connection.get(), set) == DuckDBSuccess;
    duckdb_destroy_aggregate_function_set(&set);
    if (!registered) return fail(ErrorCode::internal, "DuckDB did not take the aggregate " + name);
    return {};
}

}  // namespace

Result<> Aggregators::install(const duck::Connection& connection) {
    for (const Type type : sql::kElementTypes) {
        SF_TRY(install_aggregate(connection, sql::aggregator_name(type), {.owner = this, .type = type}));
        const Type array = sql::array_type(type);
        SF_TRY(install_aggregate(connection, sql::aggregator_name(array), {.owner = this, .type = array}));
    }
    return install_aggregate(connection, std::string(sql::kNumericTextAggregator),
                             {.owner = this, .type = Type::numeric, .as_text = true});
}

}  // namespace sf::database
