// SPDX-License-Identifier: MIT
#include "base/version.hpp"

#ifndef ONESHOT_VERSION
#error "ONESHOT_VERSION comes from meson.build"
#endif

#define ONESHOT_TEXT_OF(x) #x
#define ONESHOT_TEXT(x) ONESHOT_TEXT_OF(x)
#define ONESHOT_DOTTED(major, minor, patch) ONESHOT_TEXT(major) "." ONESHOT_TEXT(minor) "." ONESHOT_TEXT(patch)

namespace oneshot {

std::string_view version() noexcept { return ONESHOT_VERSION; }

std::string_view compiler() noexcept {
#if defined(__clang__)
  return "clang " ONESHOT_DOTTED(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return "gcc " ONESHOT_DOTTED(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace oneshot
