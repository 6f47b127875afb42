// SPDX-License-Identifier: MIT
#pragma once

#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "http/tls_statistics.hpp"
#include "net/stream/handshake_bucket.hpp"
#include "net/stream/stream.hpp"
#include "tls/engine.hpp"

namespace oneshot::net {

/// A stream that encrypts, over one that does not. Everything that receipts go by stays the lower stream's: an end is
/// TCP's FIN and never TLS's close_notify, which Go's clients send before a reset as well as before an end; a byte is
/// written once the kernel has it; what counts as early are bytes of the wire.
class TlsStream final : public Stream {
 public:
  /// `lower` carries the wire. The handshake is a part of the first read, and waits for its turn in `handshakes` (null:
  /// it need not). Statistics and bucket outlive this.
  TlsStream(std::unique_ptr<Stream> lower, std::shared_ptr<const tls::Context> context, http::TlsStatistics& statistics,
            HandshakeBucket* handshakes = nullptr);
  ~TlsStream() override;

  asio::any_io_executor executor() noexcept override { return lower_->executor(); }
  asio::awaitable<Transferred> read_some(ReadSpace& space) override;
  bool try_write(std::string& bytes) noexcept override;
  asio::awaitable<Transferred> write(const std::string& rest) override;
  [[nodiscard]] std::size_t held() const noexcept override { return wire_.capacity(); }
  asio::error_code shutdown_write() noexcept override;
  void reset() noexcept override;
  void cancel() noexcept override;
  void on_readable(std::function<void()> ready) override;

  [[nodiscard]] std::size_t unread() const noexcept override;
  /// Of which `given` bytes of plaintext are, nobody can say: what the lower stream has and the engine has not is new.
  [[nodiscard]] bool has_arrived(std::uint64_t given) const noexcept override;
  void mark_early() noexcept override;
  [[nodiscard]] bool is_encrypted() const noexcept override { return true; }
  [[nodiscard]] std::span<const std::string> peer_names() const noexcept override { return engine_.verified_names(); }
  [[nodiscard]] TcpInfo sample() noexcept override { return lower_->sample(); }
  [[nodiscard]] bool is_established() const noexcept override { return lower_->is_established(); }
  [[nodiscard]] Sent sent() const noexcept override { return lower_->sent(); }
  [[nodiscard]] std::uint64_t acknowledged() const noexcept override { return lower_->acknowledged(); }
  void set_send_buffer(std::size_t bytes) noexcept override { lower_->set_send_buffer(bytes); }
  void give_up_after(std::chrono::milliseconds time) noexcept override { lower_->give_up_after(time); }
  void start_probing() noexcept override { lower_->start_probing(); }
  void stop_probing() noexcept override { lower_->stop_probing(); }

 private:
  std::size_t count_early(std::size_t size) noexcept override;
  asio::awaitable<asio::error_code> wait_for_turn();
  tls::Engine::Read read_plain(asio::mutable_buffer space);
  bool send() noexcept;
  asio::awaitable<asio::error_code> send_all();
  asio::awaitable<Transferred> end_by(tls::Engine::State state, ReadSpace& space);
  asio::awaitable<Transferred> wait_for_end(ReadSpace& space, bool with_limit);

  std::unique_ptr<Stream> lower_;
  http::TlsStatistics& statistics_;
  HandshakeBucket* handshakes_;  // null once the handshake has begun
  std::optional<asio::steady_timer> turn_;
  tls::Engine engine_;
  std::string wire_;            // what the engine wrote and the kernel has not taken yet
  std::uint64_t received_ = 0;  // bytes of the wire that the engine has got
  std::uint64_t record_ = 0;    // where in the wire the record begins that is read next, or in part
  std::uint64_t early_until_ = 0;
  bool last_is_early_ = false;  // what the last read gave
  bool lower_waits_ = false;    // lower_ has said no, and its write() comes next
  bool ended_by_us_ = false;
};

}  // namespace oneshot::net
