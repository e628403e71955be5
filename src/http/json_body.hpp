// Request bodies as described structs (BOOST_DESCRIBE_STRUCT): one declaration gives the parser, its error messages
// with JSON pointers, and the schema in the OpenAPI document. Members of std::optional may be absent or null; all
// others are required.
#pragma once

#include "http/problem.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sf::http {

/// One member of a described struct, bound to an object.
struct JsonMember {
    std::string name;
    std::string type;  // JSON Schema's word: string, integer, number, boolean.
    bool required = true;
    std::function<bool(std::string_view raw)> set;  // Takes the value's JSON text; false: another type.
};

/// Reads the members of one JSON object; its problems are listed, about 20 at most. Empty: all is well.
[[nodiscard]] std::vector<FieldError> read_members(std::string_view padded_json, std::vector<JsonMember> members);

[[nodiscard]] std::string object_schema(const std::vector<JsonMember>& members);

[[nodiscard]] bool set_value(std::string_view raw, std::string& value);
[[nodiscard]] bool set_value(std::string_view raw, std::int64_t& value);
[[nodiscard]] bool set_value(std::string_view raw, double& value);
[[nodiscard]] bool set_value(std::string_view raw, bool& value);

namespace detail {

template <class T>
struct Unwrapped {
    using Type = T;
    static constexpr bool optional = false;
};
template <class T>
struct Unwrapped<std::optional<T>> {
    using Type = T;
    static constexpr bool optional = true;
};

template <class T>
constexpr const char* schema_type() {
    if constexpr (std::is_same_v<T, std::string>) return "string";
    else if constexpr (std::is_same_v<T, bool>) return "boolean";
    else if constexpr (std::is_same_v<T, std::int64_t>) return "integer";
    else return "number";
}

}  // namespace detail

template <class T>
std::vector<JsonMember> members_of(T& object) {
    std::vector<JsonMember> members;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto descriptor) {
        auto& member = object.*descriptor.pointer;
        using Wrapped = detail::Unwrapped<std::remove_reference_t<decltype(member)>>;
        members.push_back({descriptor.name, detail::schema_type<typename Wrapped::Type>(), !Wrapped::optional,
                           [&member](std::string_view raw) {
                               if constexpr (Wrapped::optional) {
                                   if (raw == "null") return true;
                                   return set_value(raw, member.emplace());
                               } else {
                                   return set_value(raw, member);
                               }
                           }});
    });
    return members;
}

/// Nothing, and `object` is filled; or the response that says what is wrong (400 for no JSON, 422 for wrong members).
template <class T>
[[nodiscard]] std::optional<Response> parse_body(std::string_view padded_json, T& object) {
    const std::vector<FieldError> errors = read_members(padded_json, members_of(object));
    if (errors.empty()) return std::nullopt;
    const bool no_json = errors.size() == 1 && errors.front().pointer.empty();
    return problem(no_json ? 400 : 422, no_json ? "the body is not valid JSON" : "the body does not fit",
                   no_json ? errors.front().detail : "see errors", errors);
}

template <class T>
[[nodiscard]] std::string json_schema() {
    T object{};
    return object_schema(members_of(object));
}

}  // namespace sf::http
