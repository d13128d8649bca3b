// A printer and what it wrote to its two streams.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "cli/printer.h"

namespace unentropy {

class Transcript {
 public:
  explicit Transcript(bool workflow, Loudness loudness = Loudness::normal, bool terminal = false,
                      TerminalLook look = {})
      : data_(::open_memstream(&data_text_, &data_size_)),
        log_(::open_memstream(&log_text_, &log_size_)),
        printer_(
            {workflow, loudness, data_, log_, terminal ? std::optional(TerminalSize{}) : std::nullopt, look, look}) {}
  ~Transcript() {
    std::fclose(data_);
    std::fclose(log_);
    std::free(data_text_);
    std::free(log_text_);
  }
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  Printer& printer() { return printer_; }
  std::string data() {
    std::fflush(data_);
    return {data_text_, data_size_};
  }
  std::string log() {
    std::fflush(log_);
    return {log_text_, log_size_};
  }

 private:
  char* data_text_ = nullptr;
  char* log_text_ = nullptr;
  std::size_t data_size_ = 0;
  std::size_t log_size_ = 0;
  std::FILE* data_;
  std::FILE* log_;
  Printer printer_;
};

}  // namespace unentropy
