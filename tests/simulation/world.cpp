// SPDX-License-Identifier: MIT
#include "simulation/world.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <utility>

namespace oneshot::simulation {
namespace {

cluster::Agreement agreement_for(Scheduler& scheduler, const Kind& kind) {
  queue::Options options;
  // In some worlds the log fills up. Nothing is dropped there, or the oracle would have to know what.
  const bool is_small = scheduler.dice(2) == 0;
  options.storage.capacity_bytes = is_small ? 1 << 15 : 1 << 20;
  if (is_small) options.when_full = queue::WhenFull::reject;
  options.storage.idempotency_keys = 1024;
  options.names = kind.names;
  options.max_events_per_scrape = 1 + scheduler.dice(40);
  return cluster::Agreement::of(options);
}

std::string in_words(const cluster::Content& content) {
  using std::to_string;
  if (const auto* const take = std::get_if<cluster::Take>(&content))
    return "take " + std::string(take->scraper) + " by " + std::string(take->replica) +
           (take->replaces == 0 ? "" : ", replaces " + to_string(take->replaces));
  if (const auto* const acknowledge = std::get_if<cluster::Acknowledge>(&content))
    return "acknowledge " + std::string(acknowledge->scraper) + " " + to_string(acknowledge->batch);
  if (const auto* const settle = std::get_if<cluster::Settle>(&content))
    return "settle " + std::string(settle->scraper) + " " + to_string(settle->batch) + " " +
           std::string(queue::name_of(settle->end));
  if (const auto* const join = std::get_if<cluster::Join>(&content)) return "join " + std::string(join->replica);
  if (const auto* const group = std::get_if<cluster::Group>(&content)) {
    std::string said = "events";
    for (const event::Event& event : group->events)
      said += " " + std::string(event.labels) + (event.key ? " (key)" : "");
    return said;
  }
  return "record of kind " + to_string(content.index());
}

/// In some worlds much is late: what a replica sent comes after its next run has begun.
Faults faults_for(Scheduler& scheduler) {
  Faults faults;
  if (scheduler.dice(2) == 0) faults.late_append = 0.25;
  return faults;
}

/// In some worlds an answer takes longer to its scraper than a replica waits for another's word.
NetworkFaults network_for(Scheduler& scheduler, const Kind& kind) {
  NetworkFaults network;
  network.timeout = kind.scrape_timeout;
  if (scheduler.dice(3) == 0) network.delay_ms = 2500;
  return network;
}

constexpr std::chrono::seconds troubled{25};
constexpr std::chrono::seconds quiet{40};
constexpr std::chrono::seconds longest_fault{10};  // with what comes late of it

}  // namespace

World::World(std::uint64_t seed, bool is_traced)
    : kind_(Kind::of(seed)),
      scheduler_(seed),
      faults_(faults_for(scheduler_)),
      network_(network_for(scheduler_, kind_)),
      agreement_(agreement_for(scheduler_, kind_)),
      engine_(scheduler_, faults_),
      is_traced_(is_traced) {
  engine_.on_stored = [this](const MemoryEngine::Stored& stored) { note(stored); };
  const std::size_t replicas = 2 + scheduler_.dice(2);
  nodes_.resize(replicas);
  for (std::size_t i = 0; i < replicas; ++i) start_node(i);
  for (std::size_t i = 0; i < 2 + scheduler_.dice(1); ++i) scrapers_.push_back("s" + std::to_string(i));
}

void World::note(const MemoryEngine::Stored& stored) {
  if (stored.subject == Subject::checkpoints) {
    ++counts_.checkpoints;
    return;
  }
  const auto record = cluster::decode(
      {.sequence = stored.sequence, .unix_ms = stored.unix_ms, .subject = stored.subject, .bytes = stored.bytes});
  if (const auto* const group = std::get_if<cluster::Group>(&record->content)) note_keys(*group);
  if (const auto* const acknowledge = std::get_if<cluster::Acknowledge>(&record->content))
    oracle_.in_log(acknowledge->batch);
  if (const auto* const settle = std::get_if<cluster::Settle>(&record->content))
    if (settle->end == queue::BatchEnd::delivered) oracle_.in_log(settle->batch);
  if (is_traced_) trace(std::to_string(stored.sequence) + " " + in_words(record->content));
}

// A key is known until as many bytes as the log's capacity have come since, which a small log may have within seconds.
void World::note_keys(const cluster::Group& group) {
  constexpr std::uint64_t largest_event = 64;  // bytes in the log, of those that are posted here
  for (const event::Event& event : group.events) {
    ++events_in_log_;
    if (!event.key) continue;
    const auto [first, is_new] = keys_in_log_.try_emplace(event.key->low, events_in_log_);
    if (!is_new && (events_in_log_ - first->second) * largest_event >= agreement_.capacity_bytes)
      oracle_.note_forgotten_key(number_of(event.labels));
  }
}

void World::trace(const std::string& what) const {
  std::printf("%8" PRId64 " %s\n", scheduler_.unix_ms() % 1'000'000, what.c_str());
}

std::array<std::pair<std::string_view, std::uint64_t>, 13> World::Counts::named() const noexcept {
  return {
      {{"events accepted, each to be stored once by two or three scrapers", events},
       {"batches that scrapers stored", batches},
       {"faults", faults},
       {"of them replicas killed", kills},
       {"of them an engine that refuses each append", refusals},
       {"of them standstills, of the engine or all replicas, for up to hours", standstills},
       {"events refused since their sender fills the log", over_share},
       {"checkpoints", checkpoints},
       {"more starts from these, at the end", starts},
       {"records that came again, and were dropped", repeats},
       {"replicas that read too slowly for the log, and began anew", trimmed_away},
       {"events twice since nobody can know: killed, or cut off, or no engine, before the log had the acknowledgement",
        undecidable},
       {"events twice since the log has had more than its capacity before their key came again", forgotten_keys}}};
}

World::Counts& World::Counts::operator+=(const Counts& other) noexcept {
  events += other.events;
  batches += other.batches;
  faults += other.faults;
  kills += other.kills;
  checkpoints += other.checkpoints;
  starts += other.starts;
  repeats += other.repeats;
  trimmed_away += other.trimmed_away;
  refusals += other.refusals;
  standstills += other.standstills;
  over_share += other.over_share;
  undecidable += other.undecidable;
  forgotten_keys += other.forgotten_keys;
  return *this;
}

std::vector<std::string> World::run() {
  post();
  for (const std::string& scraper : scrapers_)
    scheduler_.after(scheduler_.delay(500), [this, scraper] { scrape(scraper); });
  break_something();
  restart_left_behind();
  pass(scheduler_.steady() + troubled);
  if (kind_.standstill != Kind::Standstill::none) stand_still();
  end_faults();
  pass(scheduler_.steady() + quiet);
  for (int i = 0; i < 20 && !all_have_all(); ++i) pass(scheduler_.steady() + quiet);
  hand_out_one_more();
  is_scraping_ = false;
  ask_and_take_nothing();
  pass(scheduler_.steady() + network_.timeout + std::chrono::seconds(8));
  const auto all_have_read_all = [this] {
    return std::ranges::all_of(nodes_, [this](const auto& node) {
      return node != nullptr && node->replica().in_flight() == 0 && node->replica().read() == engine_.last();
    });
  };
  for (int i = 0; i < 10'000 && !all_have_read_all(); ++i) pass(scheduler_.steady() + milliseconds(1));

  std::vector<std::string> wrong;
  check_scrapers(wrong);
  check_states(wrong);
  check_starts(wrong);
  return wrong;
}

// As systemd would.
void World::restart_left_behind() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i] == nullptr || !nodes_[i]->is_left_behind()) continue;
    ++counts_.trimmed_away;
    nodes_[i].reset();
    scheduler_.after(milliseconds(100), [this, i] { start_node(i); });
  }
  scheduler_.after(milliseconds(500), [this] { restart_left_behind(); });
}

