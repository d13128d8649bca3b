#include "cli/printer.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"

namespace unentropy {

Printer::Printer(Options options) : options_(options) {
  if (options_.workflow) options_.log = options_.data;
}

void Printer::log(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), options_.log);
  std::fflush(options_.log);
}

void Printer::mask(const Secret& secret) {
  if (options_.workflow) log(mask_commands(secret.reveal()));
}

void Printer::data(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), options_.data);
  std::fflush(options_.data);
}

void Printer::progress(std::string_view line) {
  if (options_.loudness != Loudness::quiet) log(printable(line) + "\n");
}

void Printer::detail(std::string_view line) {
  if (options_.loudness == Loudness::verbose) log(printable(line) + "\n");
}

// The last of the host's places is kept free for the line that counts the rest.
bool Printer::may_annotate(AnnotationLevel level) { return ++annotations_[level] < kMaxAnnotationsPerLevel; }

void Printer::report(AnnotationLevel level, std::string_view message, std::string_view hint) {
  const std::string text = printable(message);
  const std::string advice = hint.empty() ? "" : "hint: " + printable(hint);
  if (options_.workflow && may_annotate(level)) {
    log(annotation_command({level, advice.empty() ? text : text + "\n" + advice, "", "", 0, 0}));
    return;
  }
  log(std::string(to_string(level)) + ": " + text + "\n" + (advice.empty() ? "" : "  " + advice + "\n"));
}

void Printer::notice(std::string_view message) {
  if (options_.loudness != Loudness::quiet) report(AnnotationLevel::notice, message, {});
}

void Printer::warning(std::string_view message, std::string_view hint) {
  report(AnnotationLevel::warning, message, hint);
}

void Printer::error(std::string_view message, std::string_view hint) { report(AnnotationLevel::error, message, hint); }

void Printer::annotate(const Annotation& annotation, std::string_view text) {
  if (options_.workflow && may_annotate(annotation.level)) log(annotation_command(annotation));
  if (options_.workflow) {
    foreign(text);
  } else {
    log(printable(text) + (text.ends_with('\n') ? "" : "\n"));
  }
}

void Printer::foreign(std::string_view text) {
  if (text.empty() || options_.loudness == Loudness::quiet) return;
  const std::string safe = printable(text);
  log(options_.workflow ? without_commands(safe, random_hex(16)) : safe + (safe.ends_with('\n') ? "" : "\n"));
}

void Printer::begin_group(std::string_view title) {
  if (options_.loudness == Loudness::quiet) return;
  if (options_.workflow) log(group_command(printable(title)));
}

void Printer::end_group() {
  if (options_.workflow && options_.loudness != Loudness::quiet) log(end_group_command());
}

void Printer::finish() {
  if (!options_.workflow) return;
  for (const auto& [level, count] : annotations_) {
    if (count < kMaxAnnotationsPerLevel) continue;
    const std::size_t more = count - (kMaxAnnotationsPerLevel - 1);
    log(annotation_command({level, fmt::format("and {} more, see the log", more), "", "", 0, 0}));
  }
}

std::string printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : to_valid_utf8(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte != 0x7f)) {
      safe += c;
    } else if (byte != '\r') {
      safe += fmt::format("\\x{:02x}", byte);
    }
  }
  return safe;
}

}  // namespace unentropy
