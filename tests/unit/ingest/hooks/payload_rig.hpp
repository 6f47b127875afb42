// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "ingest/hooks/payload.hpp"
#include "json/parser.hpp"

namespace oneshot::ingest::test {

/// A request of a sender in the words of a test.
class Request {
 public:
  explicit Request(std::string_view json, std::vector<http::Header> headers = {})
      : headers_(std::move(headers)), parsed_(parser_.parse(json)) {
    REQUIRE_MESSAGE(parsed_.has_value(), (parsed_ ? "" : parsed_.error()));
  }

  [[nodiscard]] const json::Value& body() const { return *parsed_; }
  [[nodiscard]] const std::vector<http::Header>& headers() const { return headers_; }
  /// Without `each`: the element is the body.
  [[nodiscard]] Payload payload() const { return {*parsed_, *parsed_, headers_}; }
  /// The element that a pointer names.
  [[nodiscard]] Payload payload(std::string_view element) const {
    return {*parsed_, parsed_->at_pointer(element).value(), headers_};
  }

 private:
  json::Parser parser_{1 << 20};
  std::vector<http::Header> headers_;
  Result<json::Value> parsed_;
};

}  // namespace oneshot::ingest::test
