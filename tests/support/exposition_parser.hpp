// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

/// A strict reader of the text exposition format 0.0.4, written apart from what writes it: it shares no code
/// with the product but Result.
namespace oneshot::test {

struct ParsedSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by name, values unescaped
  double value = 0;
  std::optional<std::int64_t> timestamp_ms;

  /// The value of a label, or nothing.
  [[nodiscard]] std::optional<std::string> label(std::string_view label_name) const;
};

struct ParsedFamily {
  std::string name;
  std::string type;  ///< "counter", "gauge", "summary", "untyped"; empty without a TYPE line
  std::optional<std::string> help;
  std::vector<ParsedSample> samples;
};

struct ParsedExposition {
  std::vector<ParsedFamily> families;
  std::vector<std::string> comments;  ///< whole lines, without the newline

  [[nodiscard]] const ParsedFamily* family(std::string_view name) const;
  /// The sample of that name whose labels are exactly these, in any order; nullptr if there is none.
  [[nodiscard]] const ParsedSample* sample(std::string_view name,
                                           std::vector<std::pair<std::string, std::string>> labels = {}) const;
};

/// Refuses, with the number of the line, all that one of Prometheus' two parsers refuses (promparse.go with
/// its lexer, and expfmt/text_parse.go behind promtool) or its database does: names, escapes, raw newlines,
/// invalid UTF-8, numbers that Go cannot read, signed timestamps, a label name twice, `__name__`, junk, a
/// last line without newline. Beyond that it refuses what would lose samples or is bad style: blanks where
/// none are needed, a trailing comma, empty braces, empty lines, HELP or TYPE twice or behind a sample, a
/// family in two places, a series twice without timestamps, timestamps of a series that do not ascend, a
/// family with and without timestamps, and histograms and summaries, which this product does not have.
Result<ParsedExposition> parse_exposition(std::string_view text);

}  // namespace oneshot::test
