# Compiler settings as two interface targets, linked privately by every module of ours and by nothing else.
add_library(unentropy_settings INTERFACE)
target_compile_options(unentropy_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-qual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms of GCC 12, optimised: on every `"literal" + std::string` (GCC bug 105651), and on the members of an
  # aggregate that is being built when a later initialiser throws.
  target_compile_options(unentropy_settings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(UNENTROPY_WERROR)
  target_compile_options(unentropy_settings INTERFACE -Werror)
endif()
if(UNENTROPY_SANITIZE)
  add_compile_options(-fsanitize=${UNENTROPY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${UNENTROPY_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # What is not reached costs no start-up time.
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-Wl,--gc-sections -Wl,--as-needed -Wl,-O1)
endif()
