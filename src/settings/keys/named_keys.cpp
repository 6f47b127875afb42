// SPDX-License-Identifier: MIT
#include "settings/key/named_sections.hpp"

#include "base/byte_set.hpp"
#include "settings/key/checks.hpp"
#include "settings/key/key_kinds.hpp"
#include "settings/key/named_kinds.hpp"
#include "settings/key/rights_key.hpp"
#include "settings/keys/client_keys.hpp"
#include "settings/keys/webhook_keys.hpp"

namespace oneshot::settings {
namespace {

NamedSections metrics() {
  using app::MetricOptions;
  using event::Repeats;
  constexpr std::string_view kind = "metrics";
  return named(
      kind, "metric", check_named_metric, {}, &app::Options::metrics,
      {text(kind, "help", check_help, &MetricOptions::help),
       choice(kind, "repeats", &MetricOptions::repeats,
              {{"", {}}, {"count", Repeats::count}, {"last", Repeats::last}, {"sum", Repeats::sum}}),
       list(kind, "counter_labels", "label names", take_counter_label, same_text, &MetricOptions::counter_labels)});
}

NamedSections confirmations() {
  using confirm::Kind;
  using confirm::Options;
  using confirm::Unreachable;
  constexpr std::string_view kind = "confirm";
  return named(
      kind, "scraper", check_scraper_name,
      {"url", "needs a url, that of the scraper's API: url = \"http://HOST:PORT\""}, &Settings::confirm,
      {text(kind, "url", check_url, &Options::url),
       choice(kind, "kind", &Options::kind,
              {{"prometheus", Kind::prometheus}, {"victoriametrics", Kind::victoriametrics}}),
       text(kind, "header_file", check_path, &Options::header_file),
       duration(kind, "timeout_seconds", 0.1, 60, &Options::timeout),
       duration(kind, "patience_seconds", 0, 600, &Options::patience),
       duration(kind, "recheck_seconds", 0, 3600, &Options::recheck),
       choice(kind, "unreachable", &Options::unreachable, {{"wait", Unreachable::wait}, {"tcp", Unreachable::tcp}})});
}

/// Its default depends on the address: see ListenerOptions::is_encrypted().
BasicKey<app::ListenerOptions> listener_tls() {
  using app::ListenerOptions;
  return {"listeners", "tls",
          [](ListenerOptions& options, const Value& value) -> Result<void, ValueError> {
            const auto* const on = std::get_if<bool>(&value.content);
            if (on == nullptr) return wrong(value, "must be true or false");
            options.tls = *on;
            return {};
          },
          [](const ListenerOptions& options) -> std::string { return options.is_encrypted() ? "true" : "false"; },
          [](ListenerOptions& to, const ListenerOptions& from) { to.tls = from.tls; }};
}

NamedSections listeners() {
  using app::ListenerOptions;
  constexpr std::string_view kind = "listeners";
  NamedSections sections =
      named(kind, "listener", check_title, {"address", "needs an address to listen at: address = \"127.0.0.1:8091\""},
            &app::Options::listeners,
            {text(kind, "address", check_address, &ListenerOptions::address),
             rights(kind, "rights", &ListenerOptions::rights), listener_tls(),
             text(kind, "mode", check_mode, &ListenerOptions::mode),
             text(kind, "group", check_group, &ListenerOptions::group)});
  sections.live = false;
  return sections;
}

}  // namespace

const std::vector<NamedSections>& named_sections() {
  static const std::vector<NamedSections> all = {client_sections(), listeners(), metrics(), confirmations(),
                                                 webhook_sections()};
  return all;
}

const NamedSections* find_named_sections(std::string_view kind) noexcept {
  for (const NamedSections& sections : named_sections()) {
    if (sections.kind == kind) return &sections;
  }
  return nullptr;
}

std::string section_title(std::string_view kind, std::string_view title) {
  static constexpr ByteSet bare([](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
  const bool quoted = title.empty() || !bare.has_all_of(title);
  return '[' + std::string(kind) + '.' + (quoted ? toml_text(title) : std::string(title)) + ']';
}

}  // namespace oneshot::settings
