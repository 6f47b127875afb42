// SPDX-License-Identifier: MIT
#include "cluster/nats/append_answer.hpp"

#include <cstdint>

namespace oneshot::cluster {
namespace {

// Of nats-server (server/errors.json). The leader looks at these before it proposes a record to the others.
constexpr std::int64_t account_resources_exceeded = 10002;
constexpr std::int64_t insufficient_resources = 10023;
constexpr std::int64_t account_storage_exceeded = 10047;
constexpr std::int64_t message_too_long = 10054;
constexpr std::int64_t store_failed = 10077;

// Of what the leader itself says, another try soon would hear the same.
std::optional<std::string_view> refusal(const json::Value& error) {
  const auto code = error.member("err_code");
  const auto number = code ? code->integer() : std::nullopt;
  if (!number) return {};
  const auto description = error.member("description");
  const std::string_view words = description ? description->text().value_or("") : "";
  if (*number == store_failed && words.find("maximum") != std::string_view::npos) return AppendAnswer::log_is_full;
  if (*number == message_too_long) return "the record is longer than the engine takes";
  if (*number == account_resources_exceeded || *number == account_storage_exceeded)
    return "the limit of storage of this replica's account is reached: raise it (max_file, under jetstream of the "
           "account), or remove what else the account keeps";
  if (*number == insufficient_resources)
    return "the engine's nodes have no room left: raise their max_file_store, or remove what else they keep";
  return {};
}

}  // namespace

std::optional<AppendAnswer> read_append_answer(std::string_view text, json::Parser& parser) {
  const auto answer = parser.parse(text);
  if (!answer) return {};
  if (const auto error = answer->member("error")) {
    const auto why = refusal(*error);
    if (!why) return {};
    return AppendAnswer{.what = AppendAnswer::What::refused, .sequence = 0, .why = *why, .lasts = true};
  }
  const auto sequence = answer->member("seq");
  const auto number = sequence ? sequence->integer() : std::nullopt;
  if (!number || *number < 1) return {};
  return AppendAnswer{.what = AppendAnswer::What::stored, .sequence = static_cast<Sequence>(*number)};
}

}  // namespace oneshot::cluster
