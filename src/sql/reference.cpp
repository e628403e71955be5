#include "sql/reference.hpp"

#include "sql/aggregate_reference.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/tables.hpp"
#include "sql/reference_texts.hpp"

#include <algorithm>
#include <map>

namespace sf::sql {
namespace {

// Whether the function exists for every type of element, as this one does for uuid: shown once, for any.
bool is_of_any(const Function& function, std::span<const Function* const> all) {
    const auto same = std::ranges::count_if(all, [&](const Function* other) {
        return other->kernel == function.kernel && other->arity == function.arity && other->name == function.name;
    });
    return same + 1 >= static_cast<std::ptrdiff_t>(kElementTypes.size());
}

std::string type_text(Type type, bool any) {
    if (any && type == array_type(Type::uuid)) return "anyarray";
    if (any && type == Type::uuid) return "anyelement";
    return std::string(to_string(type));
}

bool mentions_uuid(const Function& function) {
    const auto is_uuid = [](Type type) { return type == Type::uuid || type == array_type(Type::uuid); };
    return std::ranges::any_of(function.argument_types(), is_uuid);
}

std::string call_text(const Function& function, bool any) {
    std::string text;
    const auto types = function.argument_types();
    if (function.style == Function::Style::infix && types.size() == 2)
        return type_text(types[0], any) + " " + std::string(function.name) + " " + type_text(types[1], any);
    if (function.style == Function::Style::prefix) return std::string(function.name) + " " + type_text(types[0], any);
    for (const Type type : types) text += (text.empty() ? "" : ", ") + type_text(type, any);
    return std::string(function.name) + "(" + text + ")";
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c;
    }
    return out;
}

// The ways to call a name, each with its result; those for any type of element once.
std::string signatures(std::string_view name, std::span<const Function* const> all) {
    std::vector<std::string> lines;
    for (const Function* function : all) {
        if (function->name != name || function->kernel == nullptr) continue;
        const bool any = is_of_any(*function, all);
        if (any && !mentions_uuid(*function)) continue;
        std::string line = "`" + escaped(call_text(*function, any)) + " → " + type_text(function->result, any) + "`";
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : "<br>") + line;
    return text;
}

std::vector<std::string_view> names_of(std::span<const Function* const> all) {
    std::vector<std::string_view> names;
    for (const Function* function : all) {
        if (std::ranges::find(names, function->name) == names.end()) names.push_back(function->name);
    }
    return names;
}

std::vector<const Function*> everything() {
    std::vector<const Function*> all = all_functions();
    for (const Function* function : all_operators()) all.push_back(function);
    return all;
}

std::string casts_table() {
    std::map<std::string, std::string> targets;
    for (const Function* cast : all_casts()) {
        if (cast->arguments[0] == Type::json_scalar || is_array(cast->arguments[0]) || is_array(cast->result)) continue;
        std::string& text = targets[std::string(to_string(cast->arguments[0]))];
        text += (text.empty() ? "" : ", ") + std::string(to_string(cast->result));
    }
    std::string table = "| from | to |\n|---|---|\n";
    for (const auto& [from, to] : targets) table += "| " + from + " | " + to + " |\n";
    return table + "| any type | arrays of it are cast element by element, and to and from text |\n";
}

}  // namespace

std::string functions_page(const AggregateCatalog& aggregates) {
    std::string page =
        "# Functions, operators and casts\n\n"
        "What views understand beside the words of SQL itself (CASE, COALESCE, IN, BETWEEN, ANY and so on, see "
        "[views.md](views.md#expressions)). How exact [aggregates](views.md#aggregates) are is said there, too. The "
        "ways to call each are those of "
        "PostgreSQL 15; values of other\ntypes are converted as there, and a literal in quotes takes its type from its "
        "place.\n\nThis page is written by `sql_reference` from the program's own tables.\n";
    const auto all = everything();
    std::string_view section;
    for (const ReferenceText& text : reference_texts()) {
        if (text.section != section) {
            section = text.section;
            page += "\n## " + std::string(section) + "\n\n| call | does |\n|---|---|\n";
        }
        std::string calls = signatures(text.name, all);
        if (calls.empty()) calls = "`" + std::string(text.name) + "(...)`";
        page += "| " + calls + " | " + escaped(text.text) + " |\n";
    }
    page += "\n## Aggregates\n\n" + aggregates_table(aggregates);
    return page + "\n## Casts\n\n" + casts_table() + "\n## Templates\n\n" + std::string(templates_text());
}

std::vector<std::string_view> names_without_text() {
    std::vector<std::string_view> missing;
    for (const std::string_view name : names_of(everything())) {
        if (std::ranges::find(reference_texts(), name, &ReferenceText::name) == reference_texts().end())
            missing.push_back(name);
    }
    return missing;
}

std::vector<std::string_view> texts_without_name() {
    std::vector<std::string_view> unknown;
    const auto names = names_of(everything());
    const auto others = function_names();
    for (const ReferenceText& text : reference_texts()) {
        if (std::ranges::find(names, text.name) == names.end() && std::ranges::find(others, text.name) == others.end())
            unknown.push_back(text.name);
    }
    return unknown;
}

}  // namespace sf::sql
