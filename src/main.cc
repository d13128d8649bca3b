// Arguments in, exit code out.
#include <string>
#include <vector>

#include "base/environment.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  return unentropy::run_command_line({argv + 1, argv + argc}, unentropy::Environment::of_process());
}
