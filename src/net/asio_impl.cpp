// SPDX-License-Identifier: MIT
// Asio's own code, compiled once here instead of in every file that includes it (ASIO_SEPARATE_COMPILATION).
#include <asio/impl/src.hpp>
