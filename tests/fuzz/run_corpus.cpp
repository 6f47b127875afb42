// SPDX-License-Identifier: MIT
// Runs a fuzz target as a plain test: over every file of its corpus, then over mutations of them. All random
// numbers are fixed, so each run does the same. What fails is named by its number, and printed when asked
// for.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

#ifndef ONESHOT_MUTATIONS
#define ONESHOT_MUTATIONS 5000
#endif
constexpr std::size_t mutations = ONESHOT_MUTATIONS;
constexpr std::size_t longest = 1 << 16;
/// Bytes that mean something to HTTP, to forms, to TOML or in UTF-8.
constexpr char telling_bytes[] = "\0\t\n\r \"#%&+,-.0:;=?[\\]{}\x7f\x80\xc0\xe2\xed\xf4\xff";
constexpr std::string_view telling(telling_bytes, sizeof telling_bytes - 1);

volatile std::sig_atomic_t running = 0;

/// Says which input ended the program. Only async-signal-safe calls.
void report(int signal) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), static_cast<int>(running)).ptr;
  constexpr std::string_view said = "run_corpus: failed at input ";
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, said.data(), said.size());
  written = ::write(STDERR_FILENO, digits.data(), static_cast<std::size_t>(end - digits.begin()));
  written = ::write(STDERR_FILENO, "\n", 1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

std::vector<std::string> read_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

/// Plain arithmetic on mt19937, whose numbers the standard fixes; its distributions differ between libraries.
class Dice {
 public:
  explicit Dice(std::size_t seed) : engine_(static_cast<std::uint32_t>(seed)) {}
  /// 0 up to, not including, `limit`, which is not 0.
  std::size_t roll(std::size_t limit) { return engine_() % limit; }

 private:
  std::mt19937 engine_;
};

void mutate_once(std::string& text, const std::vector<std::string>& corpus, Dice& dice) {
  const std::size_t at = dice.roll(text.size() + 1);
  const std::size_t length = dice.roll(std::min<std::size_t>(text.size() - at, 32) + 1);
  switch (dice.roll(6)) {
    case 0:
      text.erase(at, length);
      break;
    case 1:
      text.insert(at, text.substr(at, length));
      break;
    case 2:
      text.insert(at, 1, telling[dice.roll(telling.size())]);
      break;
    case 3:
      if (at < text.size()) text[at] = telling[dice.roll(telling.size())];
      break;
    case 4:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << dice.roll(8)));
      break;
    default: {
      const std::string& other = corpus[dice.roll(corpus.size())];
      const std::size_t from = dice.roll(other.size() + 1);
      text.replace(at, length, other, from, dice.roll(64));
    }
  }
}

/// Input number `number`: a file of the corpus, or a mutation, which depends on the number and the corpus
/// alone.
std::string make_input(std::size_t number, const std::vector<std::string>& corpus) {
  if (number < corpus.size()) return corpus[number];
  Dice dice(number);
  std::string text = corpus[dice.roll(corpus.size())];
  for (std::size_t left = 1 + dice.roll(8); left > 0; --left) mutate_once(text, corpus, dice);
  if (text.size() > longest) text.resize(longest);
  return text;
}

void run(const std::string& input) {
  // A copy of its exact size, so that a sanitizer sees a read past the end.
  std::vector<std::uint8_t> bytes(input.size());
  if (!input.empty()) std::memcpy(bytes.data(), input.data(), input.size());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || !std::filesystem::is_directory(argv[1])) {
    std::fputs("usage: run_corpus FOLDER [NUMBER_OF_AN_INPUT_TO_PRINT]\n", stderr);
    return 2;
  }
  const std::vector<std::string> corpus = read_folder(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "run_corpus: %s is empty\n", argv[1]);
    return 1;
  }
  if (argc > 2) {
    const std::string input = make_input(std::stoul(argv[2]), corpus);
    std::fwrite(input.data(), 1, input.size(), stdout);
    return 0;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) std::signal(signal, report);
  for (std::size_t number = 0; number < corpus.size() + mutations; ++number) {
    running = static_cast<std::sig_atomic_t>(number);
    ::alarm(5);  // an input that takes this long never ends
    run(make_input(number, corpus));
  }
  std::printf("%zu files and %zu mutations of them\n", corpus.size(), mutations);
  return 0;
}
