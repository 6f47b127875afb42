// SPDX-License-Identifier: MIT
#include "app/ingest/limits/label_values.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::app {
namespace {

constexpr Seed seed{1};  // with others, of seven values two may share a register

TEST_CASE("the label with the most values is named, with about how many") {
  for (const std::uint64_t values : {1U, 10U, 100U, 1000U, 10'000U, 100'000U}) {
    CAPTURE(values);
    LabelValues all(seed);
    std::string labels;
    for (std::uint64_t i = 0; i < values; ++i) {
      labels = "commit=\"" + std::to_string(i) + "\",host=\"h" + std::to_string(i % 7) + "\",type=\"deploy\"";
      all.note(labels);
    }
    const LabelValues::Most most = all.most_of("commit=\"x\",type=\"deploy\"");
    CHECK(most.name == "commit");
    CHECK(static_cast<double>(most.values) == doctest::Approx(static_cast<double>(values)).epsilon(0.25));
    if (values > 20) {
      CHECK(all.most_of("host=\"h1\",type=\"deploy\"").name == "host");
      CHECK(all.most_of("host=\"h1\",type=\"deploy\"").values == 7);
    }
  }
}

TEST_CASE("quotes, backslashes and equals signs in a value do not end it") {
  LabelValues all(seed);
  for (int i = 0; i < 50; ++i) {
    const std::string number = std::to_string(i);
    all.note(R"(a="\"x=\"\\",b="=\",c=\")" + number + R"(",d="1")");
  }
  CHECK(all.most_of(R"(a="\"x=\"\\",b="y",d="1")").name == "b");
  CHECK(all.most_of(R"(a="\\",d="1")").values == 1);
  CHECK(all.most_of(R"(c="1")").name.empty());
}

TEST_CASE("what is two ages old does not count") {
  LabelValues all(seed);
  for (int i = 0; i < 100; ++i) all.note("id=\"" + std::to_string(i) + "\"");
  all.age();
  all.note("id=\"0\"");
  CHECK(all.most_of("id=\"0\"").values > 50);
  all.age();
  CHECK(all.most_of("id=\"0\"").values == 1);
  all.age();
  CHECK(all.most_of("id=\"0\"").name.empty());
}

TEST_CASE("names beyond the first are not known, and the events of no label have none") {
  LabelValues all(seed);
  for (std::size_t i = 0; i < LabelValues::max_names * 2; ++i) all.note("n" + std::to_string(i) + "=\"1\"");
  CHECK(all.most_of("n1=\"1\"").name == "n1");
  CHECK(all.most_of("n" + std::to_string(LabelValues::max_names) + "=\"1\"").name.empty());
  all.note("");
  CHECK(all.most_of("").name.empty());
}

}  // namespace
}  // namespace oneshot::app
