#include "sql/syntax/statement.hpp"

#include "base/utf8.hpp"
#include "sql/syntax/source_error.hpp"

#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>
#include <vector>

namespace sf::sql {
namespace {

// libpg_query counts characters from 1, we bytes from 0.
int byte_of_character(std::string_view sql, int position) {
    int at = 0;
    for (int character = 1; character < position && static_cast<std::size_t>(at) < sql.size(); ++character) {
        ++at;
        while (static_cast<std::size_t>(at) < sql.size() && (sql[static_cast<std::size_t>(at)] & 0xC0) == 0x80) ++at;
    }
    return at;
}

Error syntax_error(std::string_view sql, const PgQueryError& error, std::string_view prefix = {}) {
    const int at = byte_of_character(std::string(prefix).append(sql), error.cursorpos);
    return source_error(sql, std::max(at - static_cast<int>(prefix.size()), 0), error.message);
}

struct FreeScan {
    void operator()(PgQuery__ScanResult* scan) const { pg_query__scan_result__free_unpacked(scan, nullptr); }
};

// An upper bound for the depth of the tree, from the tokens: whatever is a level of it has a token of its own, but for
// chains of AND and OR, which are one level, and what stands between commas. Commas do not end a chain of UNIONs, so
// these are counted in all.
class DepthBound {
public:
    explicit DepthBound(std::string_view sql) : sql_(sql) {}

