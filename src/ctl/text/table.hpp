// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace oneshot::ctl {

/// Rows in aligned columns, two blanks between them; numbers at the right of theirs, the last column as long as it
/// likes. Widths are those of characters, not of bytes.
class Table {
 public:
  using Row = std::vector<std::string>;
  explicit Table(Row heading) { rows_.push_back(std::move(heading)); }
  void add(Row row) { rows_.push_back(std::move(row)); }
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Row> rows_;
};

}  // namespace oneshot::ctl
