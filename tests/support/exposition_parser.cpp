// SPDX-License-Identifier: MIT
#include "support/exposition_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <limits>
#include <map>
#include <set>
#include <system_error>

namespace oneshot::test {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && is_digit(c));
}

bool is_utf8(std::string_view text) {
  // The smallest code point that needs one, two or three bytes after the first.
  constexpr std::array<std::uint32_t, 4> smallest = {0, 0x80, 0x800, 0x10000};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) continue;
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC0 || first > 0xF7 || text.size() - i <= more) return false;
    std::uint32_t code = first & (0x3Fu >> more);
    for (std::size_t k = 0; k < more; ++k) {
      const auto next = static_cast<unsigned char>(text[++i]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3Fu);
    }
    if (code < smallest[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
  }
  return true;
}

/// What strconv.ParseFloat of Go takes in decimal: no sign before NaN, no number that is too large.
std::optional<double> go_float(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (lower == "nan") return std::numeric_limits<double>::quiet_NaN();
  std::string_view rest = lower;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest == "inf" || rest == "infinity") {
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  if (rest.find_first_not_of("0123456789.e+-") != rest.npos || rest.empty() || rest.front() == '-') return {};
  double value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc{} || end != rest.data() + rest.size()) return {};
  return negative ? -value : value;
}

class Parser {
 public:
  Result<ParsedExposition> run(std::string_view text) {
    for (; !text.empty() && fault_.empty(); ++line_number_) {
      const std::size_t size = text.find('\n');
      if (size == text.npos) {
        fail("the last line has no newline");
        break;
      }
      rest_ = text.substr(0, size);
      text.remove_prefix(size + 1);
      if (rest_.starts_with('#')) {
        comment();
      } else {
        sample();
      }
    }
    if (!fault_.empty()) return Unexpected{fault_};
    return std::move(result_);
  }

 private:
  bool fail(std::string_view what) {
    if (fault_.empty()) {
      fault_ = "line " + std::to_string(line_number_) + ": " + std::string(what) + " before \"" +
               std::string(rest_.substr(0, 60)) + '"';
    }
    return false;
  }

  bool take(std::string_view expected) {
    if (!rest_.starts_with(expected)) return fail("no '" + std::string(expected) + "'");
    rest_.remove_prefix(expected.size());
    return true;
  }

  std::string take_name(bool colon_too) {
    std::size_t size = 0;
    while (size < rest_.size() && (is_name_char(rest_[size], size == 0) || (colon_too && rest_[size] == ':'))) ++size;
    std::string name(rest_.substr(0, size));
    rest_.remove_prefix(size);
    if (name.empty()) fail("no name");
    return name;
  }

  void comment() {
    if (!is_utf8(rest_)) fail("invalid UTF-8 in a comment");
    if (rest_.find('\0') != rest_.npos) fail("NUL in a comment");
    if (rest_.starts_with("# HELP ")) {
      help();
    } else if (rest_.starts_with("# TYPE ")) {
      type();
    } else {
      result_.comments.emplace_back(rest_);
    }
  }

  void help() {
    rest_.remove_prefix(7);
    const std::string name = take_name(true);
    take(" ");
    ParsedFamily* family = family_of(name);
    if (family == nullptr) return;
    if (family->help || !family->samples.empty()) fail("a second HELP, or one behind a sample");
    family->help = unescape(rest_, false);
  }

  void type() {
    rest_.remove_prefix(7);
    const std::string name = take_name(true);
    take(" ");
    ParsedFamily* family = family_of(name);
    if (family == nullptr) return;
    if (!family->type.empty() || !family->samples.empty()) fail("a second TYPE, or one behind a sample");
    if (rest_ != "counter" && rest_ != "gauge" && rest_ != "summary" && rest_ != "untyped") fail("an unknown type");
    family->type = rest_;
  }

  /// The family that this line belongs to; nullptr if it is not the last one, though it was there before.
  ParsedFamily* family_of(const std::string& name) {
    auto& families = result_.families;
    if (families.empty() || families.back().name != name) {
      if (!family_names_.insert(name).second) {
        fail("family " + name + " in two places");
        return nullptr;
      }
      families.push_back(ParsedFamily{.name = name, .type = {}, .help = {}, .samples = {}});
    }
    return &families.back();
  }

