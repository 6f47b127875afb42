// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace oneshot::app {

/// A file that is part of the program: of the page, from ui/assets, or docs/openapi.yaml. Of static storage.
struct Asset {
  std::string_view name;          ///< "main.js"
  std::string_view content_type;  ///< by the end of its name
  std::string_view etag;          ///< with its quotes; another one where the bytes are others
  std::string_view body;
};

[[nodiscard]] std::span<const Asset> assets() noexcept;

}  // namespace oneshot::app
