// SPDX-License-Identifier: MIT
#include "ingest/hooks/signature.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "crypto/hex.hpp"
#include "crypto/sha256.hpp"

namespace oneshot::ingest {
namespace {

using Verdict = Signature::Verdict;
using Headers = std::vector<http::Header>;

Signature signature(std::string_view text) {
  auto parsed = Signature::parse(text);
  REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error()));
  return *parsed;
}

// GitHub's manual, "Validating webhook deliveries", tells this secret, body and signature for tests.
constexpr std::string_view secret = "It's a Secret to Everybody";
constexpr std::string_view body = "Hello, World!";
constexpr std::string_view hex = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

}  // namespace

TEST_CASE("an HMAC is right for its body and secret alone") {
  const Signature github = signature("hmac-sha256:X-Hub-Signature-256");
  CHECK(github.required());
  const std::string sent = "sha256=" + std::string(hex);
  const auto check = [&](std::string_view value, std::string_view of, std::string_view with) {
    return github.check(Headers{{"x-hub-signature-256", value}}, of, with);
  };
  CHECK(check(sent, body, secret) == Verdict::right);
  CHECK(check(hex, body, secret) == Verdict::right);
  CHECK(check(sent, "Hello, World", secret) == Verdict::wrong);
  CHECK(check(sent, body, "another") == Verdict::wrong);
  std::string other = sent;
  other.back() = '8';
  CHECK(check(other, body, secret) == Verdict::wrong);
  CHECK(check("sha256=", body, secret) == Verdict::wrong);
  CHECK(check("sha1=" + std::string(hex), body, secret) == Verdict::wrong);
  CHECK(check(std::string(hex).substr(2), body, secret) == Verdict::wrong);
  CHECK(check("sha256=zz", body, secret) == Verdict::wrong);
  CHECK(check("", body, secret) == Verdict::missing);
  CHECK(github.check({}, body, secret) == Verdict::missing);
}

TEST_CASE("a token is the secret itself, behind Bearer in Authorization") {
  const Signature gitlab = signature("token:X-Gitlab-Token");
  CHECK(gitlab.check(Headers{{"X-Gitlab-Token", "s3cret"}}, "", "s3cret") == Verdict::right);
  CHECK(gitlab.check(Headers{{"X-Gitlab-Token", "s3cre"}}, "", "s3cret") == Verdict::wrong);
  CHECK(gitlab.check(Headers{{"X-Gitlab-Token", "Bearer s3cret"}}, "", "s3cret") == Verdict::wrong);
  const Signature bearer = signature("token:authorization");
  CHECK(bearer.check(Headers{{"Authorization", "Bearer s3cret"}}, "", "s3cret") == Verdict::right);
  CHECK(bearer.check(Headers{{"Authorization", "bearer  s3cret"}}, "", "s3cret") == Verdict::right);
  CHECK(bearer.check(Headers{{"Authorization", "s3cret"}}, "", "s3cret") == Verdict::wrong);
  CHECK(bearer.check(Headers{{"Authorization", "Basic s3cret"}}, "", "s3cret") == Verdict::wrong);
}

TEST_CASE("a signature given twice is wrong, even if one of them is right") {
  const Signature gitlab = signature("token:X-Gitlab-Token");
  CHECK(gitlab.check(Headers{{"X-Gitlab-Token", "s"}, {"x-gitlab-token", "s"}}, "", "s") == Verdict::wrong);
}

TEST_CASE("without a signature everybody's is right") {
  CHECK_FALSE(signature("").required());
  CHECK(signature("").check({}, "anything", "") == Verdict::right);
}

TEST_CASE("a signature that cannot be says what is allowed") {
  const auto error_of = [](std::string_view text) {
    const auto parsed = Signature::parse(text);
    return parsed ? "no error" : parsed.error();
  };
  CHECK(error_of("hmac-sha1:X") == R"(must be "hmac-sha256:HEADER", "token:HEADER" or "" for none)");
  CHECK(error_of("token") == R"(must be "hmac-sha256:HEADER", "token:HEADER" or "" for none)");
  CHECK(error_of("token:") == R"("" is not the name of a header, as in header:X-GitHub-Event)");
  CHECK(error_of("token:X Y") == R"("X Y" is not the name of a header, as in header:X-GitHub-Event)");
}

}  // namespace oneshot::ingest
