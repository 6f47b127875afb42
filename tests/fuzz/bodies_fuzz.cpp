// SPDX-License-Identifier: MIT
// Bodies of POST /event and POST /events. The first byte says what the rest is: 'j' JSON, 'c' a CloudEvent, 'h' the
// data of a CloudEvent whose subject is the first line, 'm' multipart/form-data with the boundary B, 't' a plain text,
// 'g' JSON in gzip, 'n' lines of JSON, 'p' lines of which the good ones are taken, 'l' a list, 'b' a batch of
// CloudEvents; 'C', 'H' and 'B' are CloudEvents as 'c', 'h' and 'b' that a hook maps; every other byte is 'j'. Whatever
// is stored must be one sample that a strict parser reads; what is
// refused stores nothing, but with 'p', and says why in one line.
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/router.hpp"
#include "app/services.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "exposition/text_format.hpp"
#include "fuzz/require.hpp"
#include "ingest/hooks/hook.hpp"
#include "json/parser.hpp"
#include "queue/queue.hpp"
#include "support/exposition_parser.hpp"
#include "support/no_waiting.hpp"

using namespace oneshot;
using oneshot::test::require;

namespace {

void check_line(const event::Event& event) {
  std::string line;
  exposition::text_format().append_sample(line, "events_to_metrics", {event.labels}, event.value, {});
  const auto parsed = test::parse_exposition(line);
  require(parsed.has_value(), "does not parse", parsed.has_value() ? "" : parsed.error());
  require(parsed->families.size() == 1 && parsed->families[0].samples.size() == 1, "not one sample", line);
  require(!parsed->families[0].samples[0].labels.empty(), "an event that says nothing", line);
}

/// Looks at what is stored, and forgets it.
class LookingQueue final : public queue::Queue {
 public:
  std::size_t stored = 0;

  queue::StoredOne append(queue::Poster, const event::Event& event) override {
    check_line(event);
    ++stored;
    return queue::Stored::stored;
  }
  queue::StoredAll append_all(queue::Poster appender, std::span<const event::Event> events) override {
    for (const event::Event& event : events) append(appender, event);
    return {.what = queue::Stored::stored, .stored = events.size()};
  }
  void when_durable(unsigned, std::function<void(const queue::Durable&)>) override {}
  asio::awaitable<queue::TakeResult> take(std::string, queue::Coming, delivery::Waiting&, SteadyTime) override {
    co_return Unexpected{queue::NoBatch::stopping};
  }
  std::unique_ptr<queue::Batch> peek(std::string_view) override { return nullptr; }
  std::uint64_t next_number(std::string_view) override { return 0; }
  std::unique_ptr<queue::Delivery> resume(std::string_view) override { return nullptr; }
  bool calibrated(std::string_view) override { return false; }
  void set_calibrated(std::string_view, bool) override {}
  std::unique_ptr<queue::HistoryReader> read_history(queue::HistoryQuery) override { return nullptr; }
  std::unique_ptr<queue::LabelCounter> count_by_label(queue::LabelCountQuery) override { return nullptr; }
  std::optional<queue::FoundEvent> find(const queue::EventId&) override { return std::nullopt; }
  void note_sender(std::span<const queue::EventId>, const queue::Sender&) override {}
  [[nodiscard]] bool keeps_senders() const noexcept override { return false; }
  asio::awaitable<queue::Changed> replay(std::string, std::int64_t, delivery::Waiting&) override {
    co_return queue::Changed{};
  }
  asio::awaitable<queue::Changed> skip(std::string, delivery::Waiting&) override { co_return queue::Changed{}; }
  asio::awaitable<queue::Changed> forget(std::string, delivery::Waiting&) override { co_return queue::Changed{}; }
  void tick() override {}
  void change(const queue::Options&) override {}
  [[nodiscard]] bool explicit_timestamps() const noexcept override { return false; }
  [[nodiscard]] std::size_t max_unnamed() const override { return 0; }
  [[nodiscard]] queue::QueueStatistics statistics() const override { return {}; }
  [[nodiscard]] bool above_high_watermark() const noexcept override { return false; }
  [[nodiscard]] bool unable_to_store() const noexcept override { return false; }
};

struct Kind {
  char letter;
  std::string_view path;
  std::string_view query;
  std::string_view type;
};
constexpr std::array kinds{
    Kind{'j', "/event", "", "application/json"},
    Kind{'c', "/event", "", "application/cloudevents+json"},
    Kind{'h', "/event", "", "application/json"},
    Kind{'m', "/event", "", "multipart/form-data; boundary=B"},
    Kind{'t', "/event", "text=message", "text/plain"},
    Kind{'g', "/event", "", "application/json"},
    Kind{'n', "/events", "", "application/x-ndjson"},
    Kind{'p', "/events", "partial=1", "application/x-ndjson"},
    Kind{'l', "/events", "env=prod", "application/json"},
    Kind{'b', "/events", "", "application/cloudevents-batch+json"},
    Kind{'C', "/event", "", "application/cloudevents+json"},
    Kind{'H', "/event", "", "application/json"},
    Kind{'B', "/events", "partial=1", "application/cloudevents-batch+json"},
};

bool is_mapped(const Kind& kind) { return kind.letter == 'C' || kind.letter == 'H' || kind.letter == 'B'; }

/// Several events of one CloudEvent, some of them ignored, with ids of both kinds.
std::shared_ptr<const app::Options> mapping_options() {
  auto hook = ingest::Hook::make({.each = "/data",
                                  .when = {{"/skip", {"", "no"}}},
                                  .value = "{/value}",
                                  .time = "{/time}",
                                  .id = "{/id}",
                                  .labels_from = {"", "body:"},
                                  .labels = {{"what", "{body:/type|lower}"}}});
  require(hook.has_value(), "no hook", hook ? "" : hook.error().what);
  app::Options options;
  options.hooks.emplace("cloudevents", std::make_shared<const ingest::Hook>(std::move(*hook)));
  return std::make_shared<const app::Options>(std::move(options));
}

const Kind& kind_of(char letter) {
  for (const Kind& kind : kinds)
    if (kind.letter == letter) return kind;
  return kinds.front();
}

std::vector<http::Header> headers_of(const Kind& kind, std::string_view& body) {
  std::vector<http::Header> headers = {{"Content-Type", kind.type}};
  if (kind.letter == 'g') headers.push_back({"Content-Encoding", "gzip"});
  if (kind.letter != 'h' && kind.letter != 'H') return headers;
  const std::size_t end = std::min(body.find('\n'), body.size());
  for (const http::Header& header :
       {http::Header{"ce-specversion", "1.0"}, http::Header{"ce-id", "1"}, http::Header{"ce-source", "s"},
        http::Header{"ce-type", "t"}, http::Header{"ce-subject", body.substr(0, end)}})
    headers.push_back(header);
  body.remove_prefix(std::min(end + 1, body.size()));
  return headers;
}

class Server {
 public:
  explicit Server(std::shared_ptr<const app::Options> options) : router_(services_, std::move(options), 0) {
    log::set_level(log::Level::error);
  }

