// Lines of one file, counted as the lexers come by them.
#pragma once

#include <cstdint>

namespace unentropy {

struct LineCounts {
  std::uint64_t code = 0;
  std::uint64_t comment = 0;
  std::uint64_t blank = 0;

  LineCounts& operator+=(const LineCounts& other) {
    code += other.code;
    comment += other.comment;
    blank += other.blank;
    return *this;
  }
  bool operator==(const LineCounts&) const = default;
};

class LineCounter {
 public:
  bool has_code() const { return code_; }
  bool has_comment() const { return comment_; }
  void see_code() { code_ = true; }
  void see_comment() { comment_ = true; }
  // Text of which it is not yet known whether it is code or comment.
  void see_undecided() { undecided_ = true; }
  bool has_undecided() const { return undecided_; }

  void end_line() {
    if (code_) {
      ++counts_.code;
    } else if (undecided_) {
      ++undecided_lines_;
    } else if (comment_) {
      ++counts_.comment;
    } else {
      ++counts_.blank;
    }
    code_ = comment_ = undecided_ = false;
  }

  // What was undecided, the line in hand included, is code or comment after all.
  void decide_code() {
    counts_.code += undecided_lines_;
    code_ = code_ || undecided_;
    undecided_lines_ = 0;
    undecided_ = false;
  }
  void decide_comment() {
    counts_.comment += undecided_lines_;
    comment_ = comment_ || undecided_;
    undecided_lines_ = 0;
    undecided_ = false;
  }
  // The line so far held nothing but what begins an undecided text.
  void take_back_code() { code_ = false; }

  // A last line without end counts if there is anything in it, white space included.
  LineCounts finish(bool open_line) {
    decide_comment();
    if (open_line) end_line();
    const LineCounts counts = counts_;
    *this = LineCounter();
    return counts;
  }

 private:
  LineCounts counts_;
  std::uint64_t undecided_lines_ = 0;
  bool code_ = false;
  bool comment_ = false;
  bool undecided_ = false;
};

}  // namespace unentropy
