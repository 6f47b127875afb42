// SPDX-License-Identifier: MIT
#include "app/scrape/compress.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "http/coding/gzip.hpp"

namespace oneshot::app {
namespace {

/// The body of a reply, piece by piece, whichever of its two shapes it has.
class BodyPieces {
 public:
  explicit BodyPieces(http::Reply& reply) : reply_(reply) {}

  /// Valid until the next call; empty behind the last one.
  std::string_view next() {
    if (reply_.source) return next_of_source();
    const std::string_view piece = std::string_view(reply_.body).substr(at_, piece_bytes);
    at_ += piece.size();
    return piece;
  }

 private:
  std::string_view next_of_source() {
    piece_.clear();
    if (more_) more_ = reply_.source->append_next(piece_);
    return piece_;
  }

  static constexpr std::size_t piece_bytes = 64 * 1024;

  http::Reply& reply_;
  std::string piece_;
  bool more_ = true;
  std::size_t at_ = 0;
};

void append_around_gap(http::GzipBody& body, std::string_view piece, std::size_t gap) {
  body.append(piece.substr(0, gap));
  body.leave_gap();
  body.append(piece.substr(gap));
}

void pad(http::GzipBody& body, const BodyPadding& padding) {
  const std::size_t missing = body.padding_for(padding.least);
  if (missing > 0) body.fill_gap(padding.format.padding(missing));
}

}  // namespace

asio::awaitable<Compressed> compress(http::Reply& reply, BodyPadding padding, http::MemoryBudget& budget,
                                     const Worth& worth, delivery::Waiting& waiting) {
  auto body = http::GzipBody::begin(budget, body_size(reply), static_cast<std::size_t>(padding.least));
  if (body == nullptr) co_return Compressed::no;
  BodyPieces pieces(reply);
  bool first = padding.least > 0;  // the gap is in the first piece, which has the head whole
  for (std::string_view piece = pieces.next(); !piece.empty(); piece = pieces.next()) {
    if (first) {
      append_around_gap(*body, piece, padding.place);
    } else {
      body->append(piece);
    }
    first = false;
    co_await waiting.yield();
    if (worth.is_over(reply.deadline, reply.lease.get())) co_return Compressed::ended;
  }
  body->end();
  pad(*body, padding);
  reply.source = std::move(body);
  reply.body.clear();
  reply.content_encoding = "gzip";
  co_return Compressed::yes;
}

}  // namespace oneshot::app
