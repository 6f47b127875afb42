// SPDX-License-Identifier: MIT
#include "ctl/events/event_text.hpp"

#include "base/text.hpp"
#include "ctl/server/fields.hpp"
#include "ctl/text/local_time.hpp"
#include "ctl/text/table.hpp"

namespace oneshot::ctl {
namespace {

constexpr std::size_t longest_value = 1000;

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all.append(all.empty() ? "" : ", ").append(printable(text));
  return all;
}

std::string missing_at(const json::Value& event) {
  std::string text;
  if (const auto names = texts_at(event, "waiting_for"); !names.empty()) text += "  waits for " + joined(names);
  if (const auto names = texts_at(event, "in_flight_to"); !names.empty()) text += "  on its way to " + joined(names);
  return text;
}

std::string sender_of(const json::Value& event) {
  const auto sender = event.member("sender");
  if (!sender) return {};
  const std::string client = text_at(*sender, "client");
  return "  from " + (client.empty() ? "" : printable(client) + " at ") + printable(text_at(*sender, "peer"));
}

/// "before_it_came" is for programs.
std::string state_in_words(const json::Value& scraper) {
  const std::string state = text_at(scraper, "state");
  if (state == "before_it_came") return "came later than the event";
  if (state == "in_flight") return "on its way";
  const std::string reason = text_at(scraper, "reason");
  return printable(state) + (reason.empty() ? "" : " (" + printable(reason) + ')');
}

}  // namespace

std::string series_and_value(const json::Value& event) {
  std::string labels;
  if (const auto all = event.member("labels")) {
    for (const json::Member& label : all->members()) {
      if (!labels.empty()) labels += ',';
      labels.append(label.name).push_back('=');
      labels += quoted(label.value.text().value_or(""), longest_value);
    }
  }
  std::string text = printable(text_at(event, "metric")) + '{' + labels + "} ";
  if (const auto value = event.member("value")) value->append_scalar(text);  // NaN, +Inf and -Inf are texts
  return text;
}

std::string event_line(const json::Value& event, bool with_id) {
  std::string line = local_time_ms(whole_at(event, "unix_ms")) + "  ";
  if (with_id) line += printable(text_at(event, "id")) + "  ";
  return line + series_and_value(event) + missing_at(event) + sender_of(event) + '\n';
}

std::string event_and_scrapers(const json::Value& event) {
  Table table({"SCRAPER", "STATE", "SINCE"});
  for (const json::Value& scraper : list_at(event, "scrapers")) {
    const std::int64_t since = whole_at(scraper, "unix_ms");
    table.add({printable(text_at(scraper, "name")), state_in_words(scraper), since == 0 ? "-" : local_time(since)});
  }
  std::string text = local_time_ms(whole_at(event, "unix_ms")) + "  " + series_and_value(event);
  return text + sender_of(event) + '\n' + table.text();
}

}  // namespace oneshot::ctl
