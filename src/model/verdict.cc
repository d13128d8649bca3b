#include "model/verdict.h"

namespace unentropy {

std::string_view to_string(VerdictStatus status) {
  switch (status) {
    case VerdictStatus::pass:
      return "pass";
    case VerdictStatus::fail:
      return "fail";
    case VerdictStatus::unknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace unentropy
