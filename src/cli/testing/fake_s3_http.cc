#include "cli/testing/fake_s3_http.h"

#include <array>

#include "base/text.h"
#include "store/sigv4.h"

namespace unentropy {
namespace {

constexpr std::string_view kMetadata = "x-amz-meta-";

HttpResponse reply(int status, std::string body = {}, std::vector<HttpHeader> headers = {}) {
  HttpResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.push_back({"Content-Length", std::to_string(body.size())});
  response.body_bytes = body.size();
  response.body = std::move(body);
  return response;
}

}  // namespace

std::string FakeRequest::header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (to_lower(header.name) == name) return header.value;
  }
  return {};
}

HttpResponse FakeS3Http::error(int status, const std::string& code, const std::string& rest) {
  return reply(status, "<Error><Code>" + code + "</Code>" + rest + "</Error>");
}

HttpResponse FakeS3Http::perform(const HttpRequest& request) {
  clock_.turn(Milliseconds{1});
  FakeRequest fake{request.method, {}, {}, request.headers, {}};
  const std::string path = request.url.substr(request.url.find('/', request.url.find("//") + 2) + 1);
  const auto question = path.find('?');
  if (question != std::string::npos) fake.query = path.substr(question + 1);
  const std::string name = *percent_decode(path.substr(0, question));
  if (const auto slash = name.find('/'); slash != std::string::npos) fake.key = name.substr(slash + 1);
  if (request.body != nullptr) {
    request.body->rewind();
    std::array<char, 65536> buffer{};
    while (const std::size_t got = request.body->read(buffer.data(), buffer.size())) {
      fake.body.append(buffer.data(), got);
    }
  }
  seen.push_back(fake);
  std::optional<HttpResponse> replaced = fault ? fault(fake) : std::nullopt;
  const bool other_bucket = name.substr(0, name.find('/')) != bucket_;
  HttpResponse response = replaced ? *replaced : other_bucket ? error(404, "NoSuchBucket") : answer(fake);
  if (!response.header("date")) {
    // The store's clock is ours, in whole seconds.
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const auto day = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::hh_mm_ss time(now - day);
    const std::chrono::year_month_day date(day);
    constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %d %02d:%02d:%02d GMT",
                  kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                  kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()));
    response.headers.push_back({"Date", text.data()});
  }
  if (request.sink && response.status >= 200 && response.status < 300) {
    request.sink(response.body);
    response.body.clear();
  }
  if (request.method == "HEAD") response.body.clear();
  return response;
}

HttpResponse FakeS3Http::answer(const FakeRequest& request) {
  if (request.key.empty()) {
    return request.query.starts_with("versioning") ? reply(200, versioning) : list(request);
  }
  if (request.method == "PUT") return put(request);
  if (request.method == "DELETE") {
    objects.remove(request.key);
    return reply(204);
  }
  const auto info = objects.head(request.key);
  if (!info) return error(404, "NoSuchKey");
  std::vector<HttpHeader> headers = {{"ETag", info->etag}, {"Content-Type", info->content_type}};
  for (const auto& [name, value] : info->metadata) headers.push_back({std::string(kMetadata) + name, value});
  return reply(200, *objects.get_bytes(request.key, 1U << 30), std::move(headers));
}

HttpResponse FakeS3Http::put(const FakeRequest& request) {
  if (const std::string source = request.header("x-amz-copy-source"); !source.empty()) {
    const std::string key = percent_decode(source)->substr(bucket_.size() + 2);
    switch (objects.copy(key, request.header("x-amz-copy-source-if-match"), request.key)) {
      case CopyOutcome::copied:
        return reply(200, "<CopyObjectResult><ETag>x</ETag></CopyObjectResult>");
      case CopyOutcome::missing:
        return error(404, "NoSuchKey");
      case CopyOutcome::conflict:
        return error(412, "PreconditionFailed");
    }
  }
  PutRequest put;
  put.key = request.key;
  put.content = ObjectContent::from_bytes(request.body);
  put.content_type = request.header("content-type");
  for (const HttpHeader& header : request.headers) {
    if (header.name.starts_with(kMetadata)) put.metadata[header.name.substr(kMetadata.size())] = header.value;
  }
  if (!request.header("if-none-match").empty()) put.condition = PutCondition::if_absent();
  if (const std::string etag = request.header("if-match"); !etag.empty())
    put.condition = PutCondition::if_matches(etag);
  const PutOutcome outcome = objects.put(put);
  switch (outcome.status) {
    case PutOutcome::Status::written:
      return reply(200, {}, {{"ETag", outcome.etag}});
    case PutOutcome::Status::conflict:
      return error(412, "PreconditionFailed");
    case PutOutcome::Status::missing:
      return error(404, "NoSuchKey");
    case PutOutcome::Status::unsupported:
      return error(501, "NotImplemented");
  }
  return error(500, "InternalError");
}

HttpResponse FakeS3Http::list(const FakeRequest& request) {
  std::string prefix;
  for (const std::string_view part : split(request.query, '&')) {
    if (part.starts_with("prefix=")) prefix = *percent_decode(part.substr(7));
  }
  std::string entries;
  for (const ListedObject& object : objects.list(prefix).objects) {
    entries += "<Contents><Key>" + object.key + "</Key><Size>" + std::to_string(object.size) + "</Size><LastModified>" +
               format_instant(*object.last_modified) + "</LastModified></Contents>";
  }
  return reply(200, "<ListBucketResult><IsTruncated>false</IsTruncated>" + entries + "</ListBucketResult>");
}

}  // namespace unentropy
