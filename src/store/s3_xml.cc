#include "store/s3_xml.h"

#include <charconv>
#include <functional>
#include <memory>
#include <type_traits>

#include <expat.h>

#include "base/text.h"

namespace unentropy {
namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxTextBytes = 16U << 10;

// Calls `leaf` with the path of local names and the text of each element at its end. The path of
// <Error><Code> is `Error/Code`. False if the document is not well-formed or breaks a bound.
class XmlReader {
 public:
  using Leaf = std::function<void(const std::string& path, const std::string& text)>;

  explicit XmlReader(Leaf leaf) : parser_(XML_ParserCreate(nullptr), &XML_ParserFree), leaf_(std::move(leaf)) {}

  bool read(std::string_view body) {
    XML_Parser parser = parser_.get();
    if (parser == nullptr || body.size() > 64U << 20) return false;
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser, [](void* self, const XML_Char* name, const XML_Char**) { static_cast<XmlReader*>(self)->begin(name); },
        [](void* self, const XML_Char*) { static_cast<XmlReader*>(self)->end(); });
    XML_SetCharacterDataHandler(parser, [](void* self, const XML_Char* text, int length) {
      static_cast<XmlReader*>(self)->text({text, static_cast<std::size_t>(length)});
    });
    // Entities need a document type, and no answer of S3 has one.
    XML_SetStartDoctypeDeclHandler(parser, [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
      static_cast<XmlReader*>(self)->stop();
    });
    const bool parsed = XML_Parse(parser, body.data(), static_cast<int>(body.size()), XML_TRUE) == XML_STATUS_OK;
    return parsed && !stopped_;
  }

 private:
  void stop() {
    stopped_ = true;
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void begin(std::string_view name) {
    if (starts_.size() == kMaxDepth || name.size() > 256) return stop();
    const auto colon = name.rfind(':');
    if (colon != std::string_view::npos) name.remove_prefix(colon + 1);
    starts_.push_back(path_.size());
    if (!path_.empty()) path_ += '/';
    path_ += name;
    text_.clear();
  }

  void text(std::string_view piece) {
    if (text_.size() + piece.size() > kMaxTextBytes) return stop();
    text_ += piece;
  }

  void end() {
    if (stopped_) return;
    leaf_(path_, text_);
    path_.resize(starts_.back());
    starts_.pop_back();
    text_.clear();
  }

  std::unique_ptr<std::remove_pointer_t<XML_Parser>, void (*)(XML_Parser)> parser_;
  Leaf leaf_;
  std::string path_;
  std::vector<std::size_t> starts_;  // lengths of `path_` outside each open element
  std::string text_;
  bool stopped_ = false;
};

// Keys in a listing: S3 writes a space as `+`, others as `%20`; a plus sign is `%2B` with both.
std::string decode_key(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '%' && text.size() - i > 2 &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      out.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

}  // namespace

std::optional<S3ErrorDocument> parse_s3_error(std::string_view body) {
  S3ErrorDocument error;
  XmlReader reader([&](const std::string& path, const std::string& text) {
    if (path == "Error/Code") error.code = trim(text);
    if (path == "Error/Message") error.message = trim(text);
    if (path == "Error/Region") error.region = trim(text);
  });
  if (!reader.read(body) || error.code.empty()) return std::nullopt;
  return error;
}

std::optional<S3ListPage> parse_s3_list(std::string_view body) {
  S3ListPage page;
  ListedObject object;
  bool encoded = false;
  bool complete = false;
  bool sound = true;
  XmlReader reader([&](const std::string& path, const std::string& text) {
    if (path == "ListBucketResult/Contents/Key") object.key = text;
    if (path == "ListBucketResult/Contents/ETag") object.etag = trim(text);
    if (path == "ListBucketResult/Contents/LastModified") object.last_modified = parse_instant(trim(text));
    if (path == "ListBucketResult/Contents/Size") {
      const auto size = parse_integer(trim(text));
      if (!size || *size < 0) sound = false;
      object.size = static_cast<std::uint64_t>(size.value_or(0));
    }
    if (path == "ListBucketResult/Contents") {
      if (object.key.empty()) sound = false;
      page.objects.push_back(std::move(object));
      object = {};
    }
    if (path == "ListBucketResult/EncodingType") encoded = trim(text) == "url";
    if (path == "ListBucketResult/IsTruncated") page.truncated = trim(text) == "true";
    if (path == "ListBucketResult/NextContinuationToken") page.next_token = text;
    if (path == "ListBucketResult") complete = true;
  });
  if (!reader.read(body) || !complete || !sound) return std::nullopt;
  // <EncodingType> may stand behind the keys.
  if (encoded) {
    for (ListedObject& listed : page.objects) listed.key = decode_key(listed.key);
  }
  return page;
}

std::optional<std::string> parse_s3_copy(std::string_view body) {
  std::string etag;
  bool complete = false;
  XmlReader reader([&](const std::string& path, const std::string& text) {
    if (path == "CopyObjectResult/ETag") etag = trim(text);
    if (path == "CopyObjectResult") complete = true;
  });
  if (!reader.read(body) || !complete) return std::nullopt;
  return etag;
}

std::optional<std::string> parse_s3_versioning(std::string_view body) {
  std::string status;
  bool complete = false;
  XmlReader reader([&](const std::string& path, const std::string& text) {
    if (path == "VersioningConfiguration/Status") status = trim(text);
    if (path == "VersioningConfiguration") complete = true;
  });
  if (!reader.read(body) || !complete) return std::nullopt;
  return status;
}

}  // namespace unentropy
