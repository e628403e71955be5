#include "sql/plan/overloads.hpp"

#include "sql/plan/builder.hpp"

#include <algorithm>
#include <optional>

namespace sf::sql {
namespace {

enum class Category { number, string, boolean, time, span, other };

Category category_of(Type type) {
    switch (type) {
        case Type::integer:
        case Type::bigint:
        case Type::numeric:
        case Type::double_precision: return Category::number;
        case Type::text: return Category::string;
        case Type::boolean: return Category::boolean;
        case Type::date:
        case Type::timestamp:
        case Type::timestamptz: return Category::time;
        case Type::interval: return Category::span;
        default: return Category::other;
    }
}

bool is_preferred(Type type) {
    return type == Type::double_precision || type == Type::text || type == Type::boolean || type == Type::timestamptz ||
           type == Type::interval;
}

using Candidates = std::vector<const Function*>;

// Keeps those with the highest score.
template <class Score>
void keep_best(Candidates& candidates, Score score) {
    int best = 0;
    for (const Function* candidate : candidates) best = std::max(best, score(*candidate));
    std::erase_if(candidates, [&](const Function* candidate) { return score(*candidate) < best; });
}

// The known types of the arguments; nothing where unknown.
std::vector<std::optional<Type>> known_types(const Candidates& candidates, std::span<const Operand> arguments) {
    std::vector<std::optional<Type>> types;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i].unknown) {
            types.emplace_back();
            continue;
        }
        Type type = arguments[i].type();
        if (type == Type::json_scalar) {
            for (const Type reading : {Type::double_precision, Type::text, Type::boolean}) {
                if (std::ranges::any_of(
                        candidates, [&](const Function* candidate) { return candidate->arguments[i] == reading; })) {
                    type = reading;
                    break;
                }
            }
        }
        types.emplace_back(type);
    }
    return types;
}

// The category that a literal without a type gets at a position: string if any candidate takes that, else the one that
// all share.
std::optional<Category> category_at(const Candidates& candidates, std::size_t position) {
    std::optional<Category> category;
    bool differs = false;
    for (const Function* candidate : candidates) {
        const Category its = category_of(candidate->arguments[position]);
        if (its == Category::string) return its;
        differs = differs || (category && *category != its);
        category = its;
    }
    return differs ? std::nullopt : category;
}

}  // namespace

Choice choose_overload(std::span<const Function* const> all, std::span<const Operand> arguments) {
    Candidates candidates(all.begin(), all.end());
    std::erase_if(candidates, [&](const Function* candidate) { return candidate->arity != arguments.size(); });
    // What the others leave: only among these a field of data looks for its reading.
    std::erase_if(candidates, [&](const Function* candidate) {
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (!arguments[i].unknown && !arguments[i].is(Type::json_scalar) &&
                !converts_implicitly(arguments[i].type(), candidate->arguments[i]))
                return true;
        }
        return false;
    });
    const auto types = known_types(candidates, arguments);
    std::erase_if(candidates, [&](const Function* candidate) {
        for (std::size_t i = 0; i < types.size(); ++i) {
            if (types[i] && !converts_implicitly(*types[i], candidate->arguments[i])) return true;
        }
        return false;
    });
    if (candidates.size() <= 1) return {candidates.empty() ? nullptr : candidates[0], false};
    keep_best(candidates, [&](const Function& candidate) {
        int exact = 0;
        for (std::size_t i = 0; i < types.size(); ++i) exact += types[i] == candidate.arguments[i] ? 1 : 0;
        return exact;
    });
    if (candidates.size() == 1) return {candidates[0], false};
    keep_best(candidates, [&](const Function& candidate) {
        int good = 0;
        for (std::size_t i = 0; i < types.size(); ++i)
            good += types[i] && (types[i] == candidate.arguments[i] || is_preferred(candidate.arguments[i])) ? 1 : 0;
        return good;
    });
    if (candidates.size() == 1) return {candidates[0], false};
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (types[i]) continue;
        const auto category = category_at(candidates, i);
        if (!category) return {nullptr, true};
        std::erase_if(candidates,
                      [&](const Function* candidate) { return category_of(candidate->arguments[i]) != *category; });
        keep_best(candidates, [&](const Function& candidate) { return is_preferred(candidate.arguments[i]) ? 1 : 0; });
    }
    return candidates.size() == 1 ? Choice{candidates[0], false} : Choice{nullptr, true};
}

std::string signature_text(std::string_view name, std::span<const Operand> arguments) {
    std::string text(name);
    text += '(';
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (i > 0) text += ", ";
        text += arguments[i].type_name();
    }
    return text + ')';
}

}  // namespace sf::sql