// Everything else works before it and while it ends, so that nothing is excused: nobody but the engine is silent.
void World::stand_still() {
  ++counts_.faults;
  ++counts_.standstills;
  const double lost_message = std::exchange(engine_.faults().lost_message, 0);
  is_breaking_ = false;
  pass(scheduler_.steady() + longest_fault);
  is_standing_still_ = true;
  if (is_traced_) trace("stands still for " + std::to_string(kind_.standstill_lasts.count()) + " ms");
  if (kind_.standstill == Kind::Standstill::replicas_stopped) stop_replicas();
  engine_.be_away_until(scheduler_.steady() + kind_.standstill_lasts);
  engine_.change_leader();
  pass(scheduler_.steady() + kind_.standstill_lasts);
  is_standing_still_ = false;
  if (is_traced_) trace("goes on");
  if (kind_.standstill == Kind::Standstill::replicas_stopped)
    for (std::size_t i = 0; i < nodes_.size(); ++i) start_node(i);
  pass(scheduler_.steady() + longest_fault);
  engine_.faults().lost_message = lost_message;
  is_breaking_ = true;
  break_something();
  pass(scheduler_.steady() + troubled / 2);
}

void World::stop_replicas() {
  counts_.kills += nodes_.size();
  for (auto& node : nodes_) node.reset();
}

