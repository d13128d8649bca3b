#include "collect/json_stream.h"

#include <array>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace unentropy {

namespace {

constexpr std::size_t kDeepest = 200;
constexpr std::uint64_t kLargest = 512ULL << 20;

// The bytes of a stream, one by one.
class Bytes {
 public:
  explicit Bytes(InputStream& input) : input_(input) {}

  bool at_end() {
    if (next_ == size_ && !ended_) fill();
    return next_ == size_;
  }
  char current() { return buffer_[next_]; }
  void advance() { ++next_; }

 private:
  void fill() {
    size_ = input_.read(buffer_.data(), buffer_.size());
    next_ = 0;
    ended_ = size_ == 0;
    total_ += size_;
    if (total_ > kLargest) {
      throw Error(ErrorKind::usage, fmt::format("`{}` is larger than 512 MB", input_.shown()));
    }
  }

  InputStream& input_;
  std::array<char, 64U << 10> buffer_;
  std::size_t next_ = 0;
  std::size_t size_ = 0;
  std::uint64_t total_ = 0;
  bool ended_ = false;
};

class ByteIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  explicit ByteIterator(Bytes* bytes) : bytes_(bytes) {}
  char operator*() const { return bytes_->current(); }
  ByteIterator& operator++() {
    bytes_->advance();
    return *this;
  }
  ByteIterator operator++(int) {
    const ByteIterator before = *this;
    bytes_->advance();
    return before;
  }
  friend bool operator==(const ByteIterator& a, const ByteIterator& b) {
    const bool a_ended = a.bytes_ == nullptr || a.bytes_->at_end();
    const bool b_ended = b.bytes_ == nullptr || b.bytes_->at_end();
    return a_ended == b_ended;
  }
  friend bool operator!=(const ByteIterator& a, const ByteIterator& b) { return !(a == b); }

 private:
  Bytes* bytes_;  // null: the end
};

// `[json.exception.…] parse error at line 1, column 2: syntax error while parsing value - …; last read: …`, without
// what quotes the file.
std::string reason_of(std::string_view what) {
  if (const std::size_t at = what.find(" at line "); at != std::string_view::npos) what.remove_prefix(at + 4);
  return std::string(what.substr(0, what.find(" - ")));
}

}  // namespace

class JsonReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonReader(InputStream& input, const JsonHandlers& handlers) : input_(input), handlers_(handlers) {}

  bool null() override { return scalar(std::monostate()); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
  bool string(string_t& value) override { return scalar(std::string_view(value)); }
  bool binary(binary_t&) override { return true; }
  bool key(string_t& name) override {
    path_.steps_[path_.size_ - 1].key = name;
    return true;
  }
  bool start_object(std::size_t) override { return begin(JsonKind::object); }
  bool start_array(std::size_t) override { return begin(JsonKind::array); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception& error) override {
    throw Error(ErrorKind::corrupt, fmt::format("`{}` is not valid JSON: {}", input_.shown(), reason_of(error.what())),
                "it may have been cut off while it was written");
  }

 private:
  bool scalar(const JsonScalar& value) {
    handlers_.value(path_, value);
    count();
    return true;
  }

  bool begin(JsonKind kind) {
    if (handlers_.begin) handlers_.begin(path_, kind);
    if (path_.size_ == kDeepest) {
      throw Error(ErrorKind::corrupt, fmt::format("`{}` is nested deeper than 200 levels", input_.shown()));
    }
    if (path_.size_ == path_.steps_.size()) path_.steps_.emplace_back();
    JsonPath::Step& step = path_.steps_[path_.size_++];
    step.is_element = kind == JsonKind::array;
    step.index = 0;
    step.key.clear();
    return true;
  }

  bool end() {
    const JsonPath::Step& step = path_.back();
    const std::size_t members = step.index;
    const JsonKind kind = step.is_element ? JsonKind::array : JsonKind::object;
    --path_.size_;
    if (handlers_.end) handlers_.end(path_, kind, members);
    count();
    return true;
  }

  // The value in hand is done: the next element, or one member more.
  void count() {
    if (path_.size_ > 0) ++path_.steps_[path_.size_ - 1].index;
  }

  InputStream& input_;
  const JsonHandlers& handlers_;
  JsonPath path_;
};

void read_json(InputStream& input, const JsonHandlers& handlers) {
  Bytes bytes(input);
  JsonReader reader(input, handlers);
  nlohmann::json::sax_parse(ByteIterator(&bytes), ByteIterator(nullptr), &reader);
}

}  // namespace unentropy
