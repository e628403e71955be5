#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace sf {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "streamflow: assertion failed: %s (%s:%d). This is a bug; please report it.\n", condition,
                 file, line);
    std::abort();
}

}  // namespace sf
