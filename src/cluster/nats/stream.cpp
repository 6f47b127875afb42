// SPDX-License-Identifier: MIT
#include "cluster/nats/stream.hpp"

#include <array>
#include <chrono>
#include <random>
#include <thread>

#include "cluster/nats/trouble.hpp"
#include "json/parser.hpp"

namespace oneshot::cluster {
namespace {

jsOptions patient() {
  jsOptions options;
  jsOptions_Init(&options);
  options.Wait = Stream::patience_ms;
  return options;
}

Stream::Failure no_connection() { return {.why = "there is no connection to the engine", .is_away = true}; }

}  // namespace

Stream::Failure Stream::failure(natsStatus status, jsErrCode code) const {
  if (status == NATS_INSUFFICIENT_BUFFER || status == NATS_CONNECTION_DISCONNECTED || status == NATS_CONNECTION_CLOSED)
    return no_connection();
  const bool lacks_a_leader =
      code == JSClusterNotAvailErr || code == JSClusterNotLeaderErr || code == JSStreamOfflineErr;
  if (status == NATS_TIMEOUT || lacks_a_leader)
    return {.why = (lacks_a_leader ? words_for(status) : "no answer within two seconds") + ": the stream " +
                   subjects_.stream + ", or the engine itself, has no leader now. " + look_at_the_nodes};
  if (code == JSStreamNotFoundErr) return is_not_there();
  if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr) return jetstream_is_off();
  std::string why = words_for(status);
  if (code == JSClusterNoPeersErr || code == JSInsufficientResourcesErr)
    why +=
        "; the engine knows too few nodes with room for so many copies: `curl NODE:8222/jsz` says which it knows; "
        "start, or restart, one that is missing";
  return {.why = why, .is_missing = status == NATS_NOT_FOUND || code == JSNoMessageFoundErr};
}

Stream::Failure Stream::is_not_there() const {
  return {.why = "the engine has no stream " + subjects_.stream +
                 " any more: somebody has removed it, and its events with it, so no replica can go on with this log. "
                 "Restore it (`nats stream restore`) and restart all replicas; or restart all replicas, which make a "
                 "new one that is empty",
          .is_final = true,
          .is_missing = true,
          .refuses = true};
}

Stream::Failure Stream::jetstream_is_off() {
  return {.why =
              "JetStream is switched off for the account of this replica. Switch it on (`jetstream: enabled` of the "
              "account, in the config of all nodes), and restart all nodes, which do not bring its streams back "
              "before. Nothing is lost, and the replicas go on by themselves",
          .refuses = true};
}

Stream::Answer<void> Stream::find_or_make() {
  const auto link = connection_.link();
  if (!link) return Unexpected{no_connection()};
  if (natsConnection_GetMaxPayload(link->connection) < static_cast<std::int64_t>(OrderedLog::longest_record))
    return Unexpected{Failure{.why = "the engine takes messages of " +
                                     std::to_string(natsConnection_GetMaxPayload(link->connection)) +
                                     " bytes at most; set its max_payload to " +
                                     std::to_string(OrderedLog::longest_record) + " or more (its default is 1048576)",
                              .is_final = true}};
  jsOptions options = patient();
  jsStreamInfo* found = nullptr;
  jsErrCode code{};
  const natsStatus status = js_GetStreamInfo(&found, link->stream_api, subjects_.stream.c_str(), &options, &code);
  const StreamInfoPtr info(found);
  if (status != NATS_OK) {
    Failure why = failure(status, code);
    if (why.is_missing) return make();
    return Unexpected{std::move(why)};
  }
  if (const auto why = why_unfit(*info->Config))
    return Unexpected{Failure{.why = "the engine's stream " + subjects_.stream + " is not one of ours: " + *why +
                                     "; choose another name for the cluster, or remove that stream",
                              .is_final = true}};
  warn_of_difference(*info->Config);
  return {};
}

