// Time as a dependency. Everything that asks for the time takes a Clock, so that tests decide what time it is.
#pragma once

#include "base/time.hpp"

namespace sf {

/// Any thread may call both.
class Clock {
public:
    virtual ~Clock() = default;

    [[nodiscard]] virtual Timestamp now() const = 0;                                 // The wall clock: for data.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;  // Never goes back: for waiting.
};

/// The machine's clocks. Lives as long as the program.
[[nodiscard]] const Clock& system_clock();

/// A point on the steady clock after which a wait gives up.
using Deadline = std::chrono::steady_clock::time_point;

}  // namespace sf
