// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <memory>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's, which no header of ours includes

namespace oneshot::crypto {

/// 32 bytes, of which nobody can work out what they were made of, nor make others that give the same.
struct Digest {
  static constexpr std::size_t size = 32;
  std::array<char, size> bytes{};

  [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), bytes.size()}; }
  friend bool operator==(const Digest&, const Digest&) = default;  // not for secrets: see equal()
};

/// SHA-256 (FIPS 180-4) of parts one behind the other. For one thread at a time. Throws std::bad_alloc without memory,
/// the only way in which it fails. OpenSSL is woken up by the first part, not before: that takes 2.6 MiB of memory,
/// which a server that nobody sends a key or a signature does not need.
class Sha256 {
 public:
  Sha256& add(std::string_view part);
  /// Of all that was added since the last finish().
  [[nodiscard]] Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  void begin();

  std::unique_ptr<evp_md_ctx_st, Free> context_;
  bool begun_ = false;
};

/// HMAC-SHA-256 (RFC 2104, RFC 4231): only who knows the key can make it. Any thread; throws as Sha256 does.
[[nodiscard]] Digest hmac_sha256(std::string_view key, std::string_view text);

/// For tokens and signatures: takes as long whichever byte differs, so that nobody can find a secret byte by byte.
/// Texts of different lengths differ at once: a length is no secret.
[[nodiscard]] bool equal(std::string_view a, std::string_view b) noexcept;

}  // namespace oneshot::crypto
