// SPDX-License-Identifier: MIT
#include "cluster/nats/append_answer.hpp"

#include <doctest/doctest.h>

#include <string>

namespace oneshot::cluster {
namespace {

std::optional<AppendAnswer> read(std::string_view text) {
  json::Parser parser(4096);
  return read_append_answer(text, parser);
}

std::string error(int code, const std::string& words) {
  return R"({"error":{"code":503,"err_code":)" + std::to_string(code) + R"(,"description":")" + words +
         R"("},"stream":"S","seq":0})";
}

TEST_CASE("an answer with a sequence says where the record stands") {
  const auto answer = read(R"({"stream":"S","domain":"hub","seq":12})");
  REQUIRE(answer);
  CHECK(answer->what == AppendAnswer::What::stored);
  CHECK(answer->sequence == 12);
}

TEST_CASE("an answer that comes before the record is stored is none") {
  CHECK_FALSE(read(R"({"stream":"S","seq":0,"duplicate":true})"));
  CHECK_FALSE(read(R"({"stream":"S"})"));
  CHECK_FALSE(read(""));
}

TEST_CASE("an error is a refusal only where the record is surely not stored") {
  const auto full = read(error(10077, "maximum bytes exceeded"));
  REQUIRE(full);
  CHECK(full->what == AppendAnswer::What::refused);
  CHECK(full->why == "the log is full");
  CHECK(full->lasts);
  CHECK(read(error(10054, "message size exceeds maximum allowed")).has_value());
  CHECK(read(error(10023, "insufficient resources")).has_value());
  const auto limit = read(error(10002, "resource limits exceeded for account"));
  REQUIRE(limit);
  CHECK(limit->why.find("the limit of storage of this replica's account is reached") == 0);
  CHECK_FALSE(read(error(10077, "raft: not leader")));
  CHECK_FALSE(read(error(10008, "JetStream system temporarily unavailable")));
}

}  // namespace
}  // namespace oneshot::cluster
