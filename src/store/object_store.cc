#include "store/object_store.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "store/content_reader.h"

namespace unentropy {

ObjectContent ObjectContent::from_bytes(std::string bytes) {
  ObjectContent content;
  content.size_ = bytes.size();
  content.sha256_ = unentropy::sha256(bytes);
  content.bytes_ = std::move(bytes);
  return content;
}

ObjectContent ObjectContent::from_file(std::filesystem::path path, std::optional<Sha256Digest> known_sha256) {
  ObjectContent content;
  content.size_ = size_of_regular_file(path);
  if (known_sha256) {
    content.sha256_ = *known_sha256;
  } else {
    Sha256 digest;
    std::uint64_t read = 0;
    for_each_piece(path, [&](std::string_view piece) {
      digest.update(piece);
      read += piece.size();
    });
    content.size_ = read;
    content.sha256_ = digest.finish();
  }
  content.file_ = std::move(path);
  return content;
}

}  // namespace unentropy
