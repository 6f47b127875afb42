// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "http/request.hpp"

namespace oneshot::http {

/// What a client takes: the list of Accept or Accept-Encoding (RFC 9110 12.5), of all headers of that name, which are
/// one list (5.3). The views are those of the request. Nothing in such a header fails a request: what is no entry is
/// passed over, and a weight that is no number from 0 to 1 is 0.
class AcceptList {
 public:
  /// What stands behind so many entries is not read: no client sends as many.
  static constexpr std::size_t max_entries = 32;

  AcceptList(std::span<const Header> headers, std::string_view name) noexcept;

  /// Whether an entry has this name, without case, whatever its parameters.
  [[nodiscard]] bool names(std::string_view name) const noexcept;
  /// Whether one of the entries of this name has a weight above 0. Other parameters than q do not count.
  [[nodiscard]] bool takes(std::string_view name) const noexcept;

 private:
  struct Entry {
    std::string_view name;
    double weight = 1;
  };
  void add(std::string_view element) noexcept;

  std::array<Entry, max_entries> entries_;
  std::size_t size_ = 0;
};

/// Whether a body may go out as gzip: that, x-gzip (RFC 9110 8.4.1.3) or `*` has a weight above 0. Without the header a
/// client takes any coding (12.5.3), but who did not ask for one has perhaps never heard of them: no.
[[nodiscard]] bool accepts_gzip(std::span<const Header> headers) noexcept;

/// Whether a list of media ranges takes `type`, such as "text/plain". The closest range decides: the type itself, then
/// `text/*`, then `*/*` (RFC 9110 12.5.1).
[[nodiscard]] bool accepts_type(const AcceptList& accept, std::string_view type);

}  // namespace oneshot::http