  void sample() {
    ParsedSample sample;
    sample.name = take_name(true);
    if (fault_.empty() && rest_.starts_with('{') && !labels(sample)) return;
    if (!fault_.empty() || !take(" ")) return;

    const std::string_view number = rest_.substr(0, rest_.find(' '));
    const std::optional<double> value = go_float(number);
    if (!value) {
      fail("not a number");
      return;
    }
    sample.value = *value;
    rest_.remove_prefix(number.size());
    if (!rest_.empty() && !timestamp(sample)) return;
    if (ParsedFamily* family = family_of(sample.name)) add(*family, std::move(sample));
  }

  bool timestamp(ParsedSample& sample) {
    rest_.remove_prefix(1);
    std::int64_t ms = 0;
    if (rest_.empty() || !std::all_of(rest_.begin(), rest_.end(), is_digit)) return fail("a bad timestamp");
    if (std::from_chars(rest_.data(), rest_.data() + rest_.size(), ms).ec != std::errc{}) {
      return fail("a timestamp out of range");
    }
    sample.timestamp_ms = ms;
    return true;
  }

  bool labels(ParsedSample& sample) {
    do {
      rest_.remove_prefix(1);  // the brace, or the comma
      std::string name = take_name(false);
      if (name == "__name__") return fail("a label __name__");
      if (!take("=\"")) return false;
      std::size_t end = 0;
      while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2u : 1u;
      if (end >= rest_.size()) return fail("a label value without end");
      sample.labels.emplace_back(std::move(name), unescape(rest_.substr(0, end), true));
      rest_.remove_prefix(end + 1);
    } while (rest_.starts_with(','));
    std::sort(sample.labels.begin(), sample.labels.end());
    const auto same_name = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (std::adjacent_find(sample.labels.begin(), sample.labels.end(), same_name) != sample.labels.end()) {
      return fail("a label name twice");
    }
    return take("}") && fault_.empty();
  }

  std::string unescape(std::string_view text, bool quotes_too) {
    if (!is_utf8(text)) fail("invalid UTF-8");
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\') {
        plain.push_back(text[i]);
        continue;
      }
      const char escaped = ++i < text.size() ? text[i] : '\0';
      if (escaped != '\\' && escaped != 'n' && !(quotes_too && escaped == '"')) fail("an unknown escape");
      plain.push_back(escaped == 'n' ? '\n' : escaped);
    }
    return plain;
  }

  void add(ParsedFamily& family, ParsedSample sample) {
    if (!family.samples.empty() && family.samples.front().timestamp_ms.has_value() != sample.timestamp_ms.has_value()) {
      fail("timestamps on some samples only");
    }
    // An empty label is no label to Prometheus, so it does not make another series.
    auto series = sample.labels;
    std::erase_if(series, [](const auto& label) { return label.second.empty(); });
    const auto [last, is_new] = last_of_series_.try_emplace({sample.name, std::move(series)}, sample.timestamp_ms);
    if (!is_new && !(sample.timestamp_ms && last->second && *sample.timestamp_ms > *last->second)) {
      fail("a series twice without ascending timestamps");
    }
    last->second = sample.timestamp_ms;
    family.samples.push_back(std::move(sample));
  }

  using Series = std::pair<std::string, std::vector<std::pair<std::string, std::string>>>;

  std::size_t line_number_ = 1;
  std::string_view rest_;  // of the line
  std::string fault_;      // the first one
  ParsedExposition result_;
  std::set<std::string> family_names_;
  std::map<Series, std::optional<std::int64_t>> last_of_series_;
};

}  // namespace

std::optional<std::string> ParsedSample::label(std::string_view label_name) const {
  for (const auto& [key, text] : labels) {
    if (key == label_name) return text;
  }
  return {};
}

const ParsedFamily* ParsedExposition::family(std::string_view name) const {
  const auto found =
      std::find_if(families.begin(), families.end(), [name](const auto& one) { return one.name == name; });
  return found == families.end() ? nullptr : &*found;
}

const ParsedSample* ParsedExposition::sample(std::string_view name,
                                             std::vector<std::pair<std::string, std::string>> labels) const {
  const ParsedFamily* in = family(name);
  if (in == nullptr) return nullptr;
  std::sort(labels.begin(), labels.end());
  const auto found =
      std::find_if(in->samples.begin(), in->samples.end(), [&labels](const auto& one) { return one.labels == labels; });
  return found == in->samples.end() ? nullptr : &*found;
}

Result<ParsedExposition> parse_exposition(std::string_view text) { return Parser().run(text); }

}  // namespace oneshot::test
