#include "cli/printer.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"

namespace unentropy {

Printer::Printer(Options options) : options_(options) {
  if (!options_.workflow) return;
  options_.log = options_.data;
  options_.log_look = {};
}

// The runner trims a line before it looks for `::name`, and obeys its older form `##[name]` anywhere.
std::string without_forged_commands(std::string_view text) {
  std::string safe;
  bool first = true;
  for (const std::string_view line : split(text, '\n')) {
    if (!first) safe += '\n';
    first = false;
    const std::size_t start = line.find_first_not_of(" \t");
    if (start != std::string_view::npos && line.substr(start).starts_with("::")) {
      safe += std::string(line.substr(0, start)) + ": :" + replace_all(line.substr(start + 2), "##[", "## [");
    } else {
      safe += replace_all(line, "##[", "## [");
    }
  }
  return safe;
}

std::string Printer::without_secrets(std::string_view text) const {
  std::string safe(text);
  for (const Secret& secret : secrets_) safe = replace_all(safe, secret.reveal(), "***");
  return safe;
}

void Printer::write(std::FILE* stream, std::string_view text) {
  if (transient_shown_) {
    transient_shown_ = false;
    write(options_.log, "\r\x1b[K");
  }
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

void Printer::log(std::string_view text) {
  const std::string safe = without_secrets(text);
  write(options_.log, options_.workflow ? without_forged_commands(safe) : safe);
}

// Secrets go first: with a colour in its middle a secret would not be found.
void Printer::say(std::string_view text) { log(for_terminal(without_secrets(text), options_.log_look)); }

void Printer::command(std::string_view text) {
  // A command's own text is escaped; what others wrote inside it may only not look like one of the older form.
  write(options_.log, replace_all(without_secrets(text), "##[", "## ["));
}

void Printer::mask(const Secret& secret) {
  // Shorter texts occur by chance, and nobody calls them secrets.
  constexpr std::size_t kShortest = 6;
  if (options_.workflow) write(options_.log, mask_commands(secret.reveal()));
  if (secret.reveal().size() >= kShortest) secrets_.push_back(secret);
}

void Printer::data(std::string_view text) {
  if (options_.workflow) {
    log(text);
  } else {
    write(options_.data, without_secrets(text));
  }
}

void Printer::table(std::string_view text) {
  data(options_.workflow ? std::string(text) : for_terminal(without_secrets(text), options_.data_look));
}

void Printer::progress(std::string_view line) {
  if (options_.loudness != Loudness::quiet) say(printable(line) + "\n");
}

void Printer::detail(std::string_view line) {
  if (options_.loudness == Loudness::verbose) say(printable(line) + "\n");
}

void Printer::transient(std::string_view line) {
  const auto size = terminal();
  if (!size) return;
  if (line.empty()) {
    write(options_.log, "");
    return;
  }
  const std::string safe = without_secrets(single_line(line));
  transient_shown_ = false;  // this one is drawn over it
  // The last column stays free, because some terminals go to the next line there.
  write(options_.log, "\r" + std::string(utf8_prefix(safe, size->columns - 1)) + "\x1b[K");
  transient_shown_ = true;
}

// The last of the host's places is kept free for the line that counts the rest.
bool Printer::may_annotate(AnnotationLevel level) { return ++annotations_[level] < kMaxAnnotationsPerLevel; }

void Printer::report(AnnotationLevel level, std::string_view message, std::string_view hint) {
  const std::string text = printable(message);
  const std::string advice = hint.empty() ? "" : "hint: " + printable(hint);
  if (options_.workflow && may_annotate(level)) {
    command(annotation_command({level, advice.empty() ? text : text + "\n" + advice, "", "", 0, 0}));
    return;
  }
  say(std::string(to_string(level)) + ": " + text + "\n" + (advice.empty() ? "" : "  " + advice + "\n"));
}

void Printer::notice(std::string_view message) {
  if (options_.loudness != Loudness::quiet) report(AnnotationLevel::notice, message, {});
}

void Printer::warning(std::string_view message, std::string_view hint) {
  report(AnnotationLevel::warning, message, hint);
}

void Printer::error(std::string_view message, std::string_view hint) { report(AnnotationLevel::error, message, hint); }

void Printer::annotate(const Annotation& annotation, std::string_view text) {
  if (options_.workflow && may_annotate(annotation.level)) command(annotation_command(annotation));
  if (options_.workflow) {
    foreign(text);
  } else {
    say(printable(text) + (text.ends_with('\n') ? "" : "\n"));
  }
}

void Printer::foreign(std::string_view text) {
  if (text.empty() || options_.loudness == Loudness::quiet) return;
  const std::string safe = printable(text);
  if (options_.workflow) {
    command(without_commands(safe, random_hex(16)));
  } else {
    log(safe + (safe.ends_with('\n') ? "" : "\n"));
  }
}

std::optional<TerminalSize> Printer::terminal() const {
  if (options_.workflow || options_.loudness != Loudness::normal) return std::nullopt;
  return options_.terminal;
}

void Printer::live(std::string_view text) { write(options_.log, without_secrets(text)); }

void Printer::begin_group(std::string_view title) {
  if (options_.loudness == Loudness::quiet) return;
  if (options_.workflow) command(group_command(printable(title)));
}

void Printer::end_group() {
  if (options_.workflow && options_.loudness != Loudness::quiet) command(end_group_command());
}

void Printer::finish() {
  transient("");
  if (!options_.workflow) return;
  for (const auto& [level, count] : annotations_) {
    if (count < kMaxAnnotationsPerLevel) continue;
    const std::size_t more = count - (kMaxAnnotationsPerLevel - 1);
    command(annotation_command({level, fmt::format("and {} more, see the log", more), "", "", 0, 0}));
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
