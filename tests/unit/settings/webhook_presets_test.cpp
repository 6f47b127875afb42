// SPDX-License-Identifier: MIT
// Each preset makes of the payloads of its sender what NAME.txt beside the payload says.
#include "settings/keys/webhook_presets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_builder.hpp"
#include "ingest/hooks/dry_run.hpp"
#include "json/parser.hpp"
#include "settings/effective.hpp"
#include "settings/sources/load_toml.hpp"

namespace oneshot::settings {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// With the secret that the samples of GitLab were sent under.
ingest::Hook hook_of(std::string_view preset) {
  const ingest::HookOptions* const found = find_webhook_preset(preset);
  REQUIRE_MESSAGE(found != nullptr, preset);
  ingest::HookOptions options = *found;
  if (!options.signature.empty()) options.secret_file = "secret";
  options.secret = "the secret";
  auto hook = ingest::Hook::make(std::move(options));
  REQUIRE_MESSAGE(hook.has_value(), (hook ? "" : hook.error().what));
  return std::move(*hook);
}

std::vector<http::Header> parse_headers(std::string_view lines) {
  std::vector<http::Header> headers;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(": ");
    REQUIRE(colon != std::string_view::npos);
    headers.push_back({line.substr(0, colon), line.substr(colon + 2)});
    lines.remove_prefix(end + 1);
  }
  return headers;
}

std::string shown(std::string_view preset, const fs::path& payload) {
  const std::string text = read(payload);
  const std::string header_lines = read(fs::path(payload).replace_extension(".headers"));
  json::Parser parser(1 << 20);
  const auto body = parser.parse(text);
  REQUIRE_MESSAGE(body.has_value(), (body ? "" : body.error()));
  event::EventBuilder builder(16384);
  const ingest::Hook hook = hook_of(preset);
  const ingest::NamedHook named{
      preset, hook, "events_to_metrics",
      [](std::string_view name) -> Result<std::string_view, event::Rejection> { return name; }};
  const auto made = ingest::dry_run(named, builder, *body, text, parse_headers(header_lines));
  return made ? *made : made.error().message;
}

}  // namespace

TEST_CASE("each preset makes the events of its samples, of which it has three or more") {
  const fs::path samples = fs::path(ONESHOT_SOURCE_DIR) / "tests/unit/ingest/hooks/samples";
  for (const std::string_view preset : webhook_presets()) {
    CAPTURE(preset);
    int payloads = 0;
    for (const auto& entry : fs::directory_iterator(samples / preset)) {
      if (entry.path().extension() != ".json") continue;
      ++payloads;
      CAPTURE(entry.path().filename().string());
      CHECK(shown(preset, entry.path()) == read(fs::path(entry.path()).replace_extension(".txt")));
    }
    CHECK(payloads >= 3);
  }
}

TEST_CASE("every file of config/webhooks is a preset, and a section that a user may copy") {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(fs::path(ONESHOT_SOURCE_DIR) / "config/webhooks")) {
    const std::string name = entry.path().stem().string();
    files.push_back(name);
    const auto copied = parse_toml(read(entry.path()), name, {});
    REQUIRE_MESSAGE(copied.has_value(), (copied ? "" : copied.error()));
    const auto used = parse_toml("[webhooks." + name + "]\npreset = \"" + name + "\"\n", name, {});
    REQUIRE_MESSAGE(used.has_value(), (used ? "" : used.error()));
    ingest::HookOptions of_preset = used->webhooks.at(name);
    CHECK(of_preset.preset == name);
    of_preset.preset.clear();
    CHECK(of_preset == copied->webhooks.at(name));
  }
  std::ranges::sort(files);
  CHECK(std::ranges::equal(files, webhook_presets()));
}

}  // namespace oneshot::settings
