// SPDX-License-Identifier: MIT
#include "support/gunzip.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cstddef>

namespace oneshot::test {

std::string gunzip(std::string_view member) {
  constexpr int gzip_with_largest_window = 15 + 16;
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, gzip_with_largest_window) == Z_OK);
  std::string input(member);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    std::string piece(256 * 1024, '\0');
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, 0, piece.size() - stream.avail_out);
  }
  CHECK(result == Z_STREAM_END);  // the checksum and the length of the trailer agree
  CHECK(stream.avail_in == 0);
  inflateEnd(&stream);
  return text;
}

}  // namespace oneshot::test
