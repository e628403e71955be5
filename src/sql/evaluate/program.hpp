// Expressions as a graph of steps, each distinct part once, run over the columns of one batch after the other. Steps
// are computed when their result is first asked for.
#pragma once

#include "sql/column.hpp"
#include "sql/evaluate/arena.hpp"
#include "sql/evaluate/call.hpp"
#include "sql/expression_tree.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sf::sql {

/// What the rows of a column stand for. A column over the words of a dictionary has a value for each word, and codes
/// lead from rows to words: what depends on one dictionary alone is computed a word, not a row, at a time.
enum class Domain : std::uint8_t { constant, rows, types, sources, severities };

/// Where a program gets its inputs from.
class Leaves {
public:
    virtual ~Leaves() = default;

    /// A column, field or input came into use, or went out of it.
    virtual void added(const Expression& leaf) { static_cast<void>(leaf); }
    virtual void released(const Expression& leaf) { static_cast<void>(leaf); }

    struct Loaded {
        Column column;
        Domain domain = Domain::rows;
    };
    [[nodiscard]] virtual Loaded load(const Expression& leaf, Arena& arena) = 0;

    /// From rows to the words of a dictionary.
    [[nodiscard]] virtual std::span<const std::uint16_t> codes(Domain dictionary) const = 0;
};

class Program {
public:
    using Step = std::uint32_t;

    /// `leaves` outlives the program.
    explicit Program(Leaves& leaves) : leaves_(leaves) {}

    /// The same expression gives the same step. release() as often as add().
    [[nodiscard]] Step add(const ExpressionPtr& expression);
    void release(Step step);

    /// Forgets all results.
    void begin(std::size_t rows);

    /// Valid until begin(), add() or release().
    [[nodiscard]] const Column& result(Step step);

private:
    // The value of a literal, for its column to point to.
    struct LiteralStorage {
        std::uint8_t valid = 0;
        std::uint8_t boolean = 0;
        std::int64_t integer = 0;
        double number = 0;
        Decimal decimal;
        Interval interval;
        Uuid uuid;
        std::string_view text;
    };
    struct Node {
        ExpressionPtr expression;
        std::unique_ptr<LiteralStorage> literal;
        std::vector<Step> arguments;
        std::size_t uses = 0;
        std::vector<const Column*> argument_columns;     // Scratch of a run,
        std::vector<std::uint8_t> argument_is_constant;  // as long as `arguments`.

        // Each of these belongs to the batch whose number stands beside it.
        std::uint64_t computed = 0;
        Domain domain = Domain::rows;
        Column column;  // Over the domain.
        std::uint64_t spread = 0;
        Column spread_column;  // Over rows, where the domain is a dictionary.
        std::uint64_t finished = 0;
        Column finished_column;  // As result() gives it.
    };

    static void make_literal_column(Node& node);
    const Node& compute(Step step);
    void run(Node& node);
    const Column& over_rows(Node& node);
    [[nodiscard]] Column finish(Node& node);
    [[nodiscard]] Column repeated(const Column& constant);
    [[nodiscard]] Column gathered(const Column& words, std::span<const std::uint16_t> codes);
    [[nodiscard]] Column as_dictionary(const Column& words, std::span<const std::uint16_t> codes);

    Leaves& leaves_;
    std::vector<std::unique_ptr<Node>> nodes_;  // Null where free.
    std::vector<Step> free_;
    std::unordered_map<std::string_view, Step> steps_;        // By canonical text, which the node's expression holds.
    Arena arena_;                                             // Of the batch.
    std::size_t text_bytes_left_ = Call::kBatchTextBytesMax;  // For calls of the batch.
    std::uint64_t batch_ = 1;
    std::size_t rows_ = 0;
};

}  // namespace sf::sql