void World::pass(SteadyTime until) {
  const auto run_all = [this] {
    for (bool ran = true; ran;) {
      ran = false;
      for (const auto& node : nodes_)
        if (node != nullptr) ran = node->run() || ran;
    }
  };
  do run_all();
  while (scheduler_.step(until));
}

void World::start_node(std::size_t number) {
  nodes_[number] =
      std::make_unique<Node>(scheduler_, engine_, oracle_, network_, "r" + std::to_string(number), agreement_);
}

Node* World::some_node() {
  Node* const node = nodes_[scheduler_.dice(nodes_.size() - 1)].get();
  return node != nullptr && node->is_ready() ? node : nullptr;
}

void World::post() {
  if (!is_posting_) return;
  if (Node* const node = some_node()) {
    std::vector<EventNumber> events;
    for (std::uint64_t count = 1 + scheduler_.dice(2); count > 0; --count) events.push_back(++last_event_);
    const std::uint64_t key = scheduler_.chance(0.2) ? last_event_ : 0;
    const std::uint64_t sender = scheduler_.chance(0.2) ? 2 : 1;
    node->post(events, key, sender);
    // A client that repeats what it has no answer to, perhaps at another replica; the event without a key goes alone.
    if (key != 0 && scheduler_.chance(0.5)) {
      scheduler_.after(scheduler_.delay(800), [this, first = events.front(), key, sender] {
        if (Node* const other = some_node()) other->post({first}, key, sender);
      });
    }
  }
  // All that a standstill keeps waiting comes behind it at once: so little that the log remembers keys meanwhile.
  const auto most_ms = is_standing_still_ ? static_cast<std::uint64_t>(kind_.standstill_lasts.count() / 50) : 60;
  scheduler_.after(scheduler_.delay(most_ms), [this] { post(); });
}

void World::scrape(const std::string& scraper) {
  if (!is_scraping_) return;
  const auto again = [this, scraper] {
    const std::uint64_t most_ms = is_standing_still_ ? 20'000 : is_posting_ ? 700 : 200;
    scheduler_.after(scheduler_.delay(most_ms), [this, scraper] { scrape(scraper); });
  };
  Node* const node = some_node();
  if (node == nullptr) return again();
  const auto exchange = std::make_shared<Exchange>();
  exchange->scraper = scraper;
  exchange->answer_by = scheduler_.steady() + network_.timeout + milliseconds(500);
  exchange->over = [again, done = std::make_shared<bool>(false)] {
    if (!std::exchange(*done, true)) again();
  };
  scheduler_.after(network_.timeout, [exchange] {  // its own timeout
    exchange->is_given_up = true;
    if (const auto waiting = exchange->waiting.lock()) waiting->close();
    exchange->over();
  });
  if (scheduler_.chance(network_.gives_up)) {
    scheduler_.after(scheduler_.delay(100), [exchange] {
      if (const auto waiting = exchange->waiting.lock()) waiting->close();
    });
  }
  node->scrape(exchange);
}

