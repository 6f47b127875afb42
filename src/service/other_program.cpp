// SPDX-License-Identifier: MIT
#include "service/other_program.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace oneshot::service {

std::string run_other_program(std::string_view name, char* const* argv) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::filesystem::path other = here.parent_path() / name;
  if (!error) {
    ::execv(other.c_str(), argv);
    error = std::error_code(errno, std::generic_category());
  }
  return "cluster.servers is set, and a cluster needs the program " + other.string() + ": " + error.message() +
         ". Install the package " + std::string(name) + ", or leave cluster.servers out";
}

}  // namespace oneshot::service
