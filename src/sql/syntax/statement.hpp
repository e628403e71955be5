// A statement parsed by PostgreSQL's own grammar (libpg_query), within limits: its parser and what reads its trees call
// themselves for each level of nesting, so what is too deep is refused before.
#pragma once

#include "base/result.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sf::sql {

inline constexpr std::size_t kStatementBytesMax = 64u << 10;
inline constexpr std::size_t kTokensMax = 16'384;
inline constexpr std::size_t kBracketsMax = 100;  // Open at once.
inline constexpr std::size_t kOperatorsMax =
    1'000;  // In a row, without a comma between: each may be a level of the tree.
inline constexpr std::size_t kSetOperationsMax = 100;  // UNION, INTERSECT and EXCEPT together.
inline constexpr std::size_t kIdentifierMax = 63;      // PostgreSQL cuts longer ones off.

/// A word or symbol of a statement.
struct Token {
    PgQuery__Token kind = PG_QUERY__TOKEN__NUL;
    int begin = 0;  // In bytes.
    int end = 0;
};

/// Without comments; none of a text that has no tokens, such as an open quote.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view sql);

/// Exactly one statement and its tree. Nodes live as long as this.
class Statement {
public:
    [[nodiscard]] static Result<Statement> parse(std::string_view sql) { return parse_behind({}, sql); }

    /// Parses `prefix` and `sql` as one statement; errors have their places in `sql`.
    [[nodiscard]] static Result<Statement> parse_behind(std::string_view prefix, std::string_view sql);

    [[nodiscard]] const std::string& sql() const { return sql_; }
    [[nodiscard]] const PgQuery__Node& root() const { return *tree_->stmts[0]->stmt; }
    [[nodiscard]] PgQuery__Node& root() { return *tree_->stmts[0]->stmt; }

    [[nodiscard]] Error error(int location, std::string message, std::string hint = {}) const;

private:
    struct Free {
        void operator()(PgQuery__ParseResult* tree) const { pg_query__parse_result__free_unpacked(tree, nullptr); }
    };
    using Tree = std::unique_ptr<PgQuery__ParseResult, Free>;

    Statement(std::string sql, Tree tree) : sql_(std::move(sql)), tree_(std::move(tree)) {}

    std::string sql_;
    Tree tree_;
};

}  // namespace sf::sql
