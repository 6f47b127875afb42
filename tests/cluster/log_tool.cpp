// SPDX-License-Identifier: MIT
//
// One replica's ordered log on a real engine, for a test that drives it by lines and reads lines:
//
//   start                     start LAST CHECKPOINTS, then one line `checkpoint BYTES HASH` each; or: no start WHY
//   tail EVENTS ALL           entry SEQUENCE UNIX_MS e|c|k TEXT, each as it comes; of long ones BYTES:HASH; damage WHY
//   append e|c|k ID TEXT      stored ID SEQUENCE, or: refused ID WHY, or nothing
//   long k ID BYTES           the same, of that many bytes
//   trim e|c|k SEQUENCE
//   ask REPLICA MS TEXT       answer TEXT, or: no answer. It is answered with "NAME: TEXT"
//   call TEXT                 heard TEXT, at each
//   state                     connected, or: not connected
#include <cstdio>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.hpp"
#include "cluster/nats/nats_log.hpp"

namespace oneshot::cluster {
namespace {

void say(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::fprintf(stdout, "%s\n", line.c_str());
  std::fflush(stdout);
}

std::string shown(std::string_view bytes) {
  if (bytes.size() <= 100) return std::string(bytes);
  return std::to_string(bytes.size()) + ":" + std::to_string(std::hash<std::string_view>()(bytes));
}

Subject subject_of(char letter) {
  return letter == 'e' ? Subject::events : letter == 'c' ? Subject::commands : Subject::checkpoints;
}

char letter_of(Subject subject) { return subject == Subject::events ? 'e' : subject == Subject::commands ? 'c' : 'k'; }

class Shown final : public LogReader {
 public:
  void on_entry(const Entry& entry) override {
    say("entry " + std::to_string(entry.sequence) + " " + std::to_string(entry.unix_ms) + " " +
        letter_of(entry.subject) + " " + shown(entry.bytes));
  }
  void on_trimmed(std::string_view why) override { say("damage " + std::string(why)); }
  void on_damage(std::string_view why) override { say("damage " + std::string(why)); }
};

std::string rest_of(std::istream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

/// That of before is kept, so that many are appended at once.
const std::string& long_text(std::size_t bytes) {
  static std::string text;
  if (text.size() == bytes) return text;
  text.assign(bytes, 'x');
  for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i * 7 % 26 + i / 65536 % 3);
  return text;
}

void find_start(OrderedLog& log) {
  log.find_start([](const Result<LogStart>& start) {
    if (!start) return say("no start " + start.error());
    say("start " + std::to_string(start->last) + " " + std::to_string(start->checkpoints.size()));
    for (const std::string& checkpoint : start->checkpoints) say("checkpoint " + shown(checkpoint));
  });
}

void append(OrderedLog& log, char letter, const std::string& id, std::string bytes) {
  log.append(subject_of(letter), std::move(bytes), [id](const AppendAnswer& answer) {
    if (answer.what == AppendAnswer::What::stored) return say("stored " + id + " " + std::to_string(answer.sequence));
    say("refused " + id + " " + std::string(answer.why));
  });
}

void ask(OrderedLog& log, std::istream& words) {
  std::string replica;
  int milliseconds = 0;
  words >> replica >> milliseconds;
  log.ask(replica, rest_of(words), std::chrono::milliseconds(milliseconds),
          [](const std::optional<std::string>& answer) { say(answer ? "answer " + *answer : "no answer"); });
}

void follow(OrderedLog& log, Shown& reader, std::istream& words) {
  std::string what;
  std::string id;
  char letter = 0;
  Sequence sequence = 0;
  words >> what;
  if (what == "start") return find_start(log);
  if (what == "state") return say(log.is_connected() ? "connected" : "not connected");
  if (what == "ask") return ask(log, words);
  if (what == "call") return log.call_out(rest_of(words));
  if (what == "tail") {
    OrderedLog::From from;
    words >> from.events >> from.all;
    return log.tail(from, reader);
  }
  words >> letter;
  if (what == "trim" && words >> sequence) return log.trim(subject_of(letter), sequence);
  words >> id;
  if (what == "append") return append(log, letter, id, rest_of(words));
  if (what == "long" && words >> sequence) return append(log, letter, id, long_text(sequence));
  say("not understood: " + what);
}

/// False at the end.
bool read_line(std::string& line) {
  line.clear();
  for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
    if (c == EOF) return false;
    line += static_cast<char>(c);
  }
  return true;
}

int run(NatsOptions options) {
  std::random_device random;
  options.boot = (std::uint64_t{random()} << 32) | random();
  const std::string name = options.replica;
  Shown reader;  // outlives the log
  auto log = NatsLog::open(std::move(options));
  if (!log) {
    say("no log " + log.error());
    return 1;
  }
  (*log)->answer_by([name](const std::string& question, const OrderedLog::Reply& reply) {
    say("asked " + question);
    reply(name + ": " + question);
  });
  (*log)->hear_by([](std::string_view message) { say("heard " + std::string(message)); });
  for (std::string line; read_line(line);) {
    std::istringstream words(line);
    follow(**log, reader, words);
  }
  log->reset();
  say("ended");
  return 0;
}

}  // namespace
}  // namespace oneshot::cluster

// log_tool NAME REPLICA COPIES MAX_BYTES USER PASSWORD CA CERTIFICATE KEY SERVER...  ("": none)
int main(int count, char** arguments) {
  if (count < 11) return 2;
  oneshot::log::set_level(oneshot::log::Level::debug);
  oneshot::cluster::NatsOptions options;
  options.name = arguments[1];
  options.replica = arguments[2];
  options.copies = std::stoi(arguments[3]);
  options.max_bytes = std::stoull(arguments[4]);
  options.user = arguments[5];
  options.password = arguments[6];
  options.tls_ca_file = arguments[7];
  options.tls_cert_file = arguments[8];
  options.tls_key_file = arguments[9];
  options.servers.assign(arguments + 10, arguments + count);
  return oneshot::cluster::run(std::move(options));
}
