// SPDX-License-Identifier: MIT
#pragma once

#include <nats/nats.h>

#include <memory>
#include <string>

/// The way to libnats, for the sources of this room alone.
namespace oneshot::cluster {

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* thing) const noexcept {
    destroy(thing);
  }
};

using MessagePtr = std::shared_ptr<natsMsg>;
[[nodiscard]] inline MessagePtr own(natsMsg* message) { return {message, natsMsg_Destroy}; }

using OptionsPtr = std::unique_ptr<natsOptions, Destroy<natsOptions_Destroy>>;
using SubscriptionPtr = std::unique_ptr<natsSubscription, Destroy<natsSubscription_Destroy>>;
using StreamInfoPtr = std::unique_ptr<jsStreamInfo, Destroy<jsStreamInfo_Destroy>>;
using ConsumerInfoPtr = std::unique_ptr<jsConsumerInfo, Destroy<jsConsumerInfo_Destroy>>;
using MetaDataPtr = std::unique_ptr<jsMsgMetaData, Destroy<jsMsgMetaData_Destroy>>;

/// What this thread's last call of libnats says of its failure, without the line of libnats that it comes from.
[[nodiscard]] inline std::string words_for(natsStatus status) {
  const char* const detail = nats_GetLastError(nullptr);
  if (detail == nullptr || *detail == '\0') return natsStatus_GetText(status);
  const std::string_view words = detail;
  const std::size_t end = words.starts_with('(') ? words.find("): ") : std::string_view::npos;
  return std::string(end == std::string_view::npos ? words : words.substr(end + 3));
}

[[nodiscard]] inline std::string_view bytes_of(const natsMsg* message) {
  const char* const data = natsMsg_GetData(message);
  return data == nullptr ? std::string_view{}
                         : std::string_view(data, static_cast<std::size_t>(natsMsg_GetDataLength(message)));
}

[[nodiscard]] inline std::string_view text_or_empty(const char* text) { return text == nullptr ? "" : text; }

}  // namespace oneshot::cluster
