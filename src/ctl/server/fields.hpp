// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.hpp"

/// Members of an answer. One that is not there is nothing, as docs/api.md has it: "", 0, false, no elements.
namespace oneshot::ctl {

[[nodiscard]] std::string text_at(const json::Value& object, std::string_view name);
[[nodiscard]] std::int64_t whole_at(const json::Value& object, std::string_view name);
[[nodiscard]] double number_at(const json::Value& object, std::string_view name);
[[nodiscard]] bool flag_at(const json::Value& object, std::string_view name);
[[nodiscard]] std::vector<json::Value> list_at(const json::Value& object, std::string_view name);
[[nodiscard]] std::vector<std::string> texts_at(const json::Value& object, std::string_view name);

}  // namespace oneshot::ctl
