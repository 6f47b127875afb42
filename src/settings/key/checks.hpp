// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// What is wrong with a text, for the rows of the tables: "must be ...".
namespace oneshot::settings {

/// Loose, since only the machine knows which names it can look up.
[[nodiscard]] Result<void, std::string> check_host(std::string_view host);
[[nodiscard]] Result<void, std::string> check_metric(std::string_view metric);
/// One that clients may name: also none that looks like a part of a histogram, a counter, or what OpenMetrics makes.
[[nodiscard]] Result<void, std::string> check_named_metric(std::string_view metric);
[[nodiscard]] Result<void, std::string> check_help(std::string_view text);
/// One more label of a counter; or what is wrong with it.
[[nodiscard]] Result<std::string> take_counter_label(const std::string& name, const std::vector<std::string>& so_far);
/// Of a label that the server writes.
[[nodiscard]] Result<void, std::string> check_label_name(std::string_view name);
/// Of a file; empty is allowed.
[[nodiscard]] Result<void, std::string> check_path(std::string_view path);
/// Of a header (RFC 9110 section 5.1).
[[nodiscard]] Result<void, std::string> check_header_name(std::string_view name);
/// Where to listen: an address with a port, or a Unix socket.
[[nodiscard]] Result<void, std::string> check_address(std::string_view address);
/// Of a Unix socket's file; empty is allowed.
[[nodiscard]] Result<void, std::string> check_mode(std::string_view mode);
/// Of users of this machine; empty is allowed.
[[nodiscard]] Result<void, std::string> check_group(std::string_view name);
/// The free name of a section that nothing else knows.
[[nodiscard]] Result<void, std::string> check_title(std::string_view title);
/// Of an API.
[[nodiscard]] Result<void, std::string> check_url(std::string_view url);
[[nodiscard]] Result<void, std::string> check_scraper_name(std::string_view name);
/// A part of a subject of NATS; empty is allowed.
[[nodiscard]] Result<void, std::string> check_subject_part(std::string_view name);
/// One of the engine's nodes.
[[nodiscard]] Result<void, std::string> check_engine_url(std::string_view url);

}  // namespace oneshot::settings
