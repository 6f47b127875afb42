// SPDX-License-Identifier: MIT
//
// The deflate stream is raw (RFC 1951), and what makes it a member of gzip is written here, so that stored blocks can
// go into it once its length is known. The gap is where the stream was flushed: there it is at a byte's border, and
// what follows does not refer to what was before, which the padding moves away.
#include "http/coding/gzip.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <new>
#include <numeric>

#include "http/coding/zlib.hpp"

namespace oneshot::http {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

// Magic, deflate, no flags, no time, "compressed fastest", Unix (RFC 1952 2.3).
constexpr std::string_view header{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\x03", 10};
constexpr std::size_t trailer_size = 8;

// A stored block that is not the last one: a byte with its type, its length twice (RFC 1951 3.2.4).
constexpr std::size_t block_head = 5;
constexpr std::size_t longest_block = 65535;

void append_little_endian(std::string& out, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(number >> 8 * i & 0xFF));
}

std::string stored_block(std::string_view text) {
  std::string block(1, '\0');
  append_little_endian(block, text.size(), 2);
  append_little_endian(block, ~text.size(), 2);
  block += text;
  return block;
}

unsigned long crc_of(std::string_view text, unsigned long before) {
  if (text.empty()) return before;  // to zlib a null pointer means "from the start"
  return crc32_z(before, reinterpret_cast<const Bytef*>(text.data()), text.size());
}

}  // namespace

struct GzipBody::Compressor {
  Compressor() {
    // The fastest level: on events level 6 makes a quarter less, and takes 3.6 times as long.
    constexpr int raw_with_largest_window = -15;
    constexpr int usual_memory = 8;
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, raw_with_largest_window, usual_memory, Z_DEFAULT_STRATEGY) !=
        Z_OK)
      throw std::bad_alloc();
  }
  ~Compressor() { deflateEnd(&stream); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  z_stream stream{};
};

std::unique_ptr<GzipBody> GzipBody::begin(MemoryBudget& budget, std::uint64_t text_size, std::size_t padding_size) {
  constexpr std::uint64_t longest = std::numeric_limits<std::uint32_t>::max();  // far above any budget
  if (text_size > longest) return nullptr;
  std::unique_ptr<GzipBody> body(new GzipBody(padding_size));
  const auto bytes = static_cast<std::size_t>(memory_for(text_size, padding_size));
  if (!body->memory_.grow_to(budget, bytes, MemoryBudget::Use::spare)) return nullptr;
  body->compressor_ = std::make_unique<Compressor>();
  return body;
}

GzipBody::GzipBody(std::size_t padding_size) : padding_size_(padding_size) {}

GzipBody::~GzipBody() = default;

void GzipBody::append(std::string_view text) {
  while (!text.empty()) {  // zlib counts in unsigned int
    const std::string_view some = text.substr(0, piece_bytes);
    deflate(some, Z_NO_FLUSH);
    text.remove_prefix(some.size());
  }
}

void GzipBody::leave_gap() {
  assert(part_ == before_gap);
  deflate({}, Z_FULL_FLUSH);
  part_ = behind_gap;
}

void GzipBody::end() {
  deflate({}, Z_FINISH);
  compressor_.reset();
  part_ = before_gap;
  std::size_t pieces = 0;
  for (const Part& part : parts_) pieces += part.pieces.size();
  memory_.shrink_to(pieces * piece_bytes + padding_size_);
}

std::size_t GzipBody::padding_for(std::uint64_t least) const noexcept {
  const std::uint64_t now = size();
  if (now >= least) return 0;
  const std::uint64_t missing = least - now;
  const std::uint64_t whole_blocks = missing / (block_head + longest_block);
  const std::uint64_t rest = missing % (block_head + longest_block);
  std::uint64_t bytes = whole_blocks * longest_block;
  if (rest > 0) bytes += rest > block_head ? rest - block_head : 1;
  return static_cast<std::size_t>(bytes);
}

void GzipBody::fill_gap(std::string_view padding) {
  assert(compressor_ == nullptr && parts_[gap].pieces.empty());
  Part& part = parts_[gap];
  part.text_size = padding.size();
  part.crc = crc_of(padding, 0);
  while (!padding.empty()) {
    const std::string_view some = padding.substr(0, longest_block);
    part.pieces.push_back(stored_block(some));
    part.bytes += part.pieces.back().size();
    padding.remove_prefix(some.size());
  }
}

void GzipBody::deflate(std::string_view text, int flush) {
  Part& part = parts_[part_];
  part.text_size += text.size();
  part.crc = crc_of(text, part.crc);
  z_stream& stream = compressor_->stream;
  // zlib does not write to its input, but says so only where it was built to.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  do {
    if (part.pieces.empty() || part.pieces.back().size() == piece_bytes) {
      part.pieces.emplace_back();
      part.pieces.back().reserve(piece_bytes);
    }
    std::string& piece = part.pieces.back();
    const std::size_t before = piece.size();
    piece.resize(piece_bytes);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data()) + before;
    stream.avail_out = static_cast<uInt>(piece_bytes - before);
    ::deflate(&stream, flush);
    piece.resize(piece_bytes - stream.avail_out);
    part.bytes += piece.size() - before;
  } while (stream.avail_out == 0);
}

std::uint64_t GzipBody::size() const noexcept {
  return std::accumulate(parts_.begin(), parts_.end(), std::uint64_t{header.size() + trailer_size},
                         [](std::uint64_t sum, const Part& part) { return sum + part.bytes; });
}

bool GzipBody::append_next(std::string& out) {
  if (!head_written_) out += header;
  head_written_ = true;
  for (; part_ < parts; ++part_) {
    std::deque<std::string>& pieces = parts_[part_].pieces;
    for (; !pieces.empty(); pieces.pop_front()) {
      if (out.size() >= piece_bytes) return true;
      out += pieces.front();
    }
  }
  out += trailer();
  return false;
}

std::string GzipBody::trailer() const {
  unsigned long crc = 0;
  std::uint64_t text_size = 0;
  for (const Part& part : parts_) {
    crc = crc32_combine(crc, part.crc, static_cast<z_off_t>(part.text_size));
    text_size += part.text_size;
  }
  std::string bytes;
  append_little_endian(bytes, crc, 4);
  append_little_endian(bytes, text_size, 4);
  return bytes;
}

}  // namespace oneshot::http
