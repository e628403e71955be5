// Assertions that stay on in release builds. They mean that this program is wrong: input, files and peers can never
// reach one.
#pragma once

namespace sf {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace sf

#define SF_ASSERT(condition) \
    (__builtin_expect(!!(condition), 1) ? (void)0 : ::sf::assertion_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define SF_DEBUG_ASSERT(condition) ((void)0)
#else
#define SF_DEBUG_ASSERT(condition) SF_ASSERT(condition)
#endif
