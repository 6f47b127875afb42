// SPDX-License-Identifier: MIT
#include "support/session_rig.hpp"

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace oneshot::test {
namespace {

using std::chrono::milliseconds;

class LoggingReceipt final : public delivery::Receipt {
 public:
  LoggingReceipt(std::shared_ptr<ReceiptLog> log, const delivery::Reader& reader)
      : log_(std::move(log)), reader_(reader) {}
  [[nodiscard]] delivery::Reader reader() const noexcept override { return reader_; }
  void on_started(std::shared_ptr<delivery::Transfer> transfer) override {
    log_->in_order = log_->in_order && log_->handed_over == 0 && log_->settled == 0;
    log_->transfer = std::move(transfer);
    ++log_->started;
  }
  void on_handed_over(bool nothing_unread) override {
    log_->in_order = log_->in_order && log_->started == 1 && log_->settled == 0;
    log_->nothing_unread = nothing_unread;
    ++log_->handed_over;
  }
  void on_idle_reset() override {
    log_->in_order = log_->in_order && log_->settled == 0;
    ++log_->idle_resets;
  }
  void on_settled(delivery::Outcome outcome) override {
    log_->in_order = log_->in_order && log_->started == 1;
    log_->outcome = outcome;
    ++log_->settled;
  }

 private:
  std::shared_ptr<ReceiptLog> log_;
  const delivery::Reader reader_;
};

class ThreePieces final : public http::BodySource {
 public:
  explicit ThreePieces(std::uint64_t size) : size_(size) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  bool append_next(std::string& out) override {
    const std::uint64_t from = size_ * piece_ / 3;
    ++piece_;
    out.append(size_ * piece_ / 3 - from, 'x');
    return piece_ < 3;
  }

 private:
  std::uint64_t size_;
  std::uint64_t piece_ = 0;
};

class Pending final : public http::PendingReply {
 public:
  delivery::OneShotEvent& ready() noexcept override { return event_; }
  http::Reply finish() override { return http::Reply(200, "pending"); }

 private:
  delivery::OneShotEvent event_;
};

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view field(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = head.substr(at + name.size());
  return value.substr(0, value.find('\r'));
}

}  // namespace

std::vector<ReceivedReply> parse_replies(std::string_view bytes, std::string* rest) {
  std::vector<ReceivedReply> replies;
  while (bytes.starts_with("HTTP/1.1 ")) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) break;
    const std::string_view head = bytes.substr(0, end + 2);
    const std::size_t length = number(field(head, "\r\nContent-Length: "));
    if (bytes.size() < end + 4 + length) break;
    replies.push_back({static_cast<int>(number(head.substr(9))), std::string(bytes.substr(end + 4, length)),
                       field(head, "\r\nConnection: ") == "close"});
    bytes.remove_prefix(end + 4 + length);
  }
  if (rest != nullptr) *rest = bytes;
  return replies;
}

SessionRig::SessionRig() {
  options.header_timeout = milliseconds(1000);
  options.idle_timeout = milliseconds(5000);
  auto session = std::make_unique<net::Session>(context_, std::make_unique<TestStream>(*io_, peer), Address(), 7);
  session_ = session.get();
  spawn(run_session(std::move(session), &session_));
  run();
}

SessionRig::~SessionRig() { destroy_session(); }

void SessionRig::destroy_session() {
  for (const auto& receipt : receipts) receipt->transfer = nullptr;  // it lives no longer than the io_context
  io_.reset();
}

asio::awaitable<void> SessionRig::run_session(std::unique_ptr<net::Session> session, net::Session** current) {
  struct AtEnd {
    net::Session** current;
    ~AtEnd() { *current = nullptr; }
  } at_end{current};
  auto work = session->run();
  co_await std::move(work);
  session.reset();
}

void SessionRig::run() {
  if (!io_) return;
  io_->restart();
  io_->poll();
}

void SessionRig::spawn(asio::awaitable<void> work) {
  asio::co_spawn(*io_, std::move(work), [](std::exception_ptr fault) {
    if (fault) std::rethrow_exception(fault);
  });
}

