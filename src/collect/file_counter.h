// Counting the lines of one file: reading it, recognising what it is, feeding the lexer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/languages.h"
#include "collect/lexer.h"
#include "collect/line_counter.h"
#include "collect/watch.h"
#include "collect/yaml_lexer.h"

namespace unentropy {

struct CountedFile {
  const Language* language = nullptr;
  LineCounts lines;
  std::uint64_t bytes = 0;  // when it was opened
};

// Owned by one thread. Its buffers serve all files, however large.
class FileCounter {
 public:
  explicit FileCounter(const Watch& watch);

  // Decides, once the language is known, whether the file is wanted at all.
  using Wanted = std::function<bool(const Language&)>;

  // Nothing if the file is binary (a NUL byte in its first 8000 bytes), not wanted, vanished, or no regular file.
  // `path` is relative to `directory_fd`; `shown` is for messages. Throws `Error` if it cannot be read.
  std::optional<CountedFile> count(int directory_fd, const char* path, std::string_view shown, const Wanted& wanted);

  // The same for a text in memory.
  LineCounts count_text(std::string_view text, const Language& language);

 private:
  class Source;

  std::optional<CountedFile> count(Source& source, const char* path, const Wanted& wanted);
  LineCounts count_pieces(Source& source, const Language& language, std::size_t begin, std::size_t have);
  void feed(const Language& language, char* text, std::size_t size);
  LineCounts finish(const Language& language, bool open_line);
  Lexer& lexer_for(const Language& language);

  const Watch& watch_;
  std::unique_ptr<char[]> buffer_;
  char* text_;  // inside the buffer, with room on both sides
  LineCounter lines_;
  YamlLexer yaml_;
  std::vector<std::unique_ptr<Lexer>> lexers_;  // by syntax
};

}  // namespace unentropy
