// Options of a benchmark: `--name value`, each at most once. What is not known, or no number where one belongs, ends
// the program, so that a figure never comes from other settings than those that were asked for.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace sf::bench {

class Options {
public:
    Options(int argc, char** argv, std::string_view usage) : usage_(usage) {
        for (int i = 1; i < argc; i += 2) {
            if (i + 1 == argc) refuse(argv[i]);
            if (!given_.emplace(argv[i], argv[i + 1]).second) refuse(argv[i]);
        }
    }

    [[nodiscard]] std::string text(const std::string& name, std::string_view otherwise) {
        const auto found = given_.find(name);
        if (found == given_.end()) return std::string(otherwise);
        std::string value = found->second;
        given_.erase(found);
        return value;
    }

    /// Above 0.
    [[nodiscard]] std::size_t number(const std::string& name, std::size_t otherwise) {
        const std::string value = text(name, std::to_string(otherwise));
        std::size_t number = 0;
        const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
        if (problem != std::errc{} || end != value.data() + value.size() || number == 0) refuse(name + ' ' + value);
        return number;
    }

    /// After all that there are have been asked for.
    void done() const {
        if (!given_.empty()) refuse(given_.begin()->first);
    }

private:
    [[noreturn]] void refuse(const std::string& what) const {
        std::fprintf(stderr, "error: %s\nusage: %.*s\n", what.c_str(), static_cast<int>(usage_.size()), usage_.data());
        std::exit(2);
    }

    std::string_view usage_;
    std::map<std::string, std::string> given_;
};

}  // namespace sf::bench
