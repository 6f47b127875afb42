// SPDX-License-Identifier: MIT
#include "ctl/post/event.hpp"

#include "base/percent.hpp"
#include "base/text.hpp"

namespace oneshot::ctl {

std::string TypedEvent::path() const {
  if (metric.empty()) return "/event";
  std::string path = "/event/";
  append_percent_encoded(path, metric);
  return path;
}

std::string TypedEvent::form() const {
  std::string form;
  for (const auto& [name, value] : fields) {
    if (!form.empty()) form += '&';
    append_percent_encoded(form, name);
    form += '=';
    append_percent_encoded(form, value);
  }
  return form;
}

Result<TypedEvent> read_event(Call::Texts words) {
  TypedEvent event;
  for (const std::string_view word : words) {
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      if (equals == 0) return Unexpected{quoted(word) + ": a label's name must stand before the ="};
      event.add(word.substr(0, equals), word.substr(equals + 1));
    } else if (!event.metric.empty() || word.empty()) {
      return Unexpected{quoted(word) + ": must be label=value (one word without = can be there, the metric's name)"};
    } else {
      event.metric = word;
    }
  }
  return event;
}

}  // namespace oneshot::ctl
