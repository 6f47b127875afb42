// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace oneshot::yaml {

enum class Kind : std::uint8_t {
  stream_start,
  stream_end,
  document_start,
  document_end,
  alias,
  scalar,
  list_start,
  list_end,
  table_start,
  table_end,
};

/// A piece of a YAML text; its texts live until the next one is asked for.
struct Event {
  Kind kind = Kind::stream_end;
  unsigned line = 0;             ///< where it begins, from 1
  std::string_view text = {};    ///< of a scalar; the name of an alias
  bool plain = false;            ///< a scalar without quotes, which may be a number or a flag
  std::string_view anchor = {};  ///< &name; "": none
  std::string_view tag = {};     ///< !name; "": none
};

/// Reads a YAML text (YAML 1.1 in UTF-8, as libyaml reads it) event by event, so that nothing is built of what will be
/// refused. For one thread.
class Events {
 public:
  /// The text must live as long.
  explicit Events(std::string_view text);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// False: the text is not valid YAML, and error() says why. Behind stream_end nothing must be asked for.
  [[nodiscard]] bool next(Event& event);

  [[nodiscard]] std::string_view error() const noexcept { return error_; }
  [[nodiscard]] unsigned error_line() const noexcept { return error_line_; }

 private:
  struct Library;
  std::unique_ptr<Library> library_;
  std::string error_;
  unsigned error_line_ = 0;
};

}  // namespace oneshot::yaml
