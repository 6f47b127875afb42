// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "access/client.hpp"
#include "crypto/sha256.hpp"

namespace oneshot::access {

/// What was found out about passwords, so that each is checked once and not for every request. A wrong one never takes
/// the place of a right one: who tries passwords makes nobody's be checked anew. For one thread; takes no memory before
/// the first verdict.
class VerdictCache {
 public:
  static constexpr std::size_t places = 256;

  /// Whose it is, null for a wrong one; nothing: not known.
  [[nodiscard]] std::optional<const Client*> find(const crypto::Digest& key) noexcept;
  /// Where all places are of right ones, a wrong one is not remembered.
  void put(const crypto::Digest& key, const Client* client);
  void clear() noexcept { entries_.reset(); }

 private:
  struct Entry {
    crypto::Digest key;
    const Client* client = nullptr;
    std::uint64_t used = 0;  // when it was asked for last; 0: a free place
  };
  using Entries = std::array<Entry, places>;

  std::unique_ptr<Entries> entries_;
  std::uint64_t now_ = 0;
};

}  // namespace oneshot::access
