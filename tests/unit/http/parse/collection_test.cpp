// SPDX-License-Identifier: MIT
//
// The collection of raw requests (tests/fuzz/corpus/http) with the answers that tests/fuzz/http_answers.txt says, here
// as far as the parser gives them. Behind each comes another request, which must be seen where the connection goes on,
// and only there: what one side takes for the end of a message and the other does not is how requests are smuggled.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "unit/http/parse_all.hpp"

namespace oneshot::http {
namespace {

const std::filesystem::path folder = ONESHOT_RAW_REQUESTS;

struct Expected {
  std::string name;
  int parser = 0;  ///< status of the parser's error; 0 where the parser is content
  bool goes_on = false;
};

std::vector<Expected> table() {
  std::vector<Expected> all;
  std::ifstream file(folder.parent_path().parent_path() / "http_answers.txt");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    Expected one;
    std::string parser, server, connection;
    words >> one.name >> parser >> server >> connection;
    one.parser = parser == "-" ? 0 : std::stoi(parser);
    one.goes_on = connection == "open";
    REQUIRE_MESSAGE((one.goes_on || connection == "closed"), line);
    all.push_back(one);
  }
  return all;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool any_ends(const std::vector<std::string>& requests) {
  return std::any_of(requests.begin(), requests.end(), [](const auto& request) { return request.ends_with(" close"); });
}

void check(const Expected& expected, std::size_t piece) {
  CAPTURE(expected.name);
  CAPTURE(piece);
  const Parsed parsed =
      parse_in_pieces(read(folder / expected.name) + "GET /sentinel HTTP/1.1\r\nHost: s\r\n\r\n", piece);
  const bool seen = !parsed.requests.empty() && parsed.requests.back() == "GET /sentinel {Host=s}";
  if (any_ends(parsed.requests)) {  // what the parser makes of the bytes behind, nobody asks
    CHECK(expected.parser == 0);
    CHECK_FALSE(expected.goes_on);
    return;
  }
  CHECK_MESSAGE(parsed.status == expected.parser, parsed.message);
  CHECK(seen == expected.goes_on);
  CHECK(expected.goes_on == (expected.parser == 0));
}

}  // namespace

TEST_CASE("each request of the collection is answered as its table says, and the next one is seen where it goes on") {
  const auto all = table();
  CHECK(all.size() > 150);
  for (const Expected& expected : all) {
    for (const std::size_t piece : {std::size_t{1} << 20U, std::size_t{1}, std::size_t{7}}) check(expected, piece);
  }
}

TEST_CASE("the table and the collection have the same names") {
  std::set<std::string> in_table, in_folder;
  for (const Expected& expected : table()) CHECK_MESSAGE(in_table.insert(expected.name).second, expected.name);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) in_folder.insert(entry.path().filename());
  CHECK(in_table == in_folder);
}

}  // namespace oneshot::http
