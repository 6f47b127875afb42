// SPDX-License-Identifier: MIT
#include "cluster/check.hpp"

#include <cstddef>
#include <cstdint>

#include "base/hash.hpp"
#include "cluster/archive.hpp"

namespace oneshot::cluster {
namespace {

constexpr Seed check_seed{0x6f6e6573686f7431};

std::string check_of(std::string_view bytes) {
  Saver saver;
  saver(hash_bytes(bytes, check_seed));
  return saver.take();
}

}  // namespace

std::string with_check(std::string bytes) {
  const std::string check = check_of(bytes);
  return bytes += check;
}

std::optional<std::string_view> without_check(std::string_view bytes) {
  constexpr std::size_t check_size = sizeof(std::uint64_t);
  if (bytes.size() < check_size) return std::nullopt;
  const std::string_view checked = bytes.substr(0, bytes.size() - check_size);
  if (bytes.substr(checked.size()) != check_of(checked)) return std::nullopt;
  return checked;
}

}  // namespace oneshot::cluster