void World::break_something() {
  if (!is_breaking_) return;
  ++counts_.faults;
  const std::size_t number = scheduler_.dice(nodes_.size() - 1);
  const std::unique_ptr<Node>& node = nodes_[number];
  const SteadyTime now = scheduler_.steady();
  const std::uint64_t what = scheduler_.dice(8);
  bool lasts = false;
  if (is_traced_) trace("fault " + std::to_string(what) + ", r" + std::to_string(number));
  switch (what) {
    case 0:
    case 1:
      if (node == nullptr) break;
      ++counts_.kills;
      nodes_[number].reset();
      scheduler_.after(scheduler_.delay(2500), [this, number] { start_node(number); });
      break;
    case 2:
      if (node != nullptr) node->cut_off_until(now + scheduler_.delay(7000));
      break;
    case 3:
      if (node != nullptr) node->log().read_slowly_until(now + scheduler_.delay(3000));
      break;
    case 4:
      engine_.be_away_until(now + scheduler_.delay(4000));
      engine_.change_leader();
      for (const auto& each : nodes_)
        if (each != nullptr) each->note_silence();
      break;
    case 5:
      engine_.change_leader();
      break;
    case 6:
      ++counts_.refusals;
      lasts = scheduler_.chance(0.5);  // on its own: arguments are evaluated in any order
      engine_.refuse_until(now + scheduler_.delay(4000), lasts);
      break;
    default:
      if (node != nullptr) node->replica().write_checkpoint();
  }
  scheduler_.after(scheduler_.delay(1200), [this] { break_something(); });
}

void World::end_faults() {
  is_posting_ = is_breaking_ = false;
  const SteadyTime now = scheduler_.steady();
  engine_.be_away_until(now);
  engine_.refuse_until(now, false);
  engine_.faults() = {.lost_append = 0, .lost_answer = 0, .lost_message = 0, .late_append = 0};
  network_ = {.cut = 0, .gives_up = 0, .unread = 0, .silent = 0};
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i] == nullptr) continue;
    nodes_[i]->log().cut_off_until(now);
    nodes_[i]->log().read_slowly_until(now);
  }
}

/// Who has a batch of it.
std::string World::held(const std::string& scraper) {
  for (const auto& node : nodes_) {
    if (node == nullptr) continue;
    return node->replica().look([&](const cluster::Machine& machine) {
      const cluster::Out* const out = machine.out_to(scraper);
      if (out == nullptr) return std::string(", and no batch is out");
      return ", and " + out->replica + " has a batch out, " + std::to_string(out->batch) + " of " +
             std::to_string(machine.applied()) + (out->acknowledged ? ", acknowledged" : "");
    });
  }
  return {};
}

bool World::all_have_all() const {
  return std::ranges::all_of(scrapers_, [this](const auto& scraper) { return oracle_.has_all(scraper); });
}

