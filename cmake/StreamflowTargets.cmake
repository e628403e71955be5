# One folder is one target. sf_library(name SOURCES ... DEPENDS ... PRIVATE_DEPENDS ...) makes the static library
# `sf_<name>`; headers are included by their full path from src/. COLD: no event passes through it, so it is compiled with less
# effort. All libraries share the precompiled header of sf_base, all tests that of the first one: GCC takes it because they are
# compiled with the same options.

get_filename_component(SF_ROOT ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(SF_PCH ${SF_ROOT}/cmake/pch.hpp)

function(sf_library name)
  cmake_parse_arguments(ARG "COLD" "JOIN" "SOURCES;DEPENDS;PRIVATE_DEPENDS;OWN_PCH" ${ARGN})
  add_library(sf_${name} STATIC ${ARG_SOURCES})
  target_include_directories(sf_${name} PUBLIC ${SF_ROOT}/src)
  target_link_libraries(sf_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  sf_join_sources(sf_${name} ${ARG_JOIN})
  if(ARG_COLD)
    target_compile_options(sf_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  if(ARG_OWN_PCH)
    target_precompile_headers(sf_${name} PRIVATE ${SF_PCH} ${ARG_OWN_PCH})
  elseif(ARG_COLD)
    sf_share_pch(sf_${name} COLD_LIBRARIES ${SF_PCH})
  else()
    sf_share_pch(sf_${name} LIBRARIES ${SF_PCH})
  endif()
endfunction()

# sf_program(name SOURCES ... DEPENDS ...): an executable that is compiled as the libraries are.
function(sf_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${SF_ROOT}/src)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  sf_allocator(${name})
  sf_share_pch(${name} LIBRARIES ${SF_PCH})
endfunction()

# mimalloc in the place of malloc and operator new: what one thread allocates another one frees, all the time. Sanitizers
# bring an allocator of their own.
function(sf_allocator target)
  if(NOT SF_SANITIZE)
    target_link_libraries(${target} PRIVATE -Wl,--no-as-needed mimalloc -Wl,--as-needed)
  endif()
endfunction()

# Compiles the files of a target twelve at a time, or as many as are said (SF_UNITY, on by default): headers and templates that
# each of them would see again are read once. Names in unnamed namespaces must differ within a folder then.
function(sf_join_sources target)
  set(size 12)
  if(ARGN)
    set(size ${ARGN})
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SF_UNITY} UNITY_BUILD_BATCH_SIZE ${size})
  if(SF_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Said of every class with a member of an unnamed namespace's type outside the file that is compiled.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# The first target of a kind compiles the header, the others use it.
function(sf_share_pch target kind)
  get_property(first GLOBAL PROPERTY SF_PCH_OF_${kind})
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE ${ARGN})
    set_property(GLOBAL PROPERTY SF_PCH_OF_${kind} ${target})
  endif()
endfunction()

# sf_test_program(name SOURCES ... DEPENDS ...): an executable that tests something. What is tested is optimised as it ships;
# this code need not be, and compiles faster. (Fortified functions do need it.)
function(sf_test_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${SF_ROOT}/src ${SF_ROOT}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock)
  target_compile_definitions(${name} PRIVATE SF_SOURCE_DIR="${SF_ROOT}")
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0 -g0>)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${name} PRIVATE -U_FORTIFY_SOURCE)
  endif()
  sf_join_sources(${name})
  sf_share_pch(${name} TESTS ${SF_PCH} <gtest/gtest.h>)
endfunction()

# sf_test(name SOURCES ... DEPENDS ...): a GoogleTest program whose every test is known to ctest.
function(sf_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  sf_test_program(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS} GTest::gtest_main)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 300)
endfunction()
