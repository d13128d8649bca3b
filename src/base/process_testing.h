// What the tests of `SystemProcessRunner` share.
#pragma once

#include <cerrno>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "base/process.h"

namespace unentropy {

inline ProcessRequest shell(std::string command) {
  ProcessRequest request;
  request.argv = {"sh", "-c", std::move(command)};
  request.environment = Environment::of_process();
  request.timeout = Milliseconds(20'000);
  return request;
}

inline ProcessResult run(const ProcessRequest& request) { return SystemProcessRunner().run(request); }

inline void expect_no_children() {
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace unentropy
