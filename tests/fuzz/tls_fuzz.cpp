// SPDX-License-Identifier: MIT
//
// The driver of TLS between two fakes: an engine without secrets (fake_engine.cpp) and a connection without a socket.
// The bytes decide what the client sends, in which pieces, when it ends or resets, what the kernel takes, and what the
// session does meanwhile. Plaintext must come whole and in order, early exactly where its record had begun to arrive,
// and what is written must go out in order; an end is told only where TCP has one.

#include <algorithm>
#include <array>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "fuzz/fake_engine.hpp"
#include "fuzz/require.hpp"
#include "fuzz/script.hpp"
#include "net/stream/tls_stream.hpp"
#include "support/fixed_space.hpp"
#include "support/test_stream.hpp"

namespace {

using oneshot::net::Stream;
using oneshot::net::TlsStream;
using oneshot::test::require;
using oneshot::test::Script;
using oneshot::test::TestPeer;
using oneshot::test::TestStream;
namespace wire = oneshot::test::fake_wire;

class Rig {
 public:
  Rig() : stream_(std::make_unique<TlsStream>(std::make_unique<TestStream>(io_, peer), nullptr, statistics_)) {}
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  ~Rig() {
    io_.restart();
    stream_->reset();
    io_.poll();
  }

  void send(std::string_view bytes, std::size_t piece) {
    if (peer->ended() || reset_) return;
    sent_ += bytes;
    const std::size_t size = piece == 0 ? bytes.size() : piece;
    for (std::size_t at = 0; at < bytes.size(); at += size) peer->send(bytes.substr(at, size));
  }
  /// Records of plaintext whose bytes all differ, in pieces that end where records do not.
  void send_data(std::size_t records, std::size_t size, std::size_t piece) {
    std::string bytes;
    for (; records > 0; --records) {
      std::string text(size, ' ');
      for (char& byte : text) byte = static_cast<char>(next_byte_++);
      bytes += wire::record(wire::data, text);
    }
    send(bytes, piece);
  }
  void end() { peer->end(); }
  void reset() {
    reset_ = true;
    peer->reset();
  }

  void begin_read(std::size_t size) {
    if (reading_ || writing_ || over_) return;  // a session does one after the other
    reading_ = true;
    space_size_ = std::clamp<std::size_t>(size, 1, space_.size());
    spawn(read());
  }
  /// As a session writes: at once if that goes, else the rest later.
  void begin_write(std::size_t size) {
    if (reading_ || writing_ || over_ || ended_by_us_ || write_broke_) return;
    std::string text(size, ' ');
    for (char& byte : text) byte = static_cast<char>(next_written_++);
    if (wire::engine_is_established) written_ += text;
    if (stream_->try_write(text)) return require(text.empty(), "taken, but not all of it");
    writing_ = true;
    spawn(write(std::move(text)));
  }
  void mark_early() {
    if (reading_) return;
    stream_->mark_early();
    early_until_ = sent_.size();
  }
  void shut_down() {
    if (ended_by_us_ || reading_ || writing_ || over_) return;
    ended_by_us_ = true;
    static_cast<void>(stream_->shutdown_write());
  }
  void cancel() { stream_->cancel(); }
  void run() {
    io_.restart();
    io_.poll();
  }

  void check() const {
    require(peer->misuse.empty(), peer->misuse.c_str());
    const std::string all = plaintext();
    require(all.starts_with(given_), "plaintext that nobody sent, or in another order");
    if (!reading_ && !over_ && stream_->unread() == 0)
      require(given_.size() == all.size(), "plaintext that no read has given, and nothing says so");
  }
  /// Whatever has happened: all that was sent is read, and then the end comes.
  void bring_to_its_end() {
    peer->set_room(std::string::npos);
    peer->end();
    for (int rounds = 0; rounds < 20'000 && !over_; ++rounds) {
      begin_read(64);
      run();
    }
    require(over_, "no end");
    if (!reset_) require(given_ == plaintext(), "not all plaintext was given");
    check_written();
  }

  std::shared_ptr<TestPeer> peer = std::make_shared<TestPeer>();

 private:
  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(io_, std::move(work), [](const std::exception_ptr& fault) {
      if (fault) std::rethrow_exception(fault);
    });
  }
  [[nodiscard]] std::string plaintext() const {
    std::string all;
    for (const auto& data : wire::read_all(sent_).data) all += data.text;
    return all;
  }

