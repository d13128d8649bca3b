// The one place that prints. Data goes to standard output, everything else to standard error; inside a workflow the
// log goes to standard output, because the runner orders groups and annotations by that stream.
#pragma once

#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "cli/terminal_look.h"
#include "github/workflow_commands.h"

namespace unentropy {

enum class Loudness { quiet, normal, verbose };

struct TerminalSize {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

class Printer {
 public:
  struct Options {
    bool workflow = false;  // speak the runner's command language
    Loudness loudness = Loudness::normal;
    std::FILE* data = stdout;
    std::FILE* log = stderr;
    std::optional<TerminalSize> terminal;  // `log` is one, and what is there may be drawn anew
    TerminalLook data_look = {};
    TerminalLook log_look = {};
  };
  explicit Printer(Options options);

  void set_loudness(Loudness loudness) { options_.loudness = loudness; }
  bool workflow() const { return options_.workflow; }

  // Tells the runner to mask the secret, and takes it out of everything that is printed from now on. The second is a
  // net under the first rule, which is that secrets are never formatted into text: a file or a server can quote them.
  void mask(const Secret& secret);
  // The same net for what is written elsewhere.
  std::string without_secrets(std::string_view text) const;

  void data(std::string_view text);      // as it is, with its own line ends
  void table(std::string_view text);     // data for people: a terminal shows it in colour
  void progress(std::string_view line);  // unless quiet
  void detail(std::string_view line);    // only if verbose
  // At a terminal: a line in place of the last transient one, gone as soon as anything else is printed. Empty: gone
  // now.
  void transient(std::string_view line);
  void notice(std::string_view message);
  void warning(std::string_view message, std::string_view hint = {});
  void error(std::string_view message, std::string_view hint = {});
  void error(const Error& error) { this->error(error.message(), error.hint()); }
  // A diagnostic that has a position in a file. `text` is the whole rendering for people.
  void annotate(const Annotation& annotation, std::string_view text);
  // Output of a command: cannot issue workflow commands or move the cursor.
  void foreign(std::string_view text);

  // The terminal that the log goes to, if what is there may be drawn anew: not in a workflow, unless quiet or verbose.
  std::optional<TerminalSize> terminal() const;
  // Text with our own control sequences; only for a terminal.
  void live(std::string_view text);

  void begin_group(std::string_view title);
  void end_group();
  // One line each for the annotations that went beyond the host's limit.
  void finish();

 private:
  void report(AnnotationLevel level, std::string_view message, std::string_view hint);
  void log(std::string_view text);      // text; nothing in it can command the runner
  void say(std::string_view text);      // text of ours, as the terminal shows it
  void command(std::string_view text);  // commands of ours to the runner
  void write(std::FILE* stream, std::string_view text);
  bool may_annotate(AnnotationLevel level);

  Options options_;
  std::vector<Secret> secrets_;
  std::map<AnnotationLevel, std::size_t> annotations_;
  bool transient_shown_ = false;
};

// Text in which nothing is a workflow command.
std::string without_forged_commands(std::string_view text);

// Keeps line ends and tabs; other control characters become `\x1b` and the like, so that no terminal obeys them.
std::string printable(std::string_view text);

}  // namespace unentropy
