// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace oneshot::test {

/// What one member of gzip holds; nothing in front of it or behind it. Anything else fails the test.
std::string gunzip(std::string_view member);

}  // namespace oneshot::test