  asio::awaitable<void> read() {
    oneshot::test::FixedSpace space(space_.data(), space_size_);
    const auto [error, size] = co_await stream_->read_some(space);
    reading_ = false;
    if (error) {
      note_error(error);
    } else {
      note_read(size);
    }
  }
  void note_read(std::size_t size) {
    require(size > 0 && size <= space_size_, "a read of nothing, or of more than there is room for");
    const std::size_t from = given_.size();
    given_.append(space_.data(), size);
    const std::size_t early = stream_->early_of(size);
    const wire::Sent::Data record = record_of(from);
    require(early == size || early == 0, "a read is early as a whole");
    if (record.begin < early_until_) require(early == size, "what had begun to arrive is early");
    if (record.after >= early_until_) require(early == 0, "what came later is not early");
  }
  /// The record of a byte of the plaintext.
  [[nodiscard]] wire::Sent::Data record_of(std::size_t byte) const {
    for (const auto& data : wire::read_all(sent_).data) {
      if (byte < data.text.size()) return data;
      byte -= data.text.size();
    }
    require(false, "plaintext that nobody sent");
    return {};
  }
  void note_error(asio::error_code error) {
    const wire::Sent sent = wire::read_all(sent_);
    if (error == asio::error::operation_aborted) {
      write_broke_ = true;  // it may have been the answer of the handshake that was cancelled
      return;
    }
    over_ = true;
    if (error == asio::error::connection_aborted) require(failed(), "a connection that did not fail");
    if (error == asio::error::eof) require(peer->ended() || reset_, "an end that TCP does not have");
    if (error == Stream::no_more_requests) {
      require(!ended_by_us_, "after our end only TCP's counts");
      require(sent.said_goodbye || ((sent.failed || sent.not_tls) && !sent.established), "the client may go on");
    }
  }
  asio::awaitable<void> write(std::string rest) {
    const auto [error, size] = co_await stream_->write(rest);
    writing_ = false;
    if (error) write_broke_ = true;
  }
  /// What went out is in order, and all of it where nothing broke.
  void check_written() const {
    std::string text;
    std::string_view out = peer->written;
    while (out.size() >= wire::header) {
      const std::size_t size = static_cast<unsigned char>(out[1]);
      if (out.size() < wire::header + size || (out[0] != wire::data && size > 0)) break;
      if (out[0] == wire::data) text += out.substr(wire::header, size);
      out.remove_prefix(wire::header + size);
    }
    require(written_.starts_with(text), "written in another order");
    if (!reset_ && !write_broke_ && !writing_ && !failed()) require(text == written_, "not all was written");
  }
  [[nodiscard]] bool failed() const {
    const wire::Sent sent = wire::read_all(sent_);
    return sent.failed || sent.not_tls;
  }

  asio::io_context io_{1};
  oneshot::http::TlsStatistics statistics_;
  std::unique_ptr<TlsStream> stream_;
  std::array<char, 64> space_{};
  std::size_t space_size_ = 1;
  std::string sent_;     // by the client, on the wire
  std::string given_;    // plaintext of reads
  std::string written_;  // plaintext
  std::size_t early_until_ = 0;
  unsigned next_byte_ = 0;
  unsigned next_written_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool write_broke_ = false;
  bool ended_by_us_ = false;
  bool reset_ = false;
  bool over_ = false;
};

void step(Rig& rig, Script& script) {
  const unsigned what = script.next();
  switch (what % 16) {
    case 0:
      return rig.send_data(1, script.next(), script.next() % 32);
    case 1:
    case 2:
      return rig.send_data(what % 16 + 1, script.next() % 32, script.next());
    case 3:
      return rig.send(wire::record(wire::hello), script.next() % 3);
    case 4:
      return rig.send(wire::record(wire::update, "key"), script.next() % 3);
    case 5:
      return rig.send(wire::record(wire::goodbye), script.next() % 3);
    case 6:
      return rig.send(std::string(1, static_cast<char>(script.next())), 0);
    case 7:
    case 8:
    case 9:
      return rig.begin_read(script.next());
    case 10:
      return rig.begin_write(script.next() * 4U);
    case 11:
      return rig.mark_early();
    case 12:
      return rig.peer->set_room(script.next() * 5U);
    case 13:
      return rig.cancel();
    case 14:
      return script.next() % 2 == 0 ? rig.end() : rig.reset();
    default:
      return rig.shut_down();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Script script(data, size);
  Rig rig;
  const unsigned mode = script.next();
  rig.peer->keeps_rest_inside = mode % 2 == 1;
  rig.peer->notices_late = mode % 4 >= 2;
  if (mode % 8 < 4) rig.send(wire::record(wire::hello) + wire::record(wire::hello), mode % 16 < 8 ? 0 : 1);
  for (int steps = 0; steps < 60 && !script.empty(); ++steps) {
    step(rig, script);
    if (mode % 32 < 16) rig.run();
    rig.check();
  }
  rig.bring_to_its_end();
  return 0;
}
