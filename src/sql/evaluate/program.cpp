#include "sql/evaluate/program.hpp"

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/time_beginning.hpp"

#include <bit>

namespace sf::sql {
namespace {

using Kind = Expression::Kind;

bool is_leaf(const Expression& expression) {
    return expression.kind == Kind::column || expression.kind == Kind::json_field || expression.kind == Kind::input ||
           expression.kind == Kind::view_column;
}

// A reading of data.field looks at the field's own text: making the canonical one first would be wasted.
const ExpressionPtr& source_of(const Expression& call, const ExpressionPtr& argument) {
    const bool reading = call.function->arity == 1 && call.function->arguments[0] == Type::json_scalar;
    return reading && argument->function == &kScalarOfField ? argument->arguments[0] : argument;
}

}  // namespace

Program::Step Program::add(const ExpressionPtr& written) {
    if (const auto found = steps_.find(written->text); found != steps_.end()) {
        ++nodes_[found->second]->uses;
        return found->second;
    }
    const ExpressionPtr expression = beginning_of_time(written);
    auto node = std::make_unique<Node>();
    node->expression = expression;
    node->uses = 1;
    if (expression->kind == Kind::call) {
        for (const ExpressionPtr& argument : expression->arguments)
            node->arguments.push_back(add(source_of(*expression, argument)));
        node->argument_columns.resize(node->arguments.size());
        node->argument_is_constant.resize(node->arguments.size());
    } else if (expression->kind == Kind::literal) {
        make_literal_column(*node);
    } else {
        SF_ASSERT(is_leaf(*expression));  // Aggregates and bounds of windows have become inputs.
        leaves_.added(*expression);
    }
    Step step = 0;
    if (free_.empty()) {
        step = static_cast<Step>(nodes_.size());
        nodes_.push_back(std::move(node));
    } else {
        step = free_.back();
        free_.pop_back();
        nodes_[step] = std::move(node);
    }
    steps_.emplace(nodes_[step]->expression->text, step);
    return step;
}

void Program::make_literal_column(Node& node) {
    node.domain = Domain::constant;
    node.literal = std::make_unique<LiteralStorage>();
    LiteralStorage& storage = *node.literal;
    std::visit(
        [&](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, bool>) storage.boolean = value ? 1 : 0;
            else if constexpr (std::is_same_v<T, std::int64_t>) storage.integer = value;
            else if constexpr (std::is_same_v<T, double>) storage.number = value;
            else if constexpr (std::is_same_v<T, Decimal>) storage.decimal = value;
            else if constexpr (std::is_same_v<T, Interval>) storage.interval = value;
            else if constexpr (std::is_same_v<T, Uuid>) storage.uuid = value;
            else if constexpr (std::is_same_v<T, std::string>) storage.text = value;
        },
        node.expression->literal);
    Column& column = node.column;
    column = {.type = node.expression->type, .size = 1};
    column.booleans = {&storage.boolean, 1};
    column.integers = {&storage.integer, 1};
    column.doubles = {&storage.number, 1};
    column.decimals = {&storage.decimal, 1};
    column.intervals = {&storage.interval, 1};
    column.uuids = {&storage.uuid, 1};
    column.texts = {&storage.text, 1};
    if (is_null_literal(*node.expression)) column.valid = {&storage.valid, 1};
}

void Program::release(Step step) {
    Node& node = *nodes_[step];
    if (--node.uses > 0) return;
    if (is_leaf(*node.expression)) leaves_.released(*node.expression);
    for (const Step argument : node.arguments) release(argument);
    steps_.erase(node.expression->text);
    nodes_[step].reset();
    free_.push_back(step);
}

void Program::begin(std::size_t rows) {
    ++batch_;
    rows_ = rows;
    text_bytes_left_ = Call::kBatchTextBytesMax;
    arena_.reset();
}

const Column& Program::result(Step step) {
    Node& node = *nodes_[step];
    if (node.finished != batch_) {
        compute(step);
        node.finished_column = finish(node);
        node.finished = batch_;
    }
    return node.finished_column;
}

const Program::Node& Program::compute(Step step) {
    Node& node = *nodes_[step];
    if (node.computed == batch_ || node.expression->kind == Kind::literal) return node;
    if (node.expression->kind == Kind::call) {
        run(node);
    } else {
        Leaves::Loaded loaded = leaves_.load(*node.expression, arena_);
        node.column = loaded.column;
        node.domain = loaded.domain;
    }
    node.computed = batch_;
    return node;
}

