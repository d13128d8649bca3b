# Every third-party library, each under the name by which its one owning module links it. All come from the
# distribution's packages, see packages.txt.
if(UNENTROPY_PORTABLE)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(EXPAT REQUIRED)
find_package(ZLIB REQUIRED)
if(UNENTROPY_PORTABLE)
  # Debian has no static fmt; the headers are all that is needed.
  add_library(fmt::fmt INTERFACE IMPORTED)
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY=1)
else()
  find_package(fmt REQUIRED)
endif()
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
# Not as pkg-config has it: a static minizip needs zlib behind it, which only a target of this kind can say.
find_library(MINIZIP_LIBRARY minizip REQUIRED)
add_library(minizip::minizip UNKNOWN IMPORTED)
set_target_properties(minizip::minizip PROPERTIES
  IMPORTED_LOCATION "${MINIZIP_LIBRARY}"
  INTERFACE_LINK_LIBRARIES ZLIB::ZLIB)
# Only the headers: the library is loaded when the first request is made, see src/net/curl_library.h.
find_path(CURL_INCLUDE_DIR curl/curl.h PATH_SUFFIXES x86_64-linux-gnu aarch64-linux-gnu REQUIRED)
if(UNENTROPY_PORTABLE)
  set(UNENTROPY_CURL_ARCHIVE "" CACHE FILEPATH "libcurl.a with OpenSSL and nothing else, as packaging/libcurl makes it")
  if(NOT EXISTS "${UNENTROPY_CURL_ARCHIVE}")
    message(FATAL_ERROR "UNENTROPY_PORTABLE needs UNENTROPY_CURL_ARCHIVE; `./dev release` makes it")
  endif()
endif()
if(UNENTROPY_TESTS)
  find_package(GTest REQUIRED)
endif()