// Whoever came first has made it by his settings, and what he wrote, or an operator since, is no worse.
void Stream::warn_of_difference(const jsStreamConfig& config) const {
  if (config.Replicas != options_.copies)
    log::warn(
        "the stream of the cluster's log has another number of copies than this replica's settings: make them equal",
        {{"stream", subjects_.stream}, {"copies", config.Replicas}, {"copies_wanted", options_.copies}});
  if (config.MaxBytes != static_cast<std::int64_t>(options_.max_bytes))
    log::warn("the stream of the cluster's log has another size than this replica's settings: make them equal",
              {{"stream", subjects_.stream}, {"max_bytes", config.MaxBytes}, {"max_bytes_wanted", options_.max_bytes}});
}

std::optional<std::string> Stream::why_unfit(const jsStreamConfig& config) const {
  const std::string subjects = subjects_.log + ">";
  if (config.SubjectsLen != 1 || subjects != config.Subjects[0]) return "its subjects are not " + subjects + " alone";
  if (config.Retention != js_LimitsPolicy) return "its retention is not \"limits\", so it would lose what was read";
  if (config.Discard != js_DiscardNew) return "its discard policy is not \"new\", so it would lose what is old";
  if (config.Storage != js_FileStorage) return "its storage is not \"file\", so it would not outlive its nodes";
  if (config.MaxAge != 0 || config.MaxMsgs > 0 || config.MaxMsgsPerSubject > 0)
    return "it has a limit of age or of messages, by which it would lose records";
  if (config.MaxMsgSize > 0 && config.MaxMsgSize < static_cast<std::int64_t>(OrderedLog::longest_record))
    return "it takes records of " + std::to_string(config.MaxMsgSize) + " bytes at most";
  if (config.NoAck) return "it never answers whether it has stored a record";
  if (config.Mirror != nullptr || config.SourcesLen > 0) return "it has records of other streams";
  if (config.DenyPurge || config.Sealed) return "it is sealed, or nothing may be purged from it";
  return {};
}

// Who comes second while the stream is being made waits for an answer that never comes; so they do not come together.
Stream::Answer<void> Stream::make() const {
  std::this_thread::sleep_for(std::chrono::milliseconds(std::random_device{}() % 500));
  const auto link = connection_.link();
  if (!link) return Unexpected{no_connection()};
  const std::string subjects = subjects_.log + ">";
  std::array<const char*, 1> list{subjects.c_str()};
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = subjects_.stream.c_str();
  config.Subjects = list.data();
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.Replicas = options_.copies;
  config.Retention = js_LimitsPolicy;
  config.Discard = js_DiscardNew;
  config.MaxBytes = static_cast<std::int64_t>(options_.max_bytes);
  jsOptions options = patient();
  jsErrCode code{};
  const natsStatus status = js_AddStream(nullptr, link->stream_api, &config, &options, &code);
  if (status != NATS_OK) return Unexpected{failure(status, code)};
  log::info("made the stream of the cluster's log", {{"stream", subjects_.stream}, {"copies", options_.copies}});
  return {};
}

Stream::Answer<Stream::State> Stream::state(const std::string& filter) const {
  const auto link = connection_.link();
  if (!link) return Unexpected{no_connection()};
  jsOptions options = patient();
  options.Stream.Info.SubjectsFilter = filter.c_str();
  jsStreamInfo* found = nullptr;
  jsErrCode code{};
  const natsStatus status = js_GetStreamInfo(&found, link->stream_api, subjects_.stream.c_str(), &options, &code);
  const StreamInfoPtr info(found);
  if (status == NATS_NOT_FOUND) return Unexpected{is_not_there()};
  if (status != NATS_OK) return Unexpected{failure(status, code)};
  if (const auto why = why_unfit(*info->Config))
    return Unexpected{Failure{.why = "somebody has changed the stream " + subjects_.stream + ": " + *why +
                                     ". Set that back (`nats stream edit " + subjects_.stream +
                                     "`), and the replicas go on by themselves; until then they store nothing",
                              .is_final = true,
                              .refuses = true}};
  State state{.first = info->State.FirstSeq,
              .last = info->State.LastSeq,
              .bytes = info->State.Bytes,
              .max_bytes = info->Config->MaxBytes,
              .subjects = {},
              .trimmed = {}};
  const jsStreamStateSubjects* const subjects = info->State.Subjects;
  for (int i = 0; subjects != nullptr && i < subjects->Count; ++i) {
    state.subjects.emplace_back(subjects->List[i].Subject);
    if (const auto trimmed = subjects_.trimmed_in(state.subjects.back())) state.trimmed.merge(*trimmed);
  }
  return state;
}

