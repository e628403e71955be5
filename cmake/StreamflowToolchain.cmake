# Compiler, linker, cache and hardening: everything that applies to every target.

find_program(SF_CCACHE ccache)
if(SF_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${SF_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SF_CCACHE})
endif()

find_program(SF_MOLD mold)
if(SF_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers)
# GCC 12 sees uninitialised or overrun storage in std::expected and std::string where it inlines them (GCC bugs 105562 and 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
# GCC collects its garbage from here on, in KiB, instead of from 128 MiB on: a tenth of the time of a build went there.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(--param=ggc-min-heapsize=400000)
endif()
# Everything ends in programs: code of a program that can be loaded anywhere is smaller than that of a shared library.
add_compile_options(-fPIE)
add_link_options(-pie)
# Some libraries ask for it; all have it, so that the precompiled header fits everywhere.
add_compile_options(-pthread)
if(SF_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()

# Hardening that costs little: bounds checks in the standard library stay on in release builds.
add_compile_definitions($<$<COMPILE_LANGUAGE:CXX>:_GLIBCXX_ASSERTIONS>)
add_compile_options(-fstack-protector-strong -fno-omit-frame-pointer)
add_link_options(-Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo" AND NOT SF_SANITIZE)
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()

# x86-64-v2 (SSE4.2) is every x86 server of the last fifteen years; CRC32C and simdjson use more where they find it.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-march=x86-64-v2)
endif()

if(SF_SANITIZE)
  add_compile_options(-fsanitize=${SF_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SF_SANITIZE})
endif()

if(SF_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "SF_FUZZ needs clang, which brings libFuzzer: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
