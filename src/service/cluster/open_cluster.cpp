// SPDX-License-Identifier: MIT
#include "service/cluster/open_cluster.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "cluster/cluster_queue.hpp"
#include "cluster/nats/nats_log.hpp"
#include "settings/read_file.hpp"

namespace oneshot::service {
namespace {

using storage::Error;

/// Never 0.
std::uint64_t random_number() { return static_cast<std::uint64_t>(random_seed()); }

/// The name of this host up to its first dot, with what a name cannot have replaced.
std::string name_of_host() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  std::string text(name.data());
  text.resize(std::min(text.find('.'), text.size()));
  std::ranges::replace_if(
      text, [](char byte) { return !cluster::Options::name_bytes.has(byte); }, '_');
  return text;
}

Result<std::string, Error> read_password(const std::string& path) {
  if (path.empty()) return std::string();
  Result<std::string> line = settings::read_first_line(path);
  if (!line) return Unexpected{Error{"cluster.password_file: " + line.error(), true}};
  if (line->empty())
    return Unexpected{
        Error{"cluster.password_file: " + path + ": its first line is empty, and must be the password", true}};
  return std::move(*line);
}

Result<cluster::NatsOptions, Error> nats_options(const QueueWanted& wanted, std::uint64_t boot) {
  // A small event takes twice as much room in the engine as in the log, and the checkpoint before the last one keeps an
  // eighth more of them.
  constexpr std::uint64_t for_checkpoints = std::uint64_t{64} << 20;
  const cluster::Options& options = wanted.cluster;
  std::string replica = options.replica.empty() ? name_of_host() : options.replica;
  if (replica.empty())
    return Unexpected{Error{"this host has no name: set cluster.replica, a name that no other replica has", true}};
  Result<std::string, Error> password = read_password(options.password_file);
  if (!password) return Unexpected{std::move(password.error())};
  return cluster::NatsOptions{.servers = options.servers,
                              .name = options.name,
                              .replica = std::move(replica),
                              .boot = boot,
                              .copies = options.copies,
                              .max_bytes = 3 * wanted.queue.storage.capacity_bytes + for_checkpoints,
                              .credentials_file = options.credentials_file,
                              .user = options.user,
                              .password = std::move(*password),
                              .tls_ca_file = options.tls_ca_file,
                              .tls_cert_file = options.tls_cert_file,
                              .tls_key_file = options.tls_key_file};
}

}  // namespace

Result<std::unique_ptr<queue::Queue>, Error> open_cluster(const QueueWanted& given) {
  if (!given.cluster.is_on()) return open_embedded(given);
  const std::uint64_t publisher = random_number();
  Result<cluster::NatsOptions, Error> options = nats_options(given, publisher);
  if (!options) return Unexpected{std::move(options.error())};
  cluster::Options own = given.cluster;
  own.replica = options->replica;
  Result<std::unique_ptr<cluster::NatsLog>> log = cluster::NatsLog::open(std::move(*options));
  if (!log) return Unexpected{Error{std::move(log.error()), true}};
  log::info("replica of a cluster", {{"cluster", own.name}, {"replica", own.replica}});
  return std::unique_ptr<queue::Queue>(
      std::make_unique<cluster::ClusterQueue>(std::move(*log), system_clock(),
                                              cluster::ClusterQueue::Start{.cluster = own,
                                                                           .queue = given.queue,
                                                                           .version = std::string(version()),
                                                                           .publisher = publisher,
                                                                           .salt = random_number(),
                                                                           .executor = given.executor}));
}

Result<void, std::string> check_cluster(const QueueWanted& wanted) {
  if (!wanted.cluster.is_on()) return {};
  const Result<cluster::NatsOptions, Error> options = nats_options(wanted, random_number());
  if (!options) return Unexpected{options.error().text};
  return cluster::NatsLog::check(*options);
}

}  // namespace oneshot::service
