#include "sql/plan/function_body.hpp"

#include "sql/plan/expression_binder.hpp"
#include "sql/syntax/locations.hpp"
#include "sql/syntax/source_error.hpp"

#include <algorithm>

namespace sf::sql {
namespace {

constexpr std::string_view kBodyForm = "write AS $$ SELECT a + b $$, or RETURN a + b";

// Where in the statement the characters of a string constant stand that begins at `token`.
class StringPlaces {
public:
    StringPlaces(std::string_view sql, const Token& token) : sql_(sql), begin_(token.begin) {
        const std::string_view written = sql.substr(static_cast<std::size_t>(token.begin));
        if (written.starts_with('$')) first_ = token.begin + static_cast<int>(written.find('$', 1)) + 1;
        else if (written.starts_with('\'')) first_ = token.begin + 1;
        doubled_ = written.starts_with('\'');
    }

    // Of byte `at` of what is in it. A string with escapes is one place.
    [[nodiscard]] int operator()(int at) const {
        if (at < 0 || first_ < 0) return begin_;
        int place = first_;
        for (int i = 0; i < at && static_cast<std::size_t>(place) < sql_.size(); ++i)
            place += doubled_ && sql_[static_cast<std::size_t>(place)] == '\'' ? 2 : 1;
        return place;
    }

private:
    std::string_view sql_;
    int begin_;
    int first_ = -1;
    bool doubled_ = false;
};

// The string behind AS.
Token body_token(const Statement& statement, int as_location) {
    const std::vector<Token> tokens = tokens_of(statement.sql());
    auto token = std::ranges::find(tokens, as_location, &Token::begin);
    if (token != tokens.end()) ++token;
    return token == tokens.end() ? Token{.begin = std::max(as_location, 0)} : *token;
}

// Whether a SELECT is `SELECT expression`, whatever it is called.
bool is_one_expression(const PgQuery__SelectStmt& select) {
    const std::size_t clauses = select.n_from_clause + select.n_group_clause + select.n_sort_clause +
                                select.n_window_clause + select.n_locking_clause + select.n_values_lists +
                                select.n_distinct_clause;
    return clauses == 0 && select.op == PG_QUERY__SET_OPERATION__SETOP_NONE && select.where_clause == nullptr &&
           select.having_clause == nullptr && select.limit_count == nullptr && select.limit_offset == nullptr &&
           select.with_clause == nullptr && select.into_clause == nullptr && select.n_target_list == 1;
}

const PgQuery__DefElem* option_named(const PgQuery__CreateFunctionStmt& create, std::string_view name) {
    for (std::size_t i = 0; i < create.n_options; ++i) {
        if (name == create.options[i]->def_elem->defname) return create.options[i]->def_elem;
    }
    return nullptr;
}

}  // namespace

Result<FunctionBody> FunctionBody::of(const UserFunction& function) {
    SF_ASSIGN(Statement statement, Statement::parse(function.sql));
    FunctionBody body(std::move(statement));
    const PgQuery__CreateFunctionStmt& create = *body.statement_.root().create_function_stmt;
    const PgQuery__DefElem* const as = option_named(create, "as");
    if (as != nullptr && create.sql_body != nullptr)
        return fail(body.statement_.error(as->location, "the function has two bodies", std::string(kBodyForm)));
    if (as != nullptr) {
        SF_TRY(body.read_text(*as));
    } else {
        SF_TRY(body.read_expression());
    }
    return body;
}

Result<> FunctionBody::read_text(const PgQuery__DefElem& as) {
    const bool one = as.arg != nullptr && as.arg->node_case == PG_QUERY__NODE__NODE_LIST && as.arg->list->n_items == 1;
    if (!one) return fail(statement_.error(as.location, "the body is one string", std::string(kBodyForm)));
    const std::string text = as.arg->list->items[0]->string->sval;
    const StringPlaces place(statement_.sql(), body_token(statement_, as.location));
    auto parsed = Statement::parse(text);
    if (!parsed) {
        const auto at = place_of(parsed.error());
        return fail(statement_.error(place(at ? static_cast<int>(byte_at(text, *at)) : 0), parsed.error().message,
                                     parsed.error().hint));
    }
    text_ = std::move(*parsed);
    move_locations(text_->root(), place);
    const PgQuery__Node& root = text_->root();
    if (root.node_case != PG_QUERY__NODE__NODE_SELECT_STMT || !is_one_expression(*root.select_stmt))
        return fail(statement_.error(place(static_cast<int>(text.find_first_not_of(" \t\r\n"))),
                                     "the body is SELECT and one expression, nothing else",
                                     "it computes with its parameters; FROM and WHERE stand in the view"));
    expression_ = root.select_stmt->target_list[0]->res_target->val;
    return {};
}

Result<> FunctionBody::read_expression() {
    PgQuery__Node* const body = statement_.root().create_function_stmt->sql_body;
    if (body == nullptr) return fail(statement_.error(0, "the function has no body", std::string(kBodyForm)));
    if (body->node_case != PG_QUERY__NODE__NODE_RETURN_STMT)
        return fail(statement_.error(0, "BEGIN ATOMIC is not supported", std::string(kBodyForm)));
    expression_ = body->return_stmt->returnval;
    return {};
}

void FunctionBody::stand_at(int location) {
    move_locations(*expression_, [location](int) { return location; });
}

}  // namespace sf::sql