  /// The reply, and how many events it stored.
  std::pair<http::Reply, std::size_t> post(const Kind& kind, std::string_view body) {
    const std::vector<http::Header> headers = headers_of(kind, body);
    http::Request request;
    request.method = http::Method::post;
    request.method_name = "POST";
    request.path = kind.path;
    request.query = kind.query;
    request.headers = headers;
    request.body = body;
    queue_.stored = 0;
    http::Answer answer = router_.handle(request, waiting_);
    require(std::holds_alternative<http::Reply>(answer), "an answer that waits", body);
    return {std::move(std::get<http::Reply>(answer)), queue_.stored};
  }

 private:
  LookingQueue queue_;
  app::Services services_{queue_, system_clock(), 1};
  app::Router router_;
  test::NoWaiting waiting_;
};

void check_refusal(const http::Reply& reply, std::size_t stored) {
  require(reply.status == 400 || reply.status == 413 || reply.status == 415, "another status", reply.body);
  require(stored == 0, "refused and stored", reply.body);
  require(reply.body.size() > 1 && reply.body.size() < 500, "a message without sane length", reply.body);
  for (const char c : std::string_view(reply.body).substr(0, reply.body.size() - 1))
    require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a message that is not one plain line", reply.body);
}

void check_success(const Kind& kind, const http::Reply& reply, std::size_t stored) {
  require(kind.path == "/events" || is_mapped(kind) || stored == 1, "not one event", reply.body);
  if (kind.path == "/event") return;
  json::Parser parser(std::size_t{1} << 20);
  const auto summary = parser.parse(reply.body);
  require(summary.has_value(), "an answer that is no JSON", reply.body);
  const auto said = summary->at_pointer("/stored");
  require(said && said->integer() == static_cast<std::int64_t>(stored), "another number of events", reply.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const Kind& kind = kind_of(all.front());
  const std::string_view body = all.substr(1);
  static Server used(std::make_shared<const app::Options>());
  static Server mapping(mapping_options());
  const auto [reply, stored] = (is_mapped(kind) ? mapping : used).post(kind, body);
  if (reply.status == 200)
    check_success(kind, reply, stored);
  else
    check_refusal(reply, stored);
  return 0;
}
