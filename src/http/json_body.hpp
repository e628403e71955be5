// Request bodies as described structs (BOOST_DESCRIBE_STRUCT): one declaration gives the parser, its error messages
// with JSON pointers, and the schema in the OpenAPI document. Members of std::optional may be absent or null; all
// others are required. A member may be a described struct itself, a std::vector, or a type that reads itself: it has
// `std::vector<FieldError> read_json(std::string_view raw)` and `static std::string json_schema()`.
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

    // Of a value with something inside: its JSON Schema, and what takes it once set() was true. Pointers are below it.
    std::string schema = {};
    std::function<std::vector<FieldError>(std::string_view raw)> read = {};
};

/// Reads the members of one JSON object; its problems are listed, about 20 at most. Empty: all is well.
[[nodiscard]] std::vector<FieldError> read_members(std::string_view padded_json, std::vector<JsonMember> members);

[[nodiscard]] std::string object_schema(const std::vector<JsonMember>& members);

/// The items of an array as they stand there; `raw` is a part of a padded text. Not for arrays of many thousands.
[[nodiscard]] std::vector<std::string_view> items_of(std::string_view raw);

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
struct Listed {
    static constexpr bool list = false;
};
template <class T>
struct Listed<std::vector<T>> {
    using Item = T;
    static constexpr bool list = true;
};
template <class T>
constexpr bool kReadsItself = requires(T value, std::string_view raw) { value.read_json(raw); };
template <class T>
constexpr bool kHasInside = kReadsItself<T> || Listed<T>::list || boost::describe::has_describe_members<T>::value;

template <class T>
constexpr const char* schema_type() {
    if constexpr (Listed<T>::list) return "array";
    else if constexpr (kHasInside<T>) return "object";
    else if constexpr (std::is_same_v<T, std::string>) return "string";
    else if constexpr (std::is_same_v<T, bool>) return "boolean";
    else if constexpr (std::is_same_v<T, std::int64_t>) return "integer";
    else return "number";
}

}  // namespace detail

template <class T>
std::vector<JsonMember> members_of(T& object);

namespace detail {

template <class T>
std::string value_schema() {
    if constexpr (kReadsItself<T>) {
        return T::json_schema();
    } else if constexpr (Listed<T>::list) {
        return R"({"type":"array","items":)" + value_schema<typename Listed<T>::Item>() + '}';
    } else if constexpr (kHasInside<T>) {
        T object{};
        return object_schema(members_of(object));
    } else {
        return std::string(R"({"type":")") + schema_type<T>() + R"("})";
    }
}

template <class T>
std::vector<FieldError> read_value(std::string_view raw, T& value) {
    const auto another_type = [] {
        return std::vector<FieldError>{{"", std::string("must be of type ") + schema_type<T>()}};
    };
    if constexpr (kReadsItself<T>) {
        return value.read_json(raw);
    } else if constexpr (Listed<T>::list) {
        if (!raw.starts_with('[')) return another_type();
        std::vector<FieldError> errors;
        value.clear();
        for (const std::string_view item : items_of(raw)) {
            for (FieldError& error : read_value(item, value.emplace_back()))
                errors.push_back({'/' + std::to_string(value.size() - 1) + error.pointer, std::move(error.detail)});
        }
        return errors;
    } else if constexpr (kHasInside<T>) {
        if (!raw.starts_with('{')) return another_type();
        return read_members(raw, members_of(value));
    } else {
        if (!set_value(raw, value)) return another_type();
        return {};
    }
}

}  // namespace detail

template <class T>
std::vector<JsonMember> members_of(T& object) {
    std::vector<JsonMember> members;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto descriptor) {
        auto& member = object.*descriptor.pointer;
        using Wrapped = detail::Unwrapped<std::remove_reference_t<decltype(member)>>;
        using Type = typename Wrapped::Type;
        JsonMember made{.name = descriptor.name, .type = detail::schema_type<Type>(), .required = !Wrapped::optional};
        // Where a value is absent or null an optional member stays empty.
        const auto place = [&member]() -> Type& {
            if constexpr (Wrapped::optional) return member.emplace();
            else return member;
        };
        if constexpr (detail::kHasInside<Type>) {
            made.set = [](std::string_view) { return true; };
            made.schema = detail::value_schema<Type>();
            made.read = [place](std::string_view raw) {
                if (Wrapped::optional && raw == "null") return std::vector<FieldError>{};
                return detail::read_value(raw, place());
            };
        } else {
            made.set = [place](std::string_view raw) {
                return (Wrapped::optional && raw == "null") || set_value(raw, place());
            };
        }
        members.push_back(std::move(made));
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