    Result<> take(const PgQuery__ScanToken& token) {
        switch (static_cast<int>(token.token)) {
            case '(':
            case '[':
                if (levels_.size() > kBracketsMax)
                    return fail(source_error(sql_, token.start,
                                             fmt::format("brackets are nested deeper than {}", kBracketsMax)));
                levels_.emplace_back();
                return {};
            case ')':
            case ']':
                if (levels_.size() > 1) {
                    const std::size_t depth = levels_.back().deepest() + 1;
                    levels_.pop_back();
                    levels_.back().inner = std::max(levels_.back().inner, depth);
                }
                break;
            case ',':
                levels_.back().before = levels_.back().deepest();
                levels_.back().operators = 0;
                levels_.back().inner = 0;
                return {};
            case '.':
            case PG_QUERY__TOKEN__IDENT:
            case PG_QUERY__TOKEN__UIDENT:
            case PG_QUERY__TOKEN__ICONST:
            case PG_QUERY__TOKEN__FCONST:
            case PG_QUERY__TOKEN__SCONST:
            case PG_QUERY__TOKEN__USCONST:
            case PG_QUERY__TOKEN__BCONST:
            case PG_QUERY__TOKEN__XCONST:
            case PG_QUERY__TOKEN__TRUE_P:
            case PG_QUERY__TOKEN__FALSE_P:
            case PG_QUERY__TOKEN__NULL_P:
            case PG_QUERY__TOKEN__TYPE_P:
            case PG_QUERY__TOKEN__DATA_P:
            case PG_QUERY__TOKEN__TIMESTAMP:
            case PG_QUERY__TOKEN__AND:
            case PG_QUERY__TOKEN__OR: return {};
            case PG_QUERY__TOKEN__UNION:
            case PG_QUERY__TOKEN__INTERSECT:
            case PG_QUERY__TOKEN__EXCEPT:
                if (++set_operations_ > kSetOperationsMax)
                    return fail(
                        source_error(sql_, token.start,
                                     fmt::format("more than {} of UNION, INTERSECT and EXCEPT", kSetOperationsMax),
                                     "make several views"));
                ++levels_.back().operators;
                break;
            default: ++levels_.back().operators; break;
        }
        if (levels_.back().deepest() > kOperatorsMax)
            return fail(source_error(sql_, token.start, fmt::format("more than {} operators in a row", kOperatorsMax),
                                     "use IN for long lists of values"));
        return {};
    }

private:
    struct Level {
        std::size_t before = 0;     // The depth of what stands before the last comma.
        std::size_t operators = 0;  // Since then.
        std::size_t inner = 0;      // The deepest brackets since then.
        [[nodiscard]] std::size_t deepest() const { return std::max(before, operators + inner); }
    };
    std::string_view sql_;
    std::vector<Level> levels_ = std::vector<Level>(1);
    std::size_t set_operations_ = 0;
};

std::size_t name_size(std::string_view text) { return text.starts_with('"') ? text.size() - 2 : text.size(); }

Result<> check_tokens(const std::string& sql) {
    PgQueryScanResult scan = pg_query_scan(sql.c_str());
    if (scan.error != nullptr) {
        Error error = syntax_error(sql, *scan.error);
        pg_query_free_scan_result(scan);
        return fail(std::move(error));
    }
    const std::unique_ptr<PgQuery__ScanResult, FreeScan> tokens(
        pg_query__scan_result__unpack(nullptr, scan.pbuf.len, reinterpret_cast<const std::uint8_t*>(scan.pbuf.data)));
    pg_query_free_scan_result(scan);
    if (tokens == nullptr) return fail(ErrorCode::internal, "the tokens of a statement could not be read");
    DepthBound bound(sql);
    for (std::size_t i = 0; i < tokens->n_tokens; ++i) {
        const PgQuery__ScanToken& token = *tokens->tokens[i];
        if (i == kTokensMax)
            return fail(source_error(sql, token.start,
                                     fmt::format("a statement has at most {} words and symbols", kTokensMax)));
        if (token.token == PG_QUERY__TOKEN__IDENT) {
            const auto begin = static_cast<std::size_t>(token.start);
            if (name_size(std::string_view(sql).substr(begin, static_cast<std::size_t>(token.end) - begin)) >
                kIdentifierMax)
                return fail(source_error(sql, token.start, fmt::format("a name has at most {} bytes", kIdentifierMax),
                                         "a longer key of data is read by data->>'key'"));
        }
        SF_TRY(bound.take(token));
    }
    return {};
}

}  // namespace

std::vector<Token> tokens_of(std::string_view sql) {
    std::vector<Token> found;
    PgQueryScanResult scan = pg_query_scan(std::string(sql).c_str());
    const std::unique_ptr<PgQuery__ScanResult, FreeScan> tokens(
        scan.error != nullptr ? nullptr
                              : pg_query__scan_result__unpack(nullptr, scan.pbuf.len,
                                                              reinterpret_cast<const std::uint8_t*>(scan.pbuf.data)));
    pg_query_free_scan_result(scan);
    for (std::size_t i = 0; tokens != nullptr && i < tokens->n_tokens; ++i) {
        const PgQuery__ScanToken& token = *tokens->tokens[i];
        if (token.token != PG_QUERY__TOKEN__SQL_COMMENT && token.token != PG_QUERY__TOKEN__C_COMMENT)
            found.push_back({token.token, token.start, token.end});
    }
    return found;
}

Error Statement::error(int location, std::string message, std::string hint) const {
    return source_error(sql_, location, std::move(message), std::move(hint));
}

Result<Statement> Statement::parse_behind(std::string_view prefix, std::string_view sql) {
    if (sql.size() > kStatementBytesMax)
        return fail(ErrorCode::invalid_input,
                    fmt::format("a statement has at most {} bytes, this one has {}", kStatementBytesMax, sql.size()));
    if (const std::size_t zero = sql.find('\0'); zero != std::string_view::npos)
        return fail(source_error(sql.substr(0, zero), static_cast<int>(zero), "a zero byte in the statement"));
    if (const std::size_t valid = utf8_valid_prefix(sql); valid != sql.size())
        return fail(source_error(sql.substr(0, valid), static_cast<int>(valid),
                                 "the statement is no valid UTF-8 from here on"));
    SF_TRY(check_tokens(std::string(sql)));
    std::string text = std::string(prefix).append(sql);
    PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(text.c_str());
    if (parsed.error != nullptr) {
        Error error = syntax_error(sql, *parsed.error, prefix);
        pg_query_free_protobuf_parse_result(parsed);
        return fail(std::move(error));
    }
    Tree tree(pg_query__parse_result__unpack(nullptr, parsed.parse_tree.len,
                                             reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data)));
    pg_query_free_protobuf_parse_result(parsed);
    if (tree == nullptr) return fail(ErrorCode::internal, "the tree of a statement could not be read");
    if (tree->n_stmts == 0) return fail(ErrorCode::invalid_input, "there is no statement");
    if (tree->n_stmts > 1) {
        int second = tree->stmts[1]->stmt_location;
        while (static_cast<std::size_t>(second) < text.size() &&
               (text[static_cast<std::size_t>(second)] == ' ' || text[static_cast<std::size_t>(second)] == '\n'))
            ++second;
        return fail(source_error(sql, second - static_cast<int>(prefix.size()), "only one statement is allowed"));
    }
    return Statement(std::move(text), std::move(tree));
}

}  // namespace sf::sql
