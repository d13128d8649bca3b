#include "config/test_support.h"

#include <cstdlib>

namespace unentropy {

void expect_same_as_file(const std::filesystem::path& path, const std::string& expected) {
  const char* update = std::getenv("UNENTROPY_UPDATE_GOLDEN");
  if (update != nullptr && std::string_view(update) == "1") {
    if (expected.empty()) {
      std::filesystem::remove(path);
    } else {
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path, std::ios::binary) << expected;
    }
  }
  EXPECT_EQ(bytes_of(path), expected) << path << " is out of date; run this test with UNENTROPY_UPDATE_GOLDEN=1, "
                                      << "read the difference and commit it";
}

}  // namespace unentropy
