#include "http/router.hpp"

namespace sf::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // The slash.
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

void append_method(std::string& allow, Method method) {
    if (!allow.empty()) allow += ", ";
    allow += to_string(method);
    if (method == Method::get) allow += ", HEAD";
}

bool answers(Method route, Method request) {
    return route == request || (route == Method::get && request == Method::head);
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
    const auto value = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (i + 2 >= text.size()) return std::nullopt;
            const int high = value(text[i + 1]);
            const int low = value(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        } else {
            out.push_back(plus_is_space && text[i] == '+' ? ' ' : text[i]);
        }
    }
    return out;
}

Router::Router(RouteTable routes) : routes_(std::move(routes)) {
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const std::string& pattern = routes_[i].pattern;
        if (pattern.find('{') == std::string::npos) {
            exact_[pattern].push_back(i);
            continue;
        }
        Pattern made;
        for (const std::string_view segment : split(pattern)) made.segments.emplace_back(segment);
        made.route = i;
        patterns_.push_back(std::move(made));
    }
}

bool Router::matches(const Pattern& pattern, const std::vector<std::string_view>& segments,
                     std::vector<std::pair<std::string, std::string>>& parameters) {
    if (segments.size() != pattern.segments.size()) return false;
    parameters.clear();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::string& expected = pattern.segments[i];
        auto segment = percent_decoded(segments[i], false);
        if (!segment) return false;
        if (expected.starts_with('{')) {
            if (segment->empty()) return false;
            parameters.emplace_back(expected.substr(1, expected.size() - 2), std::move(*segment));
        } else if (expected != *segment) {
            return false;
        }
    }
    return true;
}

Router::Match Router::find(Method method, std::string_view path) const {
    Match match;
    std::string literal(path);
    if (path.find('%') != std::string_view::npos) literal = percent_decoded(path, false).value_or("");
    const auto exact = exact_.find(literal);
    if (exact != exact_.end()) {
        for (const std::size_t i : exact->second) {
            if (answers(routes_[i].method, method)) {
                match.route = &routes_[i];
                return match;
            }
            append_method(match.allow, routes_[i].method);
        }
    }
    const std::vector<std::string_view> segments = split(path);
    std::vector<std::pair<std::string, std::string>> parameters;
    for (const Pattern& pattern : patterns_) {
        if (!matches(pattern, segments, parameters)) continue;
        const Route& route = routes_[pattern.route];
        if (answers(route.method, method)) {
            match.route = &route;
            match.parameters = std::move(parameters);
            match.allow.clear();
            return match;
        }
        append_method(match.allow, route.method);
    }
    return match;
}

}  // namespace sf::http
