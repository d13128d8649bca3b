#include "collect/report_paths.h"

#include <cctype>

#include <sys/stat.h>

#include "base/text.h"
#include "collect/paths.h"

namespace unentropy {

namespace {

bool is_absolute(std::string_view path) {
  if (path.starts_with('/')) return true;
  return path.size() > 2 && path[1] == ':' && path[2] == '/' && std::isalpha(static_cast<unsigned char>(path[0])) != 0;
}

std::string with_slash(std::string path) {
  if (!path.ends_with('/')) path += '/';
  return path;
}

}  // namespace

std::string normal_report_path(std::string_view path) {
  const std::string text = replace_all(path, "\\", "/");
  std::vector<std::string> parts;
  for (const std::string_view part : split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else {
      parts.emplace_back(part);
    }
  }
  return (text.starts_with('/') ? "/" : "") + join(parts, "/");
}

ReportPaths::ReportPaths(const CollectorRun& run) : run_(run) {
  std::error_code ignored;
  const fs::path base = fs::absolute(run.context.base_directory, ignored);
  bases_.push_back(with_slash(normal_report_path(base.string())));
  const std::string canonical = with_slash(fs::weakly_canonical(base, ignored).string());
  if (canonical != bases_.front()) bases_.push_back(canonical);
  if (!run.context.sources.empty()) patterns_.emplace(run.context.sources);
}

std::optional<std::string> ReportPaths::inside(std::string_view path) const {
  if (!is_absolute(path)) {
    if (path.empty() || path == ".." || path.starts_with("../")) return std::nullopt;
    return std::string(path);
  }
  for (const std::string& base : bases_) {
    if (path.size() > base.size() && path.starts_with(base)) return std::string(path.substr(base.size()));
  }
  return std::nullopt;
}

bool ReportPaths::exists(const std::string& relative) const {
  struct stat status {};
  return ::stat((bases_.front() + relative).c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

std::optional<std::string> ReportPaths::longest_tail(std::string_view path) const {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    std::string tail(path.substr(slash + 1));
    if (!tail.empty() && !tail.starts_with("../") && exists(tail)) return tail;
  }
  return std::nullopt;
}

std::optional<std::string> ReportPaths::resolve(std::string_view path, const CoverageReport& report) const {
  const std::string plain = normal_report_path(path);
  std::vector<std::string> forms{plain};
  if (!is_absolute(plain)) {
    for (const std::string& root : report.roots) forms.push_back(normal_report_path(root + "/" + plain));
  }
  std::optional<std::string> first_inside;
  for (const std::string& form : forms) {
    const auto relative = inside(form);
    if (!relative) continue;
    if (exists(*relative)) return relative;
    if (!first_inside) first_inside = relative;
  }
  for (const std::string& form : forms) {
    if (!is_absolute(form) && report.path_style != PathStyle::module) continue;
    if (const auto tail = longest_tail(form)) return tail;
  }
  return first_inside;
}

bool ReportPaths::accepts(std::string_view path, const std::optional<std::string>& resolved, PathStyle style) {
  if (!patterns_) return true;
  if (style == PathStyle::package) return is_tail_of_source(normal_report_path(path));
  return resolved && patterns_->accepts(*resolved);
}

bool ReportPaths::is_tail_of_source(std::string_view path) {
  const auto name_of = [](std::string_view text) { return std::string(text.substr(text.rfind('/') + 1)); };
  if (!sources_by_name_) {
    std::vector<std::string> notices;
    const auto tree = source_tree(run_, TreeOptions::Ignored::included, notices);
    sources_by_name_.emplace();
    for (const Tree::File& file : tree->files) {
      sources_by_name_->emplace(std::string(tree->name(file)), tree->path(file));
    }
  }
  const std::string with_separator = "/" + std::string(path);
  const auto [begin, end] = sources_by_name_->equal_range(name_of(path));
  for (auto entry = begin; entry != end; ++entry) {
    if (entry->second == path || entry->second.ends_with(with_separator)) return true;
  }
  return false;
}

}  // namespace unentropy
