// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "event/event_builder.hpp"
#include "ingest/text_pool.hpp"

namespace oneshot::ingest {

/// Feeds an EventBuilder with the fields of multipart/form-data (RFC 7578, RFC 2046 5.1.1), as `curl -F`, PHP and the
/// FormData of browsers and Node send them. Each field is a parameter, as one of a form is. Line ends at the end of a
/// field are dropped: they come from files. A field that is a file is refused, and so is every encoding of a part.
///
/// One reader serves one thread, and allocates nothing in the steady state.
class Multipart {
 public:
  /// The builder must outlive the reader.
  explicit Multipart(event::EventBuilder& builder) : builder_(builder) {}

  /// Between the builder's begin() and finish(), until which both texts and the reader stay as they are.
  event::EventBuilder::Taken take(std::string_view content_type, std::string_view body);

 private:
  using Taken = event::EventBuilder::Taken;
  struct Part {
    std::string_view disposition;  // the parameters of form-data
    bool encoded = false;
  };

  Taken take_part(std::string_view part);
  Result<Part, event::Rejection> read_head(std::string_view head);

  event::EventBuilder& builder_;
  TextPool texts_;
};

/// A parameter of a header's value: of `form-data; name="a"` the text a for `name`. Unquoted, with the escapes of a
/// quoted string. Puts the text into `out`; false where there is none of that name.
[[nodiscard]] bool header_parameter(std::string_view parameters, std::string_view name, std::string& out);

}  // namespace oneshot::ingest
