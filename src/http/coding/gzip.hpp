// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "http/memory_budget.hpp"
#include "http/reply.hpp"

namespace oneshot::http {

/// A body as one member of gzip (RFC 1952), compressed whole before its reply begins, so that its Content-Length is
/// known. First text is put in, then the reply takes the bytes out. One thread at a time.
///
/// Text that compresses well may become shorter than its reader must be sent (app/scrape/scrape_body.hpp says why). So
/// there may be a gap in the text, which is filled at the end by stored blocks: those are as long as what is in them,
/// and what is in them is part of the text. Other ways to make a member longer fail: Go refuses a comment or a name in
/// the header of more than 512 bytes, after it has read the body whole; curl 7.88 refuses a second member.
class GzipBody final : public BodySource {
 public:
  /// For a text of `text_size` bytes and padding of `padding_size`; null where the budget has not the memory_for() it.
  static std::unique_ptr<GzipBody> begin(MemoryBudget& budget, std::uint64_t text_size, std::size_t padding_size);
  ~GzipBody() override;
  GzipBody(const GzipBody&) = delete;
  GzipBody& operator=(const GzipBody&) = delete;

  /// The most that compressing such a text takes, and what came of it: text that does not compress grows by a
  /// thousandth; half a MiB for zlib's state (268 KiB) and what is not full.
  static constexpr std::uint64_t memory_for(std::uint64_t text_size, std::uint64_t padding_size) noexcept {
    return text_size + text_size / 1000 + padding_size + 512 * 1024;
  }

  /// The next of the text. Some 6 ns a byte: call it with pieces where others wait.
  void append(std::string_view text);
  /// Padding may go here; once.
  void leave_gap();
  /// That was all of the text. Gives back the memory that is not needed any more.
  void end();
  /// After end(): how many bytes of padding in the gap make the body `least` bytes long, or by as little longer as can
  /// be; 0 where it is that long already.
  [[nodiscard]] std::size_t padding_for(std::uint64_t least) const noexcept;
  /// After end(), with text that stands in the gap then; at most once.
  void fill_gap(std::string_view padding);

  /// After end().
  [[nodiscard]] std::uint64_t size() const noexcept override;
  bool append_next(std::string& out) override;

 private:
  struct Compressor;  // zlib's state
  /// A part of the text: what it became, and what the trailer says about it.
  struct Part {
    std::deque<std::string> pieces;
    std::uint64_t bytes = 0;  // of all of its pieces, those taken out too
    std::uint64_t text_size = 0;
    unsigned long crc = 0;
  };
  enum : std::uint8_t { before_gap, gap, behind_gap, parts };

  explicit GzipBody(std::size_t padding_size);
  void deflate(std::string_view text, int flush);
  [[nodiscard]] std::string trailer() const;

  MemoryBudget::Lease memory_;
  std::size_t padding_size_;
  std::unique_ptr<Compressor> compressor_;  // null after end()
  std::array<Part, parts> parts_;
  std::size_t part_ = before_gap;  // what text goes to, then what is taken out
  bool head_written_ = false;
};

}  // namespace oneshot::http
