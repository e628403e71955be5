// encode() and convert_from(): what stands inside is made of bytes, which only these turn into a value.
#include "base/ascii.hpp"
#include "sql/plan/expression_binder.hpp"
#include "sql/plan/type_name.hpp"

#include <fmt/format.h>

namespace sf::sql {
namespace {

constexpr std::string_view kBytesHint =
    "bytes are text::bytea, convert_to(text, 'UTF8'), decode(text, 'hex'), and sha256() of them";

// A literal text, in small letters.
std::string literal_word(const PgQuery__Node& node) {
    const bool text =
        node.node_case == PG_QUERY__NODE__NODE_A_CONST && node.a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL;
    return text ? ascii_lower(node.a_const->sval->sval) : std::string();
}

bool is_utf8(const PgQuery__Node& node) {
    const std::string word = literal_word(node);
    return word == "utf8" || word == "utf-8";
}

}  // namespace

Result<ExpressionPtr> ExpressionBinder::bind_bytes(const PgQuery__Node& node, const Clause& clause) {
    const int location = location_of(node);
    const auto text = [&](const PgQuery__Node& of) -> Result<ExpressionPtr> {
        SF_ASSIGN(const Operand operand, bind(of, clause));
        return builder_.implicit(operand, Type::text);
    };
    const bool literal =
        node.node_case == PG_QUERY__NODE__NODE_A_CONST && node.a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL;
    const bool cast = node.node_case == PG_QUERY__NODE__NODE_TYPE_CAST && is_type(*node.type_cast->type_name, "bytea");
    if (literal || cast) {
        SF_ASSIGN(ExpressionPtr value, text(cast ? *node.type_cast->arg : node));
        return builder_.call(kTextToBytes, {std::move(value)}, location);
    }
    if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL) {
        const PgQuery__FuncCall& call = *node.func_call;
        const std::string_view name = string_of(*call.funcname[call.n_funcname - 1]);
        if (name == "sha256" && call.n_args == 1) {
            SF_ASSIGN(ExpressionPtr inner, bind_bytes(*call.args[0], clause));
            return builder_.call(kSha256, {std::move(inner)}, location);
        }
        if (name == "convert_to" && call.n_args == 2 && is_utf8(*call.args[1])) return text(*call.args[0]);
        if (name == "decode" && call.n_args == 2) {
            const std::string form = literal_word(*call.args[1]);
            if (form != "hex" && form != "base64")
                return refuse(location_of(*call.args[1]), "decode takes 'hex' or 'base64'");
            SF_ASSIGN(ExpressionPtr value, text(*call.args[0]));
            return builder_.call(form == "hex" ? kHexToBytes : kBase64ToBytes, {std::move(value)}, location);
        }
    }
    return refuse(location, "expected bytes", std::string(kBytesHint));
}

Result<Operand> ExpressionBinder::bind_of_bytes(std::string_view name, const PgQuery__FuncCall& call,
                                                const Clause& clause) {
    if (call.n_args != 2) return refuse(call.location, fmt::format("{} takes two arguments", name));
    const std::string form = literal_word(*call.args[1]);
    const Function* function = name == "convert_from" && is_utf8(*call.args[1]) ? &kBytesToText
                               : name == "encode" && form == "hex"              ? &kBytesToHex
                               : name == "encode" && form == "base64"           ? &kBytesToBase64
                                                                                : nullptr;
    if (function == nullptr)
        return refuse(location_of(*call.args[1]),
                      name == "encode" ? "encode takes 'hex' or 'base64'" : "convert_from takes 'UTF8'");
    SF_ASSIGN(ExpressionPtr bytes, bind_bytes(*call.args[0], clause));
    SF_ASSIGN(ExpressionPtr made, builder_.call(*function, {std::move(bytes)}, call.location));
    return typed(std::move(made), call.location);
}

}  // namespace sf::sql
