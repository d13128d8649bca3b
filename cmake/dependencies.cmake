# Every third-party library, each under the name by which its one owning module links it. All come from the
# distribution's packages, see packages.txt.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(EXPAT REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
# Only the headers: the library is loaded when the first request is made, see src/net/curl_library.h.
find_path(CURL_INCLUDE_DIR curl/curl.h PATH_SUFFIXES x86_64-linux-gnu aarch64-linux-gnu REQUIRED)
if(UNENTROPY_TESTS)
  find_package(GTest REQUIRED)
endif()