bool SessionRig::run_until(const std::function<bool()>& condition) {
  const SteadyTime limit = in(milliseconds(10'000));
  while (!condition()) {
    if (!io_ || std::chrono::steady_clock::now() > limit) return false;
    io_->restart();
    io_->run_one_for(milliseconds(20));
  }
  return true;
}

void SessionRig::finish_pending(bool later) {
  pending_is_ready_ = pending_is_ready_ || later;
  for (const auto& notify : std::exchange(pending_, {})) notify();
}

bool SessionRig::all_receipts_settled_once() const {
  return std::all_of(receipts.begin(), receipts.end(), [](const auto& receipt) { return receipt->settled == 1; });
}

std::string SessionRig::broken_rule() const {
  if (!peer->misuse.empty()) return peer->misuse;
  for (const auto& receipt : receipts) {
    if (!receipt->in_order || receipt->started > 1 || receipt->handed_over > 1 || receipt->settled > 1)
      return "a receipt is told each thing once, in order";
    if (ended() && receipt->settled != 1) return "a receipt has its outcome when the session has ended";
    if (receipt->settled == 1 && receipt->outcome == delivery::Outcome::delivered && receipt->handed_over == 0)
      return "a reply that was not handed over is not delivered";
  }
  std::string rest;
  const auto replies = parse_replies(peer->written, &rest);
  for (std::size_t i = 0; i + 1 < replies.size(); ++i)
    if (replies[i].close) return "nothing follows a reply that closes";
  if (!replies.empty() && replies.back().close && !rest.empty()) return "no bytes follow a reply that closes";
  return {};
}

http::Answer SessionRig::handle(const http::Request& request, delivery::Waiting& waiting) {
  std::string seen = request.pipelined ? "pipelined " : "";
  seen.append(request.method_name).append(" ").append(request.path);
  if (!request.body.empty()) seen.append(" ").append(request.body);
  requests.push_back(std::move(seen));
  if (request.path == "/throw") throw std::runtime_error("thrown by a test");
  if (request.path == "/scrape-without-events" || request.path == "/later" || request.path == "/wait" ||
      request.path == "/until" || request.path == "/throw-later")
    return later(std::string(request.path), waiting);
  if (request.path == "/pending") {
    auto reply = std::make_unique<Pending>();
    pending_.push_back(reply->ready().notifier());
    if (pending_is_ready_) finish_pending();
    return reply;
  }
  return sized_reply(request);
}

http::Reply SessionRig::sized_reply(const http::Request& request) {
  http::Reply reply(200);
  const std::string_view path = request.path;
  const std::size_t size = number(request.query);
  if (!request.pipelined && (path == "/batch" || path == "/pieces")) {
    receipts.push_back(std::make_shared<ReceiptLog>());
    reply.receipt = std::make_unique<LoggingReceipt>(receipts.back(), reader);
    reply.closes = closes;
  }
  reply.deadline = in(reply_time);
  if (path == "/batch" || path == "/body") reply.body.assign(size, 'x');
  if (path == "/pieces" || path == "/stream") reply.source = std::make_unique<ThreePieces>(size);
  return reply;
}

asio::awaitable<http::Reply> SessionRig::later(std::string path, delivery::Waiting& waiting) {
  http::Reply reply(200, path.substr(1));
  if (path == "/scrape-without-events") {
    reply.scraper = 5;
    co_return reply;
  }
  if (path == "/wait") {
    auto work = waiting.wait(event);
    co_await std::move(work);
    reply.body = "waited";
    co_return reply;
  }
  if (path == "/until") {
    const SteadyTime until = in(reply_time);
    auto work = waiting.wait_until(event, until);
    co_await std::move(work);
    reply.body = event.notified()               ? "notified"
                 : waiting.peer_closed()        ? "closed"
                 : waiting.stopping()           ? "stopping"
                 : in(milliseconds(0)) >= until ? "in time"
                                                : "for nothing";
    co_return reply;
  }
  auto work = waiting.yield();
  co_await std::move(work);
  if (path == "/throw-later") throw std::runtime_error("thrown by a test");
  co_return reply;
}

}  // namespace oneshot::test