// So that batches are out when nobody scrapes any more.
void World::hand_out_one_more() {
  const std::size_t before = oracle_.accepted();
  const auto is_posted = [&] { return oracle_.accepted() > before; };
  Node* node = nullptr;
  for (int i = 0; i < 100 && node == nullptr; ++i) node = some_node();
  if (node == nullptr) return;
  node->post({++last_event_}, 0, 1);
  // Events that no client was told of may stand before it: their replica was killed.
  for (int i = 0; i < 60'000 && !(is_posted() && all_have_all()); ++i) pass(scheduler_.steady() + milliseconds(1));
  pass(scheduler_.steady() + milliseconds(100));  // for their acknowledgements
}

// As a replica would that is killed between the answer and its record.
void World::ask_and_take_nothing() {
  const auto asking =
      std::ranges::find_if(nodes_, [](const auto& node) { return node != nullptr && node->is_ready(); });
  if (asking == nodes_.end()) return;
  const cluster::Replica& replica = (*asking)->replica();
  const auto out = replica.look([](const cluster::Machine& machine) { return machine.out(); });
  for (const auto& [scraper, one] : out)
    replica.log().ask(one.replica, cluster::Scrapes::question(cluster::Scrapes::to_take, scraper, one.batch),
                      milliseconds(600), [](const std::optional<std::string>&) {});
}

void World::check_scrapers(std::vector<std::string>& wrong) {
  counts_.over_share = oracle_.refused_over_share();
  for (const std::string& scraper : scrapers_) {
    const Oracle::Verdict verdict = oracle_.verdict(scraper);
    counts_.events = verdict.accepted;
    counts_.batches += oracle_.batches(scraper);
    counts_.undecidable += verdict.twice_undecidable;
    counts_.forgotten_keys += verdict.twice_by_forgotten_key;
    if (is_traced_)
      for (const std::string& line : oracle_.twice(scraper)) trace(scraper + " " + line);
    if (is_traced_)
      for (const EventNumber event : oracle_.lost(scraper)) trace(scraper + " lost event " + std::to_string(event));
    if (verdict.lost > 0) wrong.push_back(scraper + " lost " + std::to_string(verdict.lost) + held(scraper));
    if (verdict.denied > 0)
      wrong.push_back(scraper + " got " + std::to_string(verdict.denied) +
                      " whose clients were told they are not stored");
    if (verdict.twice > 0) wrong.push_back(scraper + " got " + std::to_string(verdict.twice) + " twice");
  }
}

void World::check_states(std::vector<std::string>& wrong) {
  std::string first;
  for (const auto& node : nodes_) {
    if (node == nullptr || !node->is_ready()) {
      wrong.push_back(node == nullptr ? "a replica did not start"
                                      : "a replica is not ready: " + node->replica().why_stopped());
      continue;
    }
    node->replica().look([&](const cluster::Machine& machine) {
      counts_.repeats = machine.repeats();
      const std::string state = machine.checkpoint();
      if (first.empty()) first = state;
      for (const auto& [scraper, out] : machine.out())
        wrong.push_back("batch " + std::to_string(out.batch) + " is out to " + scraper + " for ever");
      if (state != first)
        wrong.push_back("states differ, of " + std::to_string(machine.applied()) + " of " +
                        std::to_string(engine_.last()));
    });
  }
}

// A start from each checkpoint that the log still has comes to the same state.
void World::check_starts(std::vector<std::string>& wrong) {
  const auto& entries = engine_.entries();
  std::string end;
  for (const auto& node : nodes_)
    if (node != nullptr)
      end = node->replica().look([](const cluster::Machine& machine) { return machine.checkpoint(); });
  for (const auto& [sequence, checkpoint] : entries) {
    if (checkpoint.subject != Subject::checkpoints) continue;
    cluster::Machine machine;
    if (const Result<void> restored = machine.restore(checkpoint.bytes); !restored) {
      wrong.push_back("checkpoint " + std::to_string(sequence) + ": " + restored.error());
      continue;
    }
    if (!engine_.has_all({.events = machine.fill_from(), .all = machine.applied() + 1})) continue;  // it came late
    ++counts_.starts;
    for (auto entry = entries.lower_bound(machine.fill_from()); entry != entries.end(); ++entry) {
      const MemoryEngine::Stored& stored = entry->second;
      if (stored.subject == Subject::checkpoints) continue;
      const auto applied = machine.apply({stored.sequence, stored.unix_ms, stored.subject, stored.bytes});
      if (applied) continue;
      wrong.push_back("from checkpoint " + std::to_string(sequence) + ": " + applied.error());
      break;
    }
    if (machine.checkpoint() != end)
      wrong.push_back("a start from checkpoint " + std::to_string(sequence) + " differs");
  }
}

}  // namespace oneshot::simulation
