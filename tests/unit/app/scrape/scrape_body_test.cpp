// SPDX-License-Identifier: MIT
#include "app/scrape/scrape_body.hpp"
#include "app/scrape/padded_head.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "exposition/text_format.hpp"

namespace oneshot::app {
namespace {

using exposition::Format;
using exposition::MetricType;
using exposition::PaddingPlaces;
using exposition::text_format;

/// As far from the text format as a format can be: no comments, padding in a HELP, a last line.
class OtherFormat final : public Format {
 public:
  [[nodiscard]] std::string_view content_type() const noexcept override { return "application/other"; }
  [[nodiscard]] std::string_view end() const noexcept override { return "# EOF\n"; }
  void append_family(std::string& out, std::string_view name, MetricType, std::string_view) const override {
    out.append("# HELP ").append(name).push_back('\n');
  }
  void append_comment(std::string&, std::string_view) const override {}
  [[nodiscard]] bool groups_series() const noexcept override { return true; }
  [[nodiscard]] std::size_t padding_place(std::string_view text, PaddingPlaces places) const noexcept override {
    return text.find('\n', places.last_family);
  }
  [[nodiscard]] std::string padding(std::size_t bytes) const override { return std::string(bytes, ' '); }

 protected:
  [[nodiscard]] std::size_t timestamp_size(std::int64_t) const noexcept override { return 1; }
  char* write_timestamp(char* to, std::int64_t) const noexcept override {
    *to = '0';
    return to + 1;
  }
};

class TwoLines final : public EventText {
 public:
  TwoLines() : EventText(Options{}) { size_ = 8; }
  bool measure_next() override { return false; }
  bool append_next(std::string& out) override {
    out += "m 1\n";
    return ++written_ < 2;
  }

 private:
  int written_ = 0;
};

std::string read_all(ScrapeBody& body) {
  std::string text;
  while (body.append_next(text)) {
  }
  return text;
}

Options options_of(std::string metric) {
  Options options;
  options.metric = std::move(metric);
  return options;
}

const Families families(options_of("m"));
const HeadParts parts{.comment = "scraper", .own_metrics = "up 1\n", .families = families};

TEST_CASE("a head is comment, own metrics, and the family of the events, as the format has it") {
  CHECK(assemble_head(text_format(), parts).text ==
        "# scraper\nup 1\n# HELP m One-shot events: each is sent to each scraper once.\n# TYPE m gauge\n");
  CHECK(assemble_head(OtherFormat{}, parts).text == "up 1\n# HELP m\n");
}

TEST_CASE("the comment says whose scrape it is, and how to look without taking") {
  CHECK(comment_for({.id = "10.0.0.7", .by_name = false}, "1 event in this batch") ==
        "scraper \"10.0.0.7\" (by address), 1 event in this batch; look without taking: /metrics?peek=1");
  CHECK(comment_for({.id = "prom-a", .by_name = true}, "0 events in this batch") ==
        "scraper \"prom-a\" (by name), 0 events in this batch; look without taking: /metrics?peek=1&scraper=prom-a");
}

TEST_CASE("padding reaches the least length exactly, or passes it by no more than one byte") {
  const std::size_t unpadded = assemble_head(text_format(), parts).text.size();
  for (std::uint64_t missing = 0; missing < 5; ++missing) {
    CAPTURE(missing);
    const std::uint64_t events = min_batch_response - missing - unpadded;
    const std::string head = assemble_padded_head(text_format(), parts, events).text;
    CHECK(head.size() + events == min_batch_response + (missing == 1 ? 1 : 0));
    CHECK(head.starts_with("# scraper\n"));
    CHECK(head.ends_with("# TYPE m gauge\n"));
  }
  CHECK(assemble_padded_head(text_format(), parts, min_batch_response).text.size() == unpadded);
}

TEST_CASE("the tail counts for the least length, and for the body's") {
  const OtherFormat other;
  std::string tail = assemble_tail(other, "prom-a", 0);
  std::string head = assemble_padded_head(other, parts, 8 + tail.size()).text;
  CHECK(head.starts_with("up 1\n# HELP m "));
  CHECK(head.size() + 8 + tail.size() == min_batch_response);
  ScrapeBody body(std::move(head), std::make_unique<TwoLines>(), std::move(tail));
  CHECK(body.size() == min_batch_response);
  const std::string text = read_all(body);
  CHECK(text.size() == body.size());
  CHECK(text.ends_with(" \nm 1\nm 1\n# EOF\n"));
}

TEST_CASE("a tail has the number of the exposition, and then the end of the format") {
  const std::string tail = assemble_tail(text_format(), "prom-a", 1795671043414);
  CHECK(tail.starts_with("# HELP oneshot_batch "));
  CHECK(tail.ends_with("\n# TYPE oneshot_batch gauge\noneshot_batch{scraper=\"prom-a\"} 1795671043414\n"));
  CHECK(assemble_tail(OtherFormat{}, "prom-a", 7).ends_with("oneshot_batch{scraper=\"prom-a\"} 7\n# EOF\n"));
  CHECK(assemble_tail(text_format(), "prom-a", 0).empty());
}

TEST_CASE("the number comes behind the last event, so that a store of a cut scrape has no number without its events") {
  const std::string tail = assemble_tail(text_format(), "prom-a", 7);
  ScrapeBody body("up 1\n", std::make_unique<TwoLines>(), tail);
  CHECK(read_all(body) == "up 1\nm 1\nm 1\n" + tail);
}

TEST_CASE("a body in the text format that nobody stores ends with its last event") {
  ScrapeBody body("up 1\n", std::make_unique<TwoLines>(), assemble_tail(text_format(), "prom-a", 0));
  CHECK(body.size() == 13);
  CHECK(read_all(body) == "up 1\nm 1\nm 1\n");
}

}  // namespace
}  // namespace oneshot::app
