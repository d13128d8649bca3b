# unentropy_module(NAME SOURCES … [TESTS …] [DEPENDS module …] [LIBRARIES target …] [TEST_LIBRARIES target …])
#
# A folder of src/ as a static library `unentropy_NAME`, with its tests as one binary `NAME_test`. Third-party
# LIBRARIES are private: their types stay out of our headers.
include(GoogleTest)

# Builds every unit test and nothing else.
add_custom_target(unit_tests)

# Test code is most of what there is to compile, and not what is examined: it is not optimised, and checked for the
# errors that it could cause in the code under test alone.
if(UNENTROPY_SANITIZE AND UNENTROPY_TESTS)
  set(UNENTROPY_TEST_CODE_OPTIONS -O0 -fno-sanitize=null,alignment,vptr,object-size)
endif()

# What waits for people, disks and networks, and would be half of the program otherwise: optimised for size.
set(UNENTROPY_SMALL_MODULES cli config gate github net store sync)

function(unentropy_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;DEPENDS;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  set(target unentropy_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  if(name IN_LIST UNENTROPY_SMALL_MODULES)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-Os>)
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND unentropy_ OUTPUT_VARIABLE depends)
  target_link_libraries(${target} PUBLIC ${depends} PRIVATE unentropy_settings ${ARG_LIBRARIES})
  if(UNENTROPY_TESTS AND ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS})
    target_link_libraries(${name}_test PRIVATE ${target} unentropy_settings ${ARG_TEST_LIBRARIES} GTest::gmock
                                               GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE UNENTROPY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_compile_options(${name}_test PRIVATE ${UNENTROPY_TEST_CODE_OPTIONS})
    target_precompile_headers(${name}_test PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
    add_dependencies(unit_tests ${name}_test)
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
  endif()
endfunction()
