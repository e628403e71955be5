// jsonb_set(), jsonb_insert() and #-: another value, one more or none at a path. Steps are keys of objects, or places
// in arrays, from the end where negative. What PostgreSQL has an error for fails: a path into a plain value, a step
// that is no place where an array is, a NULL among the steps that are followed.
#include "base/ascii.hpp"
#include "sql/functions/array_row.hpp"
#include "sql/functions/catalog.hpp"
#include "sql/functions/rowwise.hpp"
#include "sql/values/json_items.hpp"
#include "sql/values/jsonb.hpp"

#include <charconv>
#include <limits>
#include <string>
#include <vector>

namespace sf::sql {
namespace {

enum class PathChange : std::uint8_t { replace, create, insert_before, insert_after, remove };

using ChangedJson = std::optional<std::string_view>;

// As strtol() reads one: spaces before it are fine, behind it they are not.
std::optional<std::int32_t> place_in_array(std::string_view step) {
    while (!step.empty() && is_space(step.front())) step.remove_prefix(1);
    if (step.starts_with('+') && step.size() > 1 && is_digit(step[1])) step.remove_prefix(1);
    std::int32_t place = 0;
    const auto [end, problem] = std::from_chars(step.data(), step.data() + step.size(), place);
    if (problem != std::errc{} || end != step.data() + step.size()) return std::nullopt;
    return place;
}

class PathWriter {
public:
    PathWriter(std::vector<Element> path, std::string_view value, PathChange change)
        : path_(std::move(path)), value_(value), change_(change) {}

    /// Appends `json` with the change. False where there is an error.
    bool write(std::string_view json) { return container(json, 0); }

    [[nodiscard]] const std::string& text() const { return out_; }

private:
    [[nodiscard]] bool inserts() const {
        return change_ == PathChange::insert_before || change_ == PathChange::insert_after;
    }
    [[nodiscard]] bool adds() const { return inserts() || change_ == PathChange::create; }
    [[nodiscard]] bool is_last(std::size_t level) const { return level + 1 == path_.size(); }

    bool value(std::string_view json, std::size_t level) {
        if (!path_[level]) return false;
        if (json[0] == '{' || json[0] == '[') return container(json, level);
        out_ += json;  // The path leads nowhere.
        return true;
    }

    bool container(std::string_view json, std::size_t level) {
        if (!path_[level]) return false;
        return json[0] == '{' ? object(json, level) : array(json, level);
    }

    void separate() {
        if (out_.back() != '{' && out_.back() != '[') out_ += ", ";
    }
    void put(std::string_view json) {
        separate();
        out_ += json;
    }

    bool object(std::string_view json, std::size_t level) {
        std::string key;
        append_json_quoted(key, *path_[level]);
        bool found = false;
        out_ += '{';
        for (JsonItems items(json); items.next();) {
            std::string content;
            append_json_content(content, items.key());
            const bool here = !found && content == *path_[level];
            found = found || here;
            if (here && is_last(level)) {
                if (inserts()) return false;  // There is one of this key.
                if (change_ == PathChange::remove) continue;
            }
            separate();
            out_.append(items.key()).append(": ");
            if (!here) out_ += items.value();
            else if (is_last(level)) out_ += value_;
            else if (!value(items.value(), level + 1)) return false;
        }
        if (!found && adds() && is_last(level)) {
            separate();
            out_.append(key).append(": ").append(value_);
        }
        out_ += '}';
        return true;
    }

    bool array(std::string_view json, std::size_t level) {
        const auto place = place_in_array(*path_[level]);
        if (!place) return false;
        std::int64_t size = 0;
        for (JsonItems items(json); items.next();) ++size;
        const std::int64_t wanted = *place < 0 ? *place + size : *place;  // Still negative: before all of them.
        const bool adds_here = adds() && is_last(level);
        bool done = false;
        out_ += '[';
        if (adds_here && (wanted < 0 || size == 0)) {
            put(value_);
            done = true;
        }
        std::int64_t at = 0;
        for (JsonItems items(json); items.next(); ++at) {
            if (at != wanted) {
                put(items.value());
                continue;
            }
            done = true;
            if (!is_last(level)) {
                separate();
                if (!value(items.value(), level + 1)) return false;
                continue;
            }
            if (change_ == PathChange::insert_before || change_ == PathChange::create) put(value_);
            if (inserts()) put(items.value());
            if (change_ == PathChange::insert_after || change_ == PathChange::replace) put(value_);
        }
        if (adds_here && !done) put(value_);
        out_ += ']';
        return true;
    }

    std::vector<Element> path_;
    std::string_view value_;
    PathChange change_;
    std::string out_;
};

ChangedJson changed_at(Call& call, std::string_view json, std::string_view path, std::string_view value,
                       PathChange change) {
    if (json[0] != '{' && json[0] != '[') return std::nullopt;
    std::vector<Element> steps;
    ArrayReader reader(path);
    for (Element step; reader.next(step);) steps.push_back(step);
    if (steps.empty()) return json;
    const bool empty = !JsonItems(json).next();
    if (empty && (change == PathChange::replace || change == PathChange::remove)) return json;
    PathWriter writer(std::move(steps), value, change);
    std::string printed;
    std::string_view kept;
    if (!writer.write(json) || !append_jsonb(printed, writer.text(), call.room()) || !call.copy(printed, kept))
        return std::nullopt;
    return kept;
}

ChangedJson set_or_create(Call& call, std::string_view json, std::string_view path, std::string_view value) {
    return changed_at(call, json, path, value, PathChange::create);
}
ChangedJson set_at_path(Call& call, std::string_view json, std::string_view path, std::string_view value, bool create) {
    return changed_at(call, json, path, value, create ? PathChange::create : PathChange::replace);
}
ChangedJson insert_before(Call& call, std::string_view json, std::string_view path, std::string_view value) {
    return changed_at(call, json, path, value, PathChange::insert_before);
}
ChangedJson insert_at_path(Call& call, std::string_view json, std::string_view path, std::string_view value,
                           bool after) {
    return changed_at(call, json, path, value, after ? PathChange::insert_after : PathChange::insert_before);
}
ChangedJson without_path(Call& call, std::string_view json, std::string_view path) {
    return changed_at(call, json, path, {}, PathChange::remove);
}

constexpr Function change_of(std::string_view name, std::uint8_t arity, Kernel kernel) {
    return {.name = name,
            .arguments = {Type::jsonb, kTextArray, Type::jsonb, Type::boolean},
            .arity = arity,
            .result = Type::jsonb,
            .kernel = kernel};
}

constexpr std::array kChanges = {
    change_of("jsonb_set", 3, rowwise<&set_or_create>),
    change_of("jsonb_set", 4, rowwise<&set_at_path>),
    change_of("jsonb_insert", 3, rowwise<&insert_before>),
    change_of("jsonb_insert", 4, rowwise<&insert_at_path>),
};

constexpr std::array kRemovals = {
    Function{.name = "#-",
             .arguments = {Type::jsonb, kTextArray},
             .arity = 2,
             .result = Type::jsonb,
             .kernel = rowwise<&without_path>,
             .style = Function::Style::infix},
};

}  // namespace

std::span<const Function> jsonb_change_functions() { return kChanges; }
std::span<const Function> jsonb_change_operators() { return kRemovals; }

}  // namespace sf::sql