void Program::run(Node& node) {
    Domain domain = Domain::constant;
    for (const Step argument : node.arguments) {
        const Domain its = compute(argument).domain;
        if (its == Domain::constant || its == domain) continue;
        domain = domain == Domain::constant ? its : Domain::rows;
    }
    std::size_t size = domain == Domain::constant ? 1 : rows_;
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
        Node& argument = *nodes_[node.arguments[i]];
        const bool constant = argument.domain == Domain::constant;
        node.argument_is_constant[i] = static_cast<std::uint8_t>(constant);
        node.argument_columns[i] = constant || argument.domain == domain ? &argument.column : &over_rows(argument);
        if (!constant) size = node.argument_columns[i]->size;
    }
    Call call(*node.expression, node.argument_columns, node.argument_is_constant, size, arena_, text_bytes_left_);
    const Function& function = *node.expression->function;
    if (function.nulls == Function::Nulls::strict) call.merge_nulls();
    function.kernel(call);
    node.column = call.result();
    node.domain = domain;
}

// For a call whose arguments do not stand over the same words.
const Column& Program::over_rows(Node& node) {
    if (node.domain == Domain::rows) return node.column;
    if (node.spread != batch_) {
        node.spread_column = gathered(node.column, leaves_.codes(node.domain));
        node.spread = batch_;
    }
    return node.spread_column;
}

Column Program::finish(Node& node) {
    if (node.domain == Domain::rows) return node.column;
    if (node.domain == Domain::constant) return repeated(node.column);
    const std::span<const std::uint16_t> codes = leaves_.codes(node.domain);
    return node.column.type == Type::text ? as_dictionary(node.column, codes) : gathered(node.column, codes);
}

Column Program::repeated(const Column& constant) {
    Column column{.type = constant.type, .size = rows_};
    with_value_type(constant.type, [&](auto sample) {
        using T = decltype(sample);
        array_of<T>(column) = arena_.filled(rows_, array_of<T>(constant)[0]);
    });
    if (!constant.valid.empty()) column.valid = arena_.filled(rows_, constant.valid[0]);
    if (!constant.failed.empty()) column.failed = arena_.filled(rows_, constant.failed[0]);
    return column;
}

namespace {

template <class T>
std::span<const T> gather(Arena& arena, std::span<const T> values, std::span<const std::uint16_t> codes) {
    const std::span<T> out = arena.array<T>(codes.size());
    const T* const from = values.data();
    const std::uint16_t* const code = codes.data();
    T* const __restrict to = out.data();
    for (std::size_t row = 0; row < codes.size(); ++row) to[row] = from[code[row]];
    return out;
}

}  // namespace

Column Program::gathered(const Column& words, std::span<const std::uint16_t> codes) {
    Column column{.type = words.type, .size = codes.size()};
    with_value_type(words.type, [&](auto sample) {
        using T = decltype(sample);
        array_of<T>(column) = gather<T>(arena_, array_of<T>(words), codes);
    });
    if (!words.valid.empty()) column.valid = gather(arena_, words.valid, codes);
    if (!words.failed.empty()) column.failed = gather(arena_, words.failed, codes);
    return column;
}

// Texts over the words of a dictionary are a dictionary again, once equal ones have become one.
Column Program::as_dictionary(const Column& words, std::span<const std::uint16_t> codes) {
    Column column{.type = Type::text, .size = codes.size()};
    if (!words.valid.empty()) column.valid = gather(arena_, words.valid, codes);
    if (!words.failed.empty()) column.failed = gather(arena_, words.failed, codes);
    const std::size_t count = words.texts.size();
    const std::size_t slots = std::bit_ceil(2 * count);
    const std::span<std::uint16_t> table = arena_.filled<std::uint16_t>(slots, 0);  // Indexes into `distinct`, plus 1.
    const std::span<std::string_view> distinct = arena_.array<std::string_view>(count);
    const std::span<std::uint16_t> code_of_word = arena_.array<std::uint16_t>(count);
    std::size_t size = 0;
    for (std::size_t word = 0; word < count; ++word) {
        const std::string_view text = words.is_valid(word) ? words.texts[word] : std::string_view{};
        std::size_t slot = hash64(text) & (slots - 1);
        while (table[slot] != 0 && distinct[table[slot] - 1u] != text) slot = (slot + 1) & (slots - 1);
        if (table[slot] == 0) {
            distinct[size++] = text;
            table[slot] = static_cast<std::uint16_t>(size);
        }
        code_of_word[word] = static_cast<std::uint16_t>(table[slot] - 1u);
    }
    column.words = distinct.first(size);
    column.codes = size == count ? codes : gather<std::uint16_t>(arena_, code_of_word, codes);
    return column;
}

}  // namespace sf::sql
