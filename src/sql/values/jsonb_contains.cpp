#include "sql/values/jsonb_contains.hpp"

#include "sql/values/json_items.hpp"
#include "sql/values/jsonb.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace sf::sql {
namespace {

bool is_container(std::string_view value) { return value[0] == '{' || value[0] == '['; }

std::string canonical(std::string_view value) {
    std::string text;
    append_canonical_jsonb(text, value);
    return text;
}

class Containment {
public:
    // False, too, where it took too many steps.
    bool contains(std::string_view whole, std::string_view part) {
        if (++steps_ > kContainmentStepsMax) return false;
        if (whole[0] != part[0]) return false;
        return whole[0] == '{' ? object(whole, part) : array(whole, part);
    }

    // An array contains a plain value that is one of its elements, but only at the top.
    bool array(std::string_view whole, std::string_view part) {
        std::vector<std::string> plain;
        std::vector<std::string_view> containers;
        add_elements(whole, plain, containers);
        std::ranges::sort(plain);
        if (!is_container(part)) return std::ranges::binary_search(plain, canonical(part));
        for (JsonItems items(part); items.next() && !exceeded();) {
            const std::string_view wanted = items.value();
            ++steps_;
            const bool found =
                is_container(wanted)
                    ? std::ranges::any_of(containers, [&](std::string_view one) { return contains(one, wanted); })
                    : std::ranges::binary_search(plain, canonical(wanted));
            if (!found) return false;
        }
        return true;
    }

    [[nodiscard]] bool exceeded() const { return steps_ > kContainmentStepsMax; }

private:
    void add_elements(std::string_view array, std::vector<std::string>& plain,
                      std::vector<std::string_view>& containers) {
        for (JsonItems items(array); items.next() && !exceeded(); ++steps_) {
            if (is_container(items.value())) containers.push_back(items.value());
            else plain.push_back(canonical(items.value()));
        }
    }

    static std::unordered_map<std::string, std::string_view> members(std::string_view object) {
        std::unordered_map<std::string, std::string_view> found;
        for (JsonItems items(object); items.next();) {
            std::string key;
            append_json_content(key, items.key());
            found.insert_or_assign(std::move(key), items.value());
        }
        return found;
    }

    bool object(std::string_view whole, std::string_view part) {
        const auto there = members(whole);
        const auto wanted = members(part);
        steps_ += there.size() + wanted.size();
        return !exceeded() && std::ranges::all_of(wanted, [&](const auto& member) {
            const auto found = there.find(member.first);
            if (found == there.end()) return false;
            if (is_container(member.second) || is_container(found->second))
                return is_container(member.second) && is_container(found->second) &&
                       contains(found->second, member.second);
            return jsonb_equal(found->second, member.second);
        });
    }

    std::size_t steps_ = 0;
};

}  // namespace

std::optional<bool> jsonb_contains(std::string_view whole, std::string_view part) {
    if (!is_container(whole)) return !is_container(part) && jsonb_equal(whole, part);
    if (!is_container(part) && whole[0] == '{') return false;
    Containment containment;
    const bool result = is_container(part) ? containment.contains(whole, part) : containment.array(whole, part);
    return containment.exceeded() ? std::nullopt : std::optional(result);
}

}  // namespace sf::sql
