// Finds the route of a method and path. Built once, read by every server thread.
#pragma once

#include "http/route.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sf::http {

/// `text` with %XX resolved; nothing if an escape is broken. `plus_is_space` as in query strings.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

class Router {
public:
    explicit Router(RouteTable routes);

    struct Match {
        const Route* route = nullptr;
        std::vector<std::pair<std::string, std::string>> parameters;
        std::string allow;  // The methods that the path takes, where the method is not among them; empty: no such path.
    };
    /// `path` as it came, escapes unresolved: "a%2Fb" is one segment. Where a path fits a literal and a parameter, the
    /// literal wins.
    [[nodiscard]] Match find(Method method, std::string_view path) const;

    [[nodiscard]] const RouteTable& routes() const { return routes_; }

private:
    struct Pattern {
        std::vector<std::string> segments;  // "{name}" stands for any one.
        std::size_t route;
    };

    [[nodiscard]] static bool matches(const Pattern& pattern, const std::vector<std::string_view>& segments,
                                      std::vector<std::pair<std::string, std::string>>& parameters);

    RouteTable routes_;
    std::unordered_map<std::string, std::vector<std::size_t>> exact_;  // Paths without parameters.
    std::vector<Pattern> patterns_;
};

}  // namespace sf::http
