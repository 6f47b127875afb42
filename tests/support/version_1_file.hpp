// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace oneshot::test {

/// Rewrites a storage file of version 2 as 0.1.0 would have left it: what is whole becomes whole, what is damaged
/// becomes damaged. Throws where the file has what version 1 cannot say.
void make_version_1(const std::string& path);

}  // namespace oneshot::test
