#include "database/lakehouse/query/evaluators.hpp"

#include "database/lakehouse/query/vector_columns.hpp"
#include "database/lakehouse/table_function.hpp"
#include "sql/evaluator.hpp"
#include "sql/query_text.hpp"

#include <mutex>
#include <string>

namespace sf::database {

using sql::Type;

// One expression. A thread that evaluates it takes an evaluator that nobody uses, or makes one.
class Evaluation {
public:
    explicit Evaluation(sql::ExpressionPtr expression)
        : expression_(std::move(expression)), types_(sql::input_types(*expression_)) {}

    struct Worker {
        sql::RowEvaluator evaluator;
        std::vector<VectorColumn> inputs;
        std::vector<sql::Column> columns;
    };

    [[nodiscard]] std::unique_ptr<Worker> take() {
        {
            std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                std::unique_ptr<Worker> worker = std::move(idle_.back());
                idle_.pop_back();
                return worker;
            }
        }
        auto worker = std::make_unique<Worker>(sql::RowEvaluator({expression_}));
        for (const Type type : types_) worker->inputs.emplace_back(type);
        return worker;
    }
    void give_back(std::unique_ptr<Worker> worker) {
        std::lock_guard lock(mutex_);
        idle_.push_back(std::move(worker));
    }

    [[nodiscard]] std::size_t inputs() const { return types_.size(); }
    [[nodiscard]] Type result() const { return sql::type_of(*expression_); }

private:
    sql::ExpressionPtr expression_;
    std::vector<Type> types_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Worker>> idle_;  // Under mutex_.
};

namespace {

// What a registered function gives.
struct Evaluator {
    Evaluators* owner = nullptr;
    Type type = Type::boolean;
    int scale = 0;
    bool as_text = false;  // Numerics as text.
};

using Bound = std::shared_ptr<Evaluation>;

void* copy_bound(void* bound) { return new Bound(*static_cast<Bound*>(bound)); }

std::optional<std::int64_t> literal_argument(duckdb_bind_info info, duckdb_client_context context, idx_t index) {
    if (duckdb_scalar_function_bind_get_argument_count(info) <= index) return std::nullopt;
    duckdb_expression argument = duckdb_scalar_function_bind_get_argument(info, index);
    std::optional<std::int64_t> number;
    duckdb_value value = nullptr;
    if (argument != nullptr && duckdb_expression_is_foldable(argument)) {
        duckdb_error_data error = duckdb_expression_fold(context, argument, &value);
        const bool failed = error != nullptr && duckdb_error_data_has_error(error);
        if (!failed && value != nullptr) number = duckdb_get_int64(value);
        if (error != nullptr) duckdb_destroy_error_data(&error);
        if (value != nullptr) duckdb_destroy_value(&value);
    }
    if (argument != nullptr) duckdb_destroy_expression(&argument);
    return number;
}

void bind(duckdb_bind_info info) {
    const auto& evaluator = *static_cast<Evaluator*>(duckdb_scalar_function_bind_get_extra_info(info));
    duck::ClientContext context;
    duckdb_scalar_function_get_client_context(info, context.out());
    const auto shown = evaluator.owner->expressions.shown(duckdb_client_context_get_connection_id(context.get()));
    const auto number = literal_argument(info, context.get(), 0);
    const bool known = shown != nullptr && number && *number >= 0 && static_cast<std::size_t>(*number) < shown->size();
    if (!known || (*shown)[static_cast<std::size_t>(*number)]->inputs() + 1 >
                      duckdb_scalar_function_bind_get_argument_count(info)) {
        duckdb_scalar_function_bind_set_error(info, "this function can't be called");
        return;
    }
    duckdb_scalar_function_set_bind_data(info, new Bound((*shown)[static_cast<std::size_t>(*number)]),
                                         duck::destroy<Bound>);
    duckdb_scalar_function_set_bind_data_copy(info, copy_bound);
}

void run(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
    const auto& evaluator = *static_cast<Evaluator*>(duckdb_scalar_function_get_extra_info(info));
    Evaluation& evaluation = **static_cast<Bound*>(duckdb_scalar_function_get_bind_data(info));
    const auto rows = static_cast<std::size_t>(duckdb_data_chunk_get_size(input));
    auto worker = evaluation.take();
    worker->columns.clear();
    for (std::size_t i = 0; i < worker->inputs.size(); ++i)
        worker->columns.push_back(worker->inputs[i].read(duckdb_data_chunk_get_vector(input, i + 1), rows));
    worker->evaluator.begin(worker->columns, rows);
    const sql::Column& result = worker->evaluator.column(0);
    if (evaluator.as_text) write_numeric_texts(result, output, rows);
    else if (!write_column(result, output, rows, evaluator.scale))
        duckdb_scalar_function_set_error(info, kNumericTooLong);
    evaluation.give_back(std::move(worker));
}

Result<> install(const duck::Connection& connection, const std::string& name, Evaluator evaluator) {
    duckdb_scalar_function function = duckdb_create_scalar_function();
    duckdb_scalar_function_set_name(function, name.c_str());
    duckdb_scalar_function_set_varargs(function, duck::plain_type(DUCKDB_TYPE_ANY).get());
    const duck::LogicalType result =
        evaluator.as_text ? duck::plain_type(DUCKDB_TYPE_VARCHAR) : vector_type(evaluator.type, evaluator.scale);
    duckdb_scalar_function_set_return_type(function, result.get());
    duckdb_scalar_function_set_special_handling(function);
    duckdb_scalar_function_set_extra_info(function, new Evaluator(evaluator), duck::destroy<Evaluator>);
    duckdb_scalar_function_set_bind(function, bind);
    duckdb_scalar_function_set_function(function, run);
    const bool registered = duckdb_register_scalar_function(connection.get(), function) == DuckDBSuccess;
    duckdb_destroy_scalar_function(&function);
    if (!registered) return fail(ErrorCode::internal, "DuckDB did not take the function " + name);
    return {};
}

}  // namespace

std::shared_ptr<const Evaluations> make_evaluations(const std::vector<sql::ExpressionPtr>& expressions) {
    auto evaluations = std::make_shared<Evaluations>();
    for (const sql::ExpressionPtr& expression : expressions)
        evaluations->push_back(std::make_shared<Evaluation>(expression));
    return evaluations;
}

Result<> Evaluators::install(const duck::Connection& connection) {
    constexpr int kScaleMax = 24;
    for (const Type type : {Type::boolean, Type::integer, Type::bigint, Type::double_precision, Type::text,
                            Type::timestamptz, Type::timestamp, Type::date, Type::interval, Type::uuid, Type::jsonb}) {
        SF_TRY(database::install(connection, sql::evaluator_name(type, 0), {.owner = this, .type = type}));
    }
    for (const Type element : sql::kElementTypes) {
        const Type type = sql::array_type(element);
        SF_TRY(database::install(connection, sql::evaluator_name(type, sql::kArrayScale),
                                 {.owner = this, .type = type, .scale = sql::kArrayScale}));
    }
    for (int scale = 0; scale <= kScaleMax; ++scale) {
        SF_TRY(database::install(connection, sql::evaluator_name(Type::numeric, scale),
                                 {.owner = this, .type = Type::numeric, .scale = scale}));
    }
    return database::install(connection, std::string(sql::kNumericTextEvaluator),
                             {.owner = this, .type = Type::numeric, .as_text = true});
}

}  // namespace sf::database
