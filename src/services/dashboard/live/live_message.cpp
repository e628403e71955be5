#include "services/dashboard/live/live_message.hpp"

#include "http/json_body.hpp"
#include "services/dashboard/row_json.hpp"

namespace sf::dashboard {
namespace {

constexpr std::size_t kIdBytesMax = 64;
constexpr std::size_t kKeysMax = 16;

using http::FieldError;
using http::JsonMember;

// A member that `read` takes; where it does not fit, `expected` says what would.
JsonMember text_member(std::string name, std::string& value, bool required = false) {
    return {std::move(name), "string", required,
            [&value](std::string_view raw) { return http::set_value(raw, value); }};
}

template <class T>
JsonMember text_member(std::string name, std::string expected, std::optional<T>& value,
                       std::optional<T> (*parse)(std::string_view)) {
    return {std::move(name), std::move(expected), false, [&value, parse](std::string_view raw) {
                std::string text;
                if (http::set_value(raw, text)) value = parse(text);
                return value.has_value();
            }};
}

JsonMember limit_member(std::size_t& value, std::size_t most) {
    return {"limit", "integer, from 1 to " + std::to_string(most), false, [&value, most](std::string_view raw) {
                std::int64_t number = 0;
                if (!http::set_value(raw, number) || number < 1 || number > static_cast<std::int64_t>(most))
                    return false;
                value = static_cast<std::size_t>(number);
                return true;
            }};
}

// All that a message may have, whichever kind it is: which of it fits together is looked at afterwards.
struct Members {
    std::string type;
    std::string id;
    std::optional<std::string> view;
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
    std::size_t limit = 0;  // 0: not said.
    std::optional<std::map<std::string, std::string>> keys;
    std::optional<TailEvents> tail;
    std::optional<bool> overview;
};

std::string first_of(const std::vector<FieldError>& errors, std::string_view below = {}) {
    const FieldError& error = errors.front();
    return std::string(below) + error.pointer + (below.empty() && error.pointer.empty() ? "" : " ") + error.detail;
}

std::vector<JsonMember> tail_members(TailEvents& tail) {
    return {{"type", "string, with one * at its end or none", false,
             [&](std::string_view raw) {
                 return http::set_value(raw, tail.filter.type) &&
                        tail.filter.type.find('*') >= tail.filter.type.size() - 1;
             }},
            text_member("source", tail.filter.source),
            text_member("user_id", tail.filter.user_id),
            text_member<models::Severity>("severity", "string: low, medium, high or critical", tail.filter.severity,
                                          &models::parse_severity),
            limit_member(tail.limit, kTailEventsMax)};
}

bool read_keys(std::string_view raw, std::optional<std::map<std::string, std::string>>& keys) {
    bool fits = raw.starts_with('{');
    keys.emplace();
    each_member(raw, [&](std::string name, std::string_view value) {
        fits &= !value.starts_with('{') && !value.starts_with('[') && value != "null";
        keys->emplace(std::move(name), value_text(value));
    });
    return fits && keys->size() <= kKeysMax;
}

// `nested` gets what is wrong inside of `tail`, which is more than its type.
std::vector<JsonMember> members_of(Members& members, std::string& nested) {
    return {
        text_member("type", members.type, true),
        text_member("id", members.id, true),
        {"view", "string", false, [&](std::string_view raw) { return http::set_value(raw, members.view.emplace()); }},
        text_member<Timestamp>("from", "string: an RFC 3339 time", members.from, &parse_rfc3339),
        text_member<Timestamp>("to", "string: an RFC 3339 time", members.to, &parse_rfc3339),
        limit_member(members.limit, kViewRowsMax),
        {"keys", "object of at most 16 strings, numbers or booleans", false,
         [&](std::string_view raw) { return read_keys(raw, members.keys); }},
        {"tail", "object", false,
         [&](std::string_view raw) {
             if (!raw.starts_with('{')) return false;
             const auto errors = http::read_members(raw, tail_members(members.tail.emplace()));
             if (!errors.empty()) nested = first_of(errors, "/tail");
             return true;
         }},
        {"overview", "boolean: true", false,
         [&](std::string_view raw) { return http::set_value(raw, members.overview.emplace()) && *members.overview; }}};
}

// What `members` say as a subscription, or what is wrong with it.
std::variant<LiveMessage, LiveMessageError> subscription_of(Members& members) {
    const auto refuse = [&](std::string_view detail) { return LiveMessageError{members.id, std::string(detail)}; };
    const int kinds = (members.view ? 1 : 0) + (members.tail ? 1 : 0) + (members.overview ? 1 : 0);
    if (kinds != 1) return refuse("a subscription has exactly one of view, tail and overview");
    if (!members.view && (members.from || members.to || members.limit > 0 || members.keys))
        return refuse("from, to, limit and keys belong to a view");
    LiveMessage message{.id = std::move(members.id), .subscribe = WatchOverview{}};
    if (members.tail) message.subscribe = std::move(*members.tail);
    if (members.view) {
        WatchView watch{.view = std::move(*members.view), .from = members.from, .to = members.to};
        if (members.limit > 0) watch.limit = members.limit;
        if (members.keys) watch.keys = std::move(*members.keys);
        message.subscribe = std::move(watch);
    }
    return message;
}

}  // namespace

std::variant<LiveMessage, LiveMessageError> parse_live_message(std::string_view padded) {
    Members members;
    std::string nested;
    const std::vector<FieldError> errors = http::read_members(padded, members_of(members, nested));
    std::optional<std::string> id;
    if (!members.id.empty() && members.id.size() <= kIdBytesMax) id = members.id;
    if (!errors.empty()) return LiveMessageError{id, first_of(errors)};
    if (!nested.empty()) return LiveMessageError{id, nested};
    if (!id) return LiveMessageError{id, "/id must have 1 to 64 bytes"};
    if (members.type == "subscribe") return subscription_of(members);
    const bool bare = !members.view && !members.tail && !members.overview && !members.from && !members.to &&
                      members.limit == 0 && !members.keys;
    if (members.type == "unsubscribe" && bare)
        return LiveMessage{.id = std::move(members.id), .subscribe = std::nullopt};
    if (members.type == "unsubscribe") return LiveMessageError{id, "an unsubscribe has no members but type and id"};
    return LiveMessageError{id, "/type must be subscribe or unsubscribe"};
}

}  // namespace sf::dashboard
