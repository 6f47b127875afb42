// SPDX-License-Identifier: MIT
#include "ctl/server/fields.hpp"

namespace oneshot::ctl {

std::string text_at(const json::Value& object, std::string_view name) {
  const auto member = object.member(name);
  return std::string(member ? member->text().value_or("") : "");
}

std::int64_t whole_at(const json::Value& object, std::string_view name) {
  const auto member = object.member(name);
  return member ? member->integer().value_or(0) : 0;
}

double number_at(const json::Value& object, std::string_view name) {
  const auto member = object.member(name);
  return member ? member->number().value_or(0) : 0;
}

bool flag_at(const json::Value& object, std::string_view name) {
  const auto member = object.member(name);
  return member && member->truth().value_or(false);
}

std::vector<json::Value> list_at(const json::Value& object, std::string_view name) {
  std::vector<json::Value> all;
  if (const auto member = object.member(name)) {
    for (const json::Value& element : member->elements()) all.push_back(element);
  }
  return all;
}

std::vector<std::string> texts_at(const json::Value& object, std::string_view name) {
  std::vector<std::string> all;
  for (const json::Value& element : list_at(object, name)) all.emplace_back(element.text().value_or(""));
  return all;
}

}  // namespace oneshot::ctl
