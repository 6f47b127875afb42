// SPDX-License-Identifier: MIT
// The sections [webhooks.NAME], and the files with their secrets.
#include "settings/webhooks.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "settings/effective.hpp"
#include "settings/reload.hpp"
#include "support/temporary_folder.hpp"
#include "unit/settings/parsed.hpp"

namespace oneshot::settings {
namespace {

using oneshot::test::TemporaryFolder;
using test::error;
using test::good;

/// What makes no hook, though each of its keys may be good.
std::string fault_of(std::string_view text) {
  Settings settings = good(text);
  const auto made = make_hooks(settings);
  return made ? "none" : made.error();
}

}  // namespace

TEST_CASE("a section for each hook, with labels and conditions in the order of the file") {
  const Settings settings = good(R"([webhooks.ci]
each = "/builds"
metric = "builds"
value = "{/seconds}"
time = "{/at}"
id = "{/id}"
labels_from = ["/labels", "body:/common"]
when = { "/z" = ["1", "2"], "header:X-Event" = "push" }
[webhooks.ci.labels]
zone = "{/zone}"
a = "fixed"
)");
  const ingest::HookOptions& ci = settings.webhooks.at("ci");
  CHECK(ci.each == "/builds");
  CHECK(ci.metric == "builds");
  CHECK(ci.labels_from == std::vector<std::string>{"/labels", "body:/common"});
  CHECK(ci.when == std::vector<std::pair<std::string, std::vector<std::string>>>{{"/z", {"1", "2"}},
                                                                                 {"header:X-Event", {"push"}}});
  CHECK(ci.labels == std::vector<std::pair<std::string, std::string>>{{"zone", "{/zone}"}, {"a", "fixed"}});
}

TEST_CASE("the keys of a section go over its preset, wherever they stand: labels one by one, all else whole") {
  const Settings settings = good(R"([webhooks.mine]
id = ""
labels = { repo = "", team = "web" }
when = { "header:X-GitHub-Event" = ["release"] }
signature = ""
preset = "github"
)");
  const ingest::HookOptions& mine = settings.webhooks.at("mine");
  CHECK(mine.preset == "github");
  CHECK(mine.signature.empty());
  CHECK(mine.id.empty());
  CHECK(mine.when.size() == 1);
  CHECK(mine.labels.front() == std::pair<std::string, std::string>{"type", "github_{header:X-GitHub-Event}"});
  CHECK(mine.labels[1] == std::pair<std::string, std::string>{"repo", ""});
  CHECK(mine.labels.back() == std::pair<std::string, std::string>{"team", "web"});
}

TEST_CASE("what --print-config prints loads back as the same") {
  const Settings settings = good(
      "[webhooks.a]\npreset = \"gitlab\"\nsecret_file = \"/s\"\nlabels = { tag = \"\", x = \"\\\"{/é}\\\"\" }\n"
      "[webhooks.\"b.c\"]\nlabels_from = [\"\"]\n");
  const std::string printed = render_toml(settings);
  CHECK(good(printed).webhooks == settings.webhooks);
  CHECK(printed.find("[webhooks.\"b.c\"]") != std::string::npos);
}

TEST_CASE("what a key cannot take is refused with its place and what is allowed") {
  const auto line = [](std::string_view key) { return error("[webhooks.x]\n" + std::string(key) + "\n"); };
  const std::string begin = "c.toml:2: [webhooks.x] ";
  CHECK(line("idd = \"\"") == begin + "idd: unknown key; did you mean \"id\"?");
  CHECK(line("preset = \"githup\"") ==
        begin +
            "preset = \"githup\": must be \"alertmanager\", \"argocd\", \"docker_registry\", \"github\", "
            "\"gitlab\", \"grafana\", \"jenkins\" or \"kubernetes\"");
  CHECK(line("signature = \"sha1:X\"") ==
        begin + "signature = \"sha1:X\": must be \"hmac-sha256:HEADER\", \"token:HEADER\" or \"\" for none");
  CHECK(line("each = \"alerts\"") == begin +
                                         "each = \"alerts\": \"alerts\" is not a JSON pointer: a slash stands "
                                         "before each step, as in /project/name");
  CHECK(line("id = \"{/a|uper}\"") ==
        begin + "id = \"{/a|uper}\": character 5: there is no filter \"uper\": allowed are strip:TEXT and lower");
  CHECK(line("value = 1") == begin + "value = 1: must be a text in quotes");
  CHECK(line("when = \"x\"") == begin + "when = \"x\": must be a table: { \"/action\" = [\"completed\"] }");
  CHECK(line("when = { a = [\"b\"] }") ==
        begin +
            "when contains a list: \"a\": \"a\" is neither a JSON pointer such as /project/name, nor body:/POINTER, "
            "nor header:NAME");
  CHECK(line("when = { \"/a\" = [1] }") == begin + "when contains 1: must be a text or a list of texts");
  CHECK(line("when = { \"/a\" = [] }") ==
        begin + "when contains a list: \"/a\": a list without a text would ignore every event");
  CHECK(line("labels = [\"a\"]") ==
        begin + "labels = a list: must be a table: { type = \"build\", repo = \"{/repo/name}\" }");
  CHECK(line("labels = { a = 1 }") == begin + "labels contains 1: \"a\" must be a text in quotes");
  CHECK(line("labels = { a-b = \"\" }") ==
        begin +
            "labels contains \"a-b\": a label's name must be letters, digits and _, the first one no digit, "
            "and not begin with __");
  CHECK(line("labels = { a = \"{/b\" }") ==
        begin + "labels contains \"{/b\": \"a\": character 1: no } closes this brace; a brace itself is written {{");
  CHECK(line("labels_from = [\"header:X\"]") ==
        begin +
            "labels_from contains \"header:X\": \"header:X\" is neither a JSON pointer such as /labels nor "
            "body:/POINTER");
  CHECK(error("[webhooks.\"a b\"]\n").find("a hook's name must be 1 to 64 letters, digits, _ . and -") !=
        std::string::npos);
  CHECK(error("webhooks = 1\n") == "c.toml:1: webhooks = 1: must be a table for each hook, [webhooks.NAME]");
}

TEST_CASE("a label of a table below the section names its own line") {
  CHECK(error("[webhooks.x]\n\n[webhooks.x.labels]\na = \"\"\nb = \"{\"\n") ==
        "c.toml:5: [webhooks.x] labels contains \"{\": \"b\": character 1: no } closes this brace; a brace itself is "
        "written {{");
}

TEST_CASE("keys that do not go together are refused with the name of the hook") {
  CHECK(
      fault_of("[webhooks.x]\n") ==
      "[webhooks.x] labels: or labels_from is needed: an event has at least one label, or a preset, which brings them: "
      "preset = \"github\"");
  CHECK(fault_of("[webhooks.gitlab]\n").ends_with("or a preset, which brings them: preset = \"gitlab\""));
  CHECK(fault_of("[webhooks.alert-manager]\n").ends_with("preset = \"alertmanager\""));
  CHECK(fault_of("[webhooks.x]\npreset = \"github\"\n") ==
        "[webhooks.x] secret_file: is needed for signature = \"hmac-sha256:X-Hub-Signature-256\": name the file that "
        "holds the secret, or set signature = \"\" to take events from everybody");
  CHECK(fault_of("[webhooks.x]\npreset = \"alertmanager\"\nmetric = \"alerts\"\n") ==
        "[webhooks.x] metric = \"alerts\": there is no [metrics.alerts]");
  CHECK(fault_of("[metrics.alerts]\n[webhooks.x]\npreset = \"alertmanager\"\nmetric = \"alerts\"\n") == "none");
  CHECK(fault_of("[webhooks.x]\npreset = \"alertmanager\"\nmetric = \"{/labels/metric}\"\n") == "none");
  CHECK(fault_of("[webhooks.x]\npreset = \"alertmanager\"\nsecret_file = \"/no/such/file\"\n") ==
        "[webhooks.x] secret_file: /no/such/file: cannot be read: No such file or directory");
}

TEST_CASE("a label that is called as the value or the time is refused with the key that was meant") {
  const std::string begin = "[webhooks.ci]\nlabels = { type = \"build\", ";
  CHECK(
      fault_of(begin + "value = \"{/seconds}\" }\n") ==
      "[webhooks.ci] labels: \"value\" would be a label of the event and not its value: did you mean the key value = … "
      "of the section? As a label call it otherwise");
  CHECK(fault_of(begin + "time = \"{/at}\" }\n").find("did you mean the key time = …") != std::string::npos);
  CHECK(fault_of("[events]\nplain_labels = [\"time\"]\n" + begin + "time = \"{/at}\" }\n") == "none");
  CHECK(fault_of(begin + "value = \"\" }\n") == "none");  // takes a label of the preset away
  CHECK(fault_of(begin + "values = \"3\", timer = \"4\" }\n") == "none");
}

TEST_CASE("the hook that maps CloudEvents takes no secret, since the other events of its path come without one") {
  const std::string begin = "[webhooks.cloudevents]\nlabels = { a = \"{/type}\" }\n";
  CHECK(fault_of(begin) == "none");
  const std::string words =
      ": must be \"\" here: CloudEvents come to POST /event and POST /events, which take other events without a "
      "secret; what needs one is a hook of another name";
  CHECK(fault_of(begin + "signature = \"token:X\"\nsecret_file = \"/s\"\n") ==
        "[webhooks.cloudevents] signature" + words);
  CHECK(fault_of(begin + "secret_file = \"/s\"\n") == "[webhooks.cloudevents] secret_file" + words);
  CHECK(fault_of("[webhooks.cloudevents]\npreset = \"github\"\n") == "[webhooks.cloudevents] signature" + words);
}

TEST_CASE("a secret is the one line of its file") {
  const TemporaryFolder folder;
  CHECK(*read_secret(folder.write("a", "s3cret")) == "s3cret");
  CHECK(*read_secret(folder.write("b", "s3cret\n")) == "s3cret");
  CHECK(*read_secret(folder.write("c", "s3cret\r\n")) == "s3cret");
  CHECK(*read_secret(folder.write("d", " two words \n")) == " two words ");
  const auto fault = [](const std::string& path) {
    const auto secret = read_secret(path);
    REQUIRE_FALSE(secret.has_value());
    return secret.error().substr(secret.error().find(": ") + 2);
  };
  CHECK(fault(folder.write("e", "")) == "is empty, and an empty secret is none");
  CHECK(fault(folder.write("f", "\n")) == "is empty, and an empty secret is none");
  CHECK(fault(folder.write("g", "a\nb\n")) == "must be one line, the secret");
  CHECK(fault(folder.write("h", std::string(5000, 'x'))) == "larger than 4096 bytes");
  CHECK(fault(folder.path()) == "must be a file");
}

TEST_CASE("a hook is made with its secret, which nothing prints, and a reload notices another one") {
  const TemporaryFolder folder;
  const std::string file = folder.write("secret", "first\n");
  Settings settings = good("[webhooks.x]\npreset = \"gitlab\"\nsecret_file = \"" + file + "\"\n");
  REQUIRE(make_hooks(settings).has_value());
  CHECK(settings.app.hooks.at("x")->options().secret == "first");
  CHECK(render_toml(settings).find("first") == std::string::npos);
  Settings again =
      good("[webhooks.x]\npreset = \"gitlab\"\nsecret_file = \"" + folder.write("secret", "second") + "\"\n");
  REQUIRE(make_hooks(again).has_value());
  CHECK(reload(settings, again).changed == std::vector<std::string>{"what webhooks.x.secret_file holds"});
  CHECK(reload(settings, Settings{}).changed == std::vector<std::string>{"webhooks.x"});
}

}  // namespace oneshot::settings
