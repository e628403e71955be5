// The command line: one call from main().
#pragma once

#include "cli/environment.hpp"
#include "cli/hooks.hpp"

#include <string>
#include <vector>

namespace sf::cli {

/// Parses, runs, prints. Returns the exit code (exit_code.hpp). Throws nothing.
[[nodiscard]] int run(int argc, char** argv, const Hooks& hooks);

/// The same in a world of the caller's. `arguments` without the program's name.
[[nodiscard]] int run(const std::vector<std::string>& arguments, const Hooks& hooks, Environment& environment);

}  // namespace sf::cli
