// What the program tells a script about its outcome. docs/cli.md lists these; they don't change.
#pragma once

namespace sf::cli {

enum class Exit : int {
    ok = 0,
    failed = 1,   // It was tried and did not work, or something is not as it should be (a service that is not ready).
    usage = 2,    // The command line is wrong; nothing was tried.
    partial = 3,  // It worked in part: a result was cut short, or some events were not taken.
    unreachable = 4,  // No server answers, or it can't serve now.
    interrupted = 130,
};

}  // namespace sf::cli