template <class Ask>
Stream::Answer<Stream::Stored> Stream::get(Ask ask) const {
  const auto link = connection_.link();
  if (!link) return Unexpected{no_connection()};
  jsOptions options = patient();
  natsMsg* found = nullptr;
  jsErrCode code{};
  const natsStatus status = ask(&found, link->stream_api, subjects_.stream.c_str(), &options, &code);
  if (status != NATS_OK) return Unexpected{failure(status, code)};
  const MessagePtr message = own(found);
  return Stored{
      .sequence = natsMsg_GetSequence(found), .unix_ns = natsMsg_GetTime(found), .bytes = std::string(bytes_of(found))};
}

Stream::Answer<Stream::Stored> Stream::newest(const std::string& subject) const {
  return get([&](natsMsg** found, jsCtx* api, const char* stream, jsOptions* options, jsErrCode* code) {
    return js_GetLastMsg(found, api, stream, subject.c_str(), options, code);
  });
}

Stream::Answer<Stream::Stored> Stream::at(Sequence sequence) const {
  return get([&](natsMsg** found, jsCtx* api, const char* stream, jsOptions* options, jsErrCode* code) {
    return js_GetMsg(found, api, stream, sequence, options, code);
  });
}

Stream::Answer<void> Stream::trim(const Trimmed& trimmed, Sequence checkpoints_below) const {
  if (auto written = write(subjects_.trimmed(trimmed)); !written) return written;
  const std::array<std::pair<std::string, Sequence>, 4> wanted{{{subjects_.of(Subject::events), trimmed.events},
                                                                {subjects_.of(Subject::commands), trimmed.commands},
                                                                {subjects_.of(Subject::checkpoints), checkpoints_below},
                                                                {subjects_.all_trimmed(), trimmed.highest()}}};
  for (const auto& [subject, below] : wanted)
    if (auto purged = below > 1 ? purge(subject, below) : Answer<void>(); !purged) return purged;
  return {};
}

// Nothing may go before that is stored, so its answer is waited for.
Stream::Answer<void> Stream::write(const std::string& subject) const {
  const auto link = connection_.link();
  if (!link) return Unexpected{no_connection()};
  natsMsg* reply = nullptr;
  const natsStatus status = natsConnection_Request(&reply, link->connection, subject.c_str(), "", 0, patience_ms);
  if (status != NATS_OK) return Unexpected{failure(status, jsErrCode{})};
  const MessagePtr message = own(reply);
  json::Parser parser(4096);
  const auto answer = parser.parse(bytes_of(reply));
  const auto sequence = answer && !answer->member("error") ? answer->member("seq") : std::nullopt;
  if (!sequence || sequence->integer().value_or(0) < 1)
    return Unexpected{Failure{.why = "the engine answers " + std::string(bytes_of(reply))}};
  return {};
}

Stream::Answer<void> Stream::purge(const std::string& subject, Sequence below) const {
  const auto link = connection_.link();
  if (!link) return Unexpected{no_connection()};
  jsOptions options = patient();
  options.Stream.Purge.Subject = subject.c_str();
  options.Stream.Purge.Sequence = below;
  jsErrCode code{};
  const natsStatus status = js_PurgeStream(link->stream_api, subjects_.stream.c_str(), &options, &code);
  if (status != NATS_OK) return Unexpected{failure(status, code)};
  return {};
}

}  // namespace oneshot::cluster
