// SPDX-License-Identifier: MIT
#include "ctl/text/table.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace oneshot::ctl {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues_character(c); }));
}

bool is_number(const std::string& text) noexcept {
  return text.find_first_not_of("0123456789.%-") == std::string::npos;
}

struct Column {
  std::size_t width = 0;
  bool right = true;
};

std::vector<Column> columns_of(const std::vector<Table::Row>& rows) {
  std::vector<Column> columns(rows.front().size());
  for (const Table::Row& row : rows) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].width = std::max(columns[i].width, width_of(row[i]));
      columns[i].right = columns[i].right && (&row == &rows.front() || is_number(row[i]));
    }
  }
  return columns;
}

}  // namespace

std::string Table::text() const {
  const std::vector<Column> columns = columns_of(rows_);
  std::string text;
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string blanks(columns[i].width - width_of(row[i]), ' ');
      if (i > 0) text += "  ";
      text += columns[i].right ? blanks + row[i] : row[i] + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
  }
  return text;
}

}  // namespace oneshot::ctl
