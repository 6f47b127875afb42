// SPDX-License-Identifier: MIT
//
// What the engine itself gives a client that wants nothing but its records stored, in their order: the floor of a
// cluster. Publishes equal records to a subject of a stream, so many in flight, and prints one line of JSON: records a
// second, how long an append took, and the CPU time of this program.
#include <nats/nats.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

void need(natsStatus status) {
  if (status == NATS_OK) return;
  std::fprintf(stderr, "%s: %s\n", natsStatus_GetText(status), nats_GetLastError(nullptr));
  std::exit(1);
}

/// What is on its way. Answers come on a thread of the library.
class Flight {
 public:
  explicit Flight(std::size_t records) : sent_(records) { took_us_.reserve(records); }

  /// Returns once fewer than so many are on their way.
  void wait_until_below(std::size_t window) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return on_their_way_ < window; });
  }
  void note_sent(std::size_t number) {
    const std::lock_guard lock(mutex_);
    ++on_their_way_;
    sent_[number] = Clock::now();
  }
  void note_answer(std::size_t number) {
    const std::lock_guard lock(mutex_);
    --on_their_way_;
    took_us_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - sent_[number]).count());
    changed_.notify_one();
  }
  /// For when all have been answered.
  [[nodiscard]] double quantile_us(double part) {
    std::sort(took_us_.begin(), took_us_.end());
    return took_us_[std::min(took_us_.size() - 1,
                             static_cast<std::size_t>(part * static_cast<double>(took_us_.size())))];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t on_their_way_ = 0;
  std::vector<Clock::time_point> sent_;
  std::vector<double> took_us_;
};

void on_answer(natsConnection*, natsSubscription*, natsMsg* message, void* flight) {
  const std::string text(natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message)));
  if (text.find("\"error\"") != std::string::npos || text.find("\"seq\"") == std::string::npos) {
    std::fprintf(stderr, "a record was not stored: %s\n", text.c_str());
    std::exit(1);
  }
  const char* const number = std::strrchr(natsMsg_GetSubject(message), '.') + 1;
  static_cast<Flight*>(flight)->note_answer(std::strtoull(number, nullptr, 10));
  natsMsg_Destroy(message);
}

/// As the cluster's own connection: each record goes at once.
natsConnection* connect(const char** servers, int count) {
  natsOptions* options = nullptr;
  natsConnection* connection = nullptr;
  need(natsOptions_Create(&options));
  need(natsOptions_SetServers(options, servers, count));
  need(natsOptions_SetSendAsap(options, true));
  need(natsConnection_Connect(&connection, options));
  natsOptions_Destroy(options);
  return connection;
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void publish(natsConnection* connection, const std::string& subject, std::size_t bytes, std::size_t window,
             std::size_t records) {
  const std::string record(bytes, 'x');
  const std::string inbox = "_INBOX.raw." + std::to_string(Clock::now().time_since_epoch().count()) + ".";
  Flight flight(records);
  natsSubscription* subscription = nullptr;
  need(natsConnection_Subscribe(&subscription, connection, (inbox + "*").c_str(), on_answer, &flight));
  const double cpu = cpu_seconds();
  const Clock::time_point began = Clock::now();
  for (std::size_t number = 0; number < records; ++number) {
    flight.wait_until_below(window);
    flight.note_sent(number);
    need(natsConnection_PublishRequest(connection, subject.c_str(), (inbox + std::to_string(number)).c_str(),
                                       record.data(), static_cast<int>(bytes)));
  }
  flight.wait_until_below(1);
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::printf("{\"records_per_second\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"cpu_us_per_record\": %.2f}\n",
              static_cast<double>(records) / seconds, flight.quantile_us(0.5), flight.quantile_us(0.99),
              (cpu_seconds() - cpu) / static_cast<double>(records) * 1e6);
}

}  // namespace

// raw_publisher SUBJECT BYTES IN_FLIGHT RECORDS SERVER...
int main(int count, char** arguments) {
  if (count < 6) {
    std::fprintf(stderr, "usage: raw_publisher SUBJECT BYTES IN_FLIGHT RECORDS SERVER...\n");
    return 2;
  }
  std::vector<const char*> servers(arguments + 5, arguments + count);
  natsConnection* const connection = connect(servers.data(), count - 5);
  publish(connection, arguments[1], std::strtoull(arguments[2], nullptr, 10), std::strtoull(arguments[3], nullptr, 10),
          std::strtoull(arguments[4], nullptr, 10));
  std::_Exit(std::fflush(stdout) == 0 ? 0 : 1);  // the library's threads need not be waited for
}
