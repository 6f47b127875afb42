// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "net/options.hpp"

/// What the program asks of the process that it is.
namespace oneshot::service {

/// A peer that is gone, or a file that may not grow, shows as an error of the call that wrote to it, not as a signal.
void ignore_signals_of_writing() noexcept;

/// Every connection is a file: the soft limit goes up to the hard one. Returns how many files may be open now.
std::size_t raise_open_files_limit();
/// How many connections there may be: as configured, or fewer where the program itself needs the files.
[[nodiscard]] unsigned connection_count(unsigned configured, std::size_t open_files, unsigned workers) noexcept;
/// Lowers max_connections to what the limit of open files allows, after raising that; a warning says so.
void fit_connections(net::Options& options);

/// Standard error was a terminal when this was first asked, and that terminal has been closed since.
bool terminal_has_gone() noexcept;

/// Where a mapped file cannot be read or written (a disk error, or somebody cut it short), the kernel sends a signal:
/// says so before the program ends.
void explain_bus_errors() noexcept;

/// Opens /dev/null for each of the standard streams that is closed, or a socket would get its number, and log lines or
/// what others print would go there.
void open_standard_streams() noexcept;

/// How many threads to serve with: `configured`, or for 0 one for each CPU that the process may use, at most 4. More
/// do not pay: nearly all the work of a request is the kernel's.
[[nodiscard]] unsigned worker_count(unsigned configured) noexcept;

}  // namespace oneshot::service
