// SPDX-License-Identifier: MIT
#include "http/coding/gunzip.hpp"

#include <algorithm>

#include "http/coding/zlib.hpp"

namespace oneshot::http {
namespace {

constexpr std::size_t step = 16 * 1024;

class Inflater {
 public:
  explicit Inflater(std::string_view bytes) {
    constexpr int gzip_with_largest_window = 16 + 15;
    // zlib does not write to its input, but says so only where it was built to.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    ready_ = inflateInit2(&stream_, gzip_with_largest_window) == Z_OK;
  }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] std::size_t bytes_left() const noexcept { return stream_.avail_in; }
  [[nodiscard]] bool next_member() noexcept { return inflateReset(&stream_) == Z_OK; }

  /// Appends what fits into `room` bytes more. What zlib says.
  int append(std::string& out, std::size_t room) {
    const std::size_t before = out.size();
    out.resize(before + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data()) + before;
    stream_.avail_out = static_cast<uInt>(room);
    const int said = inflate(&stream_, Z_NO_FLUSH);
    out.resize(before + room - stream_.avail_out);
    return said;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

/// One member, to its end.
Result<void, GunzipError> append_member(std::string& out, Inflater& inflater, std::size_t limit) {
  for (;;) {
    // One byte more than allowed tells a text that is too long from one that just fits.
    const std::size_t room = std::min(step, limit + 1 - out.size());
    const std::size_t before = out.size();
    const int said = inflater.append(out, room);
    if (out.size() > limit) return Unexpected{GunzipError::too_large};
    if (said == Z_STREAM_END) return {};
    if (said == Z_MEM_ERROR) return Unexpected{GunzipError::no_memory};
    if (said != Z_OK && said != Z_BUF_ERROR) return Unexpected{GunzipError::damaged};
    const bool wants_more = out.size() - before < room;
    if (wants_more) return Unexpected{inflater.bytes_left() == 0 ? GunzipError::truncated : GunzipError::damaged};
  }
}

}  // namespace

std::string_view words_for(GunzipError error) noexcept {
  switch (error) {
    case GunzipError::too_large:
      return "it unfolds to more than is allowed";
    case GunzipError::not_gzip:
      return "it is no gzip";
    case GunzipError::damaged:
      return "it is damaged";
    case GunzipError::truncated:
      return "it ends too early";
    case GunzipError::bytes_behind:
      return "something stands behind its end";
    case GunzipError::no_memory:
      break;
  }
  return "no memory is left to unfold it";
}

Result<void, GunzipError> gunzip(std::string& out, std::string_view bytes, std::size_t limit) {
  constexpr std::string_view magic = "\x1f\x8b";
  out.clear();
  if (!bytes.empty() && !bytes.starts_with(magic.substr(0, bytes.size()))) return Unexpected{GunzipError::not_gzip};
  Inflater inflater(bytes);
  if (!inflater.ready()) return Unexpected{GunzipError::no_memory};
  for (;;) {
    if (auto done = append_member(out, inflater, limit); !done) return done;
    const std::string_view rest = bytes.substr(bytes.size() - inflater.bytes_left());
    if (rest.empty()) return {};
    if (!rest.starts_with(magic)) return Unexpected{GunzipError::bytes_behind};
    if (!inflater.next_member()) return Unexpected{GunzipError::no_memory};
  }
}

}  // namespace oneshot::http
