// SPDX-License-Identifier: MIT
//
// The real queue::EmbeddedQueue and net::ReceiptWatch with two producers, up to two scrapers and three events, through
// everything that can happen, in every order. What fails may fail at any moment. See world.hpp for what there is.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/explorer.hpp"

namespace oneshot::model {
namespace {

constexpr Faults common = bit(Fault::give_up) | bit(Fault::half_close) | bit(Fault::network_reset) |
                          bit(Fault::black_hole) | bit(Fault::idle_reset);
constexpr Faults undecidable = bit(Fault::reset_after_arrival) | bit(Fault::lost_acknowledgement) |
                               bit(Fault::slept_over) | bit(Fault::death_after_reading) | bit(Fault::overlap) |
                               bit(Fault::long_pause);
constexpr Faults bad_timing = bit(Fault::late_signals) | bit(Fault::stalled_server);

/// ONESHOT_MODEL=small leaves out what takes longest, for builds that are slow.
bool small() {
  const char* const size = std::getenv("ONESHOT_MODEL");
  return size != nullptr && std::string_view(size) == "small";
}

Explored look_at_all(const char* what, const Setup& setup, bool first_only = false) {
  Explored explored = explore(setup, first_only);
  std::printf("%s: %s\n", what, explored.text().c_str());
  std::fflush(stdout);
  CHECK(explored.complete);
  return explored;
}

void check_only(const Explored& explored, Faults expected) {
  for (const auto& [kind, finding] : explored.findings) {
    const std::string names = names_of(kind.first);
    CHECK_MESSAGE((kind.first & expected) != 0, names);
  }
}

TEST_SUITE("model") {
  TEST_CASE("two scrapers store each event exactly once, whatever fails at one of them") {
    const Setup setup{
        .scrapers = 2, .scrapes = 1, .failures = static_cast<std::uint8_t>(small() ? 0 : 1), .allowed = common};
    const Explored explored = look_at_all("two scrapers", setup);
    CHECK(explored.states > 100'000);
    CHECK(explored.findings.empty());
  }

  TEST_CASE("a scraper that comes again stores each event exactly once, whatever fails") {
    const Explored explored = look_at_all("two scrapes", {.scrapers = 1, .allowed = common});
    CHECK(explored.states > 100'000);
    CHECK(explored.findings.empty());
  }

  TEST_CASE("signals may take as long as `fresh`, unless something is decided while they are on their way") {
    const Setup setup{.scrapers = 1, .allowed = common, .network = Network::timely};
    const Explored explored = look_at_all("timely network", setup);
    check_only(explored, bad_timing);
    // What is left: a request whose client has gone, which is not known yet, withdraws what its successor still reads.
    for (const auto& [kind, finding] : explored.findings) CHECK(kind.second == Harm::twice);
  }

  TEST_CASE("two failures of one scraper do harm only in two ways: what they say about it is not enough, or was lost") {
    const Explored explored =
        look_at_all("two failures", {.scrapers = 1, .scrapes = 1, .failures = 2, .allowed = common});
    for (const auto& [kind, finding] : explored.findings) {
      const bool ended_early = kind.first == (bit(Fault::give_up) | bit(Fault::half_close));
      const bool reset_lost = kind.first == (bit(Fault::give_up) | bit(Fault::black_hole));
      const std::string names = names_of(kind.first);
      CHECK_MESSAGE((ended_early || reset_lost), names);
      CHECK(kind.second == Harm::lost);
    }
  }

  TEST_CASE("with faults that can not be told apart from outside, harm comes of these alone") {
    const Explored explored = look_at_all("undecidable faults", {.scrapers = 1, .allowed = undecidable});
    CHECK(!explored.findings.empty());
    check_only(explored, undecidable);
    const Explored slow = look_at_all("any network", {.scrapers = 1, .failures = 0, .network = Network::any});
    CHECK(!slow.findings.empty());
    check_only(slow, bad_timing);
  }

  TEST_CASE("each rule made wrong is found") {
    const auto check_found = [](const char* what, Rule rule, Harm harm, Network network = Network::prompt) {
      const Faults allowed = rule == Rule::request_is_delivered ? bit(Fault::pipelining) : common;
      const Setup setup{.scrapers = 1, .allowed = allowed, .network = network, .rule = rule};
      const Explored explored = look_at_all(what, setup, true);
      REQUIRE(explored.findings.size() == 1);
      const auto& [faults, found] = explored.findings.begin()->first;
      CHECK(found == harm);
      CHECK((faults & bad_timing) == 0);
    };
    check_found("written = delivered", Rule::written_is_delivered, Harm::lost);
    check_found("end of stream = delivered", Rule::end_is_delivered, Harm::lost);
    check_found("request = delivered", Rule::request_is_delivered, Harm::lost);
    check_found("reset after all = delivered", Rule::whole_is_delivered, Harm::lost);
    check_found("silence = delivered", Rule::silence_is_delivered, Harm::lost);
    check_found("silence = reset", Rule::silence_is_reset, Harm::twice);
    check_found("newer scrape does not wait", Rule::newer_scrape_waits_not, Harm::lost, Network::timely);
    check_found("newer scrape withdraws without a reset", Rule::newer_scrape_withdraws, Harm::twice);
    check_found("each reset = failure", Rule::resets_are_failures, Harm::twice);
    check_found("time is never near", Rule::time_is_never_near, Harm::lost);
  }

  TEST_CASE("resets of a proxy do no harm, whenever they come, and what its scraper gives up is lost") {
    const Faults network = bit(Fault::network_reset) | bit(Fault::black_hole) | bit(Fault::idle_reset);
    const Explored explored = look_at_all("proxy", {.scrapers = 1, .allowed = network, .peer = Peer::proxy});
    CHECK(explored.findings.empty());
    const Setup setup{.scrapers = 1, .allowed = bit(Fault::give_up) | bit(Fault::slept_over), .peer = Peer::proxy};
    const Explored given_up = look_at_all("proxy, given up", setup);
    CHECK(!given_up.findings.empty());
    for (const auto& [kind, finding] : given_up.findings) CHECK(kind.second == Harm::lost);
  }

  TEST_CASE("a scraper that has its connection itself may sleep over a reply for as long as it likes") {
    const Faults allowed = bit(Fault::give_up) | bit(Fault::slept_over) | bit(Fault::half_close) |
                           bit(Fault::network_reset) | bit(Fault::black_hole);
    const Setup setup{.scrapers = 1, .allowed = allowed, .peer = Peer::itself};
    CHECK(look_at_all("itself", setup).findings.empty());
    const Setup unknown{.scrapers = 1, .allowed = bit(Fault::give_up) | bit(Fault::slept_over)};
    CHECK(!look_at_all("unknown, slept over", unknown).findings.empty());
    const Setup idle{.scrapers = 1, .allowed = bit(Fault::reset_after_arrival), .peer = Peer::itself};
    for (const auto& [kind, finding] : look_at_all("itself, reset while idle", idle).findings)
      CHECK(kind.second == Harm::twice);
  }

  TEST_CASE("a scraper that pipelines stores each event exactly once") {
    const Setup setup{.scrapers = 1, .allowed = bit(Fault::pipelining)};
    CHECK(look_at_all("pipelining", setup).findings.empty());
  }
}

}  // namespace
}  // namespace oneshot::model
