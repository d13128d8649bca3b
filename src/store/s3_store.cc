#include <algorithm>

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "store/content_reader.h"
#include "store/s3.h"
#include "store/s3_session.h"
#include "store/s3_xml.h"

namespace unentropy {
namespace {

constexpr std::string_view kMetadataPrefix = "x-amz-meta-";
constexpr std::uint64_t kMaxListPageBytes = 16U << 20;
constexpr std::size_t kMaxListedObjects = 500'000;

bool is_success(const HttpResponse& response) { return response.status >= 200 && response.status < 300; }

std::string unquoted_etag(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::string quoted_etag(std::string_view etag) {
  if (etag.starts_with('"') || etag.starts_with("W/")) return std::string(etag);
  return "\"" + std::string(etag) + "\"";
}

ObjectInfo info_of(const HttpResponse& response) {
  ObjectInfo info;
  info.etag = response.header("etag").value_or("");
  info.size = static_cast<std::uint64_t>(parse_integer(response.header("content-length").value_or("")).value_or(0));
  info.content_type = response.header("content-type").value_or("");
  if (const auto date = response.header("last-modified")) info.last_modified = parse_http_date(*date);
  if (const auto date = response.header("date")) info.server_time = parse_http_date(*date);
  for (const HttpHeader& header : response.headers) {
    const std::string name = to_lower(header.name);
    if (name.starts_with(kMetadataPrefix)) info.metadata[name.substr(kMetadataPrefix.size())] = header.value;
  }
  return info;
}

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

class S3Store final : public ObjectStore {
 public:
  S3Store(const S3Settings& settings, HttpClient& http, Clock& clock)
      : session_(settings, http, clock), objects_per_page_(settings.objects_per_page) {}

  std::optional<ObjectInfo> head(const std::string& key) override;
  std::optional<FetchedObject> get(const std::string& key, const std::filesystem::path& destination) override;
  std::optional<std::string> get_bytes(const std::string& key, std::uint64_t max_bytes) override;
  PutOutcome put(const PutRequest& request) override;
  ObjectListing list(const std::string& prefix) override;
  void remove(const std::string& key) override;
  CopyOutcome copy(const std::string& source, const std::string& source_etag, const std::string& target) override;
  std::string describe() const override { return session_.place().describe(); }

 private:
  enum class EtagSpelling { quoted, unquoted };

  S3Call object_call(S3Operation operation, std::string method, const std::string& key) const;
  std::optional<HttpResponse> read(const std::string& key, std::function<void(std::string_view)> sink);
  void require_object(const S3Call& call, const HttpResponse& response);
  void notice_gateway(const HttpResponse& response);
  HttpResponse send_put(const S3Call& call, const PutCondition& condition, EtagSpelling spelling);
  PutOutcome outcome_of(const S3Call& call, const PutCondition& condition, const HttpResponse& response);
  std::string spelled(std::string_view etag, EtagSpelling spelling) const {
    return spelling == EtagSpelling::quoted ? quoted_etag(etag) : unquoted_etag(etag);
  }

  S3Session session_;
  int objects_per_page_;
  EtagSpelling spelling_ = EtagSpelling::quoted;
  bool spelling_proved_ = false;  // a write with `If-Match` has succeeded with it
};

S3Call S3Store::object_call(S3Operation operation, std::string method, const std::string& key) const {
  if (key.empty()) throw Error(ErrorKind::usage, "the key of an object is empty", "give a `database-key`");
  S3Call call;
  call.attempt = {operation, key, {}};
  call.method = std::move(method);
  call.key = key;
  return call;
}

// Ceph's gateway up to version 18, and the services that run it, compare the ETag of a write without its quotes;
// later versions take both spellings. Its request ids give it away (rgw: `tx%021llx-%010llx-%llx-%s`), which saves
// an upload that would be refused.
void S3Store::notice_gateway(const HttpResponse& response) {
  if (spelling_proved_) return;
  const std::string id = response.header("x-amz-request-id").value_or("");
  const auto parts = split(id, '-');
  if (parts.size() >= 4 && parts[0].size() == 23 && parts[0].starts_with("tx") && parts[1].size() == 10) {
    spelling_ = EtagSpelling::unquoted;
  }
}

// Captive portals and web servers answer 200 as well.
void S3Store::require_object(const S3Call& call, const HttpResponse& response) {
  const std::string what = unentropy::describe(call.attempt, session_.place());
  if (response.status != 200 || !response.header("etag")) {
    throw Error(ErrorKind::unavailable,
                fmt::format("{}: the answer ({}) is not that of an S3 store", what, response.status),
                "check `s3-endpoint`, and whether something between answers in its place");
  }
  if (!response.header("content-length") && !response.header("transfer-encoding")) {
    throw Error(ErrorKind::unavailable, what + ": the answer does not say how long it is",
                "check whether something between the store and this machine changes answers");
  }
  notice_gateway(response);
}

std::optional<ObjectInfo> S3Store::head(const std::string& key) {
  const S3Call call = object_call(S3Operation::look, "HEAD", key);
  for (int attempt = 0;; ++attempt) {
    const HttpResponse response = session_.send(call);
    if (is_success(response)) {
      require_object(call, response);
      return info_of(response);
    }
    if (response.status >= 500 || response.status == 408 || response.status == 429) {
      throw session_.failure(call, response);
    }
    // The answer to HEAD has no body, and so does not say whether the key, the bucket or the permission is missing.
    S3Call telling = object_call(S3Operation::look, "GET", key);
    telling.headers.push_back({"range", "bytes=0-0"});
    telling.max_body_bytes = 4096;
    const HttpResponse reason = session_.send(telling);
    const S3Answer answer = answer_of(reason);
    if (answer.says_no_such_key()) return std::nullopt;
    const bool exists = is_success(reason) || reason.status == 416;
    if (!exists) throw session_.failure(telling, answer);
    if (attempt > 0) throw session_.failure(call, response);  // otherwise it was created just now
  }
}

// Nothing if the key does not exist.
std::optional<HttpResponse> S3Store::read(const std::string& key, std::function<void(std::string_view)> sink) {
  S3Call call = object_call(S3Operation::read, "GET", key);
  call.sink = std::move(sink);
  HttpResponse response = session_.send(call);
  if (!is_success(response)) {
    const S3Answer answer = answer_of(response);
    if (answer.says_no_such_key()) return std::nullopt;
    throw session_.failure(call, answer);
  }
  require_object(call, response);
  return response;
}

std::optional<FetchedObject> S3Store::get(const std::string& key, const std::filesystem::path& destination) {
  std::unique_ptr<ReceivedFile> file;
  const auto response = read(key, [&](std::string_view bytes) {
    if (!file) file = std::make_unique<ReceivedFile>(destination);
    file->write(bytes);
  });
  if (!response) return std::nullopt;
  if (!file) file = std::make_unique<ReceivedFile>(destination);
  FetchedObject fetched;
  fetched.info = info_of(*response);
  fetched.info.size = response->body_bytes;
  fetched.sha256 = file->complete();
  return fetched;
}

std::optional<std::string> S3Store::get_bytes(const std::string& key, std::uint64_t max_bytes) {
  std::string bytes;
  const auto response = read(key, [&](std::string_view piece) {
    if (bytes.size() + piece.size() > max_bytes) {
      throw Error(ErrorKind::corrupt, fmt::format("it is larger than {} bytes", max_bytes));
    }
    bytes.append(piece);
  });
  if (!response) return std::nullopt;
  return bytes;
}

HttpResponse S3Store::send_put(const S3Call& call, const PutCondition& condition, EtagSpelling spelling) {
  S3Call conditional = call;
  if (condition.kind == PutCondition::Kind::absent) conditional.headers.push_back({"if-none-match", "*"});
  if (condition.kind == PutCondition::Kind::matches) {
    conditional.headers.push_back({"if-match", spelled(condition.etag, spelling)});
  }
  return session_.send(conditional);
}

PutOutcome S3Store::put(const PutRequest& request) {
  S3Call call = object_call(S3Operation::write, "PUT", request.key);
  call.content = &request.content;
  if (!request.content_type.empty()) call.headers.push_back({"content-type", request.content_type});
  for (const auto& [name, value] : request.metadata) {
    if (!is_header_text(name) || !is_header_text(value)) {
      throw Error(ErrorKind::internal, "the metadata `" + single_line(name) + "` cannot be sent");
    }
    call.headers.push_back({std::string(kMetadataPrefix) + name, value});
  }
  const PutCondition& condition = request.condition;
  HttpResponse response = send_put(call, condition, spelling_);
  if (condition.kind == PutCondition::Kind::matches) {
    if (response.status == 412 && !spelling_proved_) {
      // Refused although the object is what the condition asks for: the store wants the ETag in the other spelling.
      const auto stored = head(request.key);
      if (stored && stored->etag == condition.etag) {
        const EtagSpelling other = spelling_ == EtagSpelling::quoted ? EtagSpelling::unquoted : EtagSpelling::quoted;
        response = send_put(call, condition, other);
        if (is_success(response)) spelling_ = other;
      }
    }
    if (is_success(response)) spelling_proved_ = true;
  }
  return outcome_of(call, condition, response);
}

PutOutcome S3Store::outcome_of(const S3Call& call, const PutCondition& condition, const HttpResponse& response) {
  S3Answer answer = answer_of(response);
  PutOutcome outcome;
  outcome.server_time = answer.server_time;
  if (is_success(response) && answer.code.empty()) {
    outcome.etag = response.header("etag").value_or("");
    return outcome;
  }
  if (condition.kind == PutCondition::Kind::none) throw session_.failure(call, answer);
  // 304 is what old MinIO answers to a failed create.
  if (response.status == 412 || response.status == 409 || response.status == 304) {
    outcome.status = PutOutcome::Status::conflict;
  } else if (condition.kind == PutCondition::Kind::matches && answer.says_no_such_key()) {
    outcome.status = PutOutcome::Status::missing;
  } else if (answer.says_not_implemented()) {
    outcome.status = PutOutcome::Status::unsupported;
  } else {
    throw session_.failure(call, answer);
  }
  return outcome;
}

ObjectListing S3Store::list(const std::string& prefix) {
  ObjectListing listing;
  S3Call call;
  call.attempt = {S3Operation::list, prefix, {}};
  call.max_body_bytes = kMaxListPageBytes;
  const auto fail = [&](const std::string& what) {
    return Error(ErrorKind::unavailable, unentropy::describe(call.attempt, session_.place()) + ": " + what,
                 "check whether the store supports ListObjectsV2");
  };
  std::string token;
  for (;;) {
    call.query = {{"list-type", "2"},
                  {"encoding-type", "url"},
                  {"max-keys", std::to_string(objects_per_page_)},
                  {"prefix", prefix}};
    if (!token.empty()) call.query.emplace_back("continuation-token", token);
    const HttpResponse response = session_.send(call);
    if (!is_success(response)) throw session_.failure(call, response);
    auto page = parse_s3_list(response.body);
    if (!page || response.body_bytes != response.body.size()) throw fail("the answer is not a listing");
    for (ListedObject& object : page->objects) {
      if (object.key.starts_with(prefix)) listing.objects.push_back(std::move(object));
    }
    if (listing.objects.size() > kMaxListedObjects) {
      throw fail(fmt::format("there are more than {} objects", kMaxListedObjects));
    }
    if (const auto date = response.header("date"); date && !listing.server_time) {
      listing.server_time = parse_http_date(*date);
    }
    if (!page->truncated) break;
    if (page->next_token.empty() || page->next_token == token) throw fail("its pages cannot be followed to the end");
    token = page->next_token;
  }
  std::sort(listing.objects.begin(), listing.objects.end(),
            [](const ListedObject& a, const ListedObject& b) { return a.key < b.key; });
  return listing;
}

void S3Store::remove(const std::string& key) {
  const S3Call call = object_call(S3Operation::remove, "DELETE", key);
  const HttpResponse response = session_.send(call);
  if (is_success(response)) return;
  const S3Answer answer = answer_of(response);
  if (!answer.says_no_such_key()) throw session_.failure(call, answer);
}

CopyOutcome S3Store::copy(const std::string& source, const std::string& source_etag, const std::string& target) {
  // Ceph's gateway ignores the condition of a copy, others may. As snapshots never return to an older content, a source
  // that is the same before and after has been the same in between.
  const bool condition_is_sure = session_.place().dialect.is_aws;
  if (!condition_is_sure) {
    const auto before = head(source);
    if (!before) return CopyOutcome::missing;
    if (before->etag != source_etag) return CopyOutcome::conflict;
  }
  S3Call call = object_call(S3Operation::copy, "PUT", target);
  call.attempt = {S3Operation::copy, source, target};
  call.headers = {{"x-amz-copy-source", encode_path("/" + session_.place().bucket + "/" + source)},
                  {"x-amz-copy-source-if-match", quoted_etag(source_etag)}};
  const HttpResponse response = session_.send(call);
  const S3Answer answer = answer_of(response);
  if (response.status == 412 || answer.code == "PreconditionFailed") return CopyOutcome::conflict;
  if (answer.says_no_such_key()) return CopyOutcome::missing;
  // A copy that fails half-way is a 200 with an error in its body.
  if (!is_success(response) || !answer.code.empty()) throw session_.failure(call, answer);
  if (!parse_s3_copy(response.body)) {
    throw Error(ErrorKind::unavailable,
                unentropy::describe(call.attempt, session_.place()) + ": the answer does not say that it was copied",
                "run the job again");
  }
  if (condition_is_sure) return CopyOutcome::copied;
  const auto after = head(source);
  return after && after->etag == source_etag ? CopyOutcome::copied : CopyOutcome::conflict;
}

}  // namespace

std::unique_ptr<ObjectStore> make_s3_store(const S3Settings& settings, HttpClient& http, Clock& clock) {
  return std::make_unique<S3Store>(settings, http, clock);
}

}  // namespace unentropy
