// SPDX-License-Identifier: MIT
#include "ingest/batch.hpp"

#include <algorithm>

namespace oneshot::ingest {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;

}  // namespace

void Batch::clear() noexcept {
  events_.clear();
  numbers_.clear();
  block_ = 0;
  used_ = 0;
}

void Batch::add(const event::Event& event, std::size_t number) {
  numbers_.push_back(number);
  event::Event& kept = events_.emplace_back(event);
  kept.labels = keep(event.labels);
  kept.metric = keep(event.metric);
}

void Batch::erase(std::size_t at) {
  events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(at));
  numbers_.erase(numbers_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Batch::trim() noexcept {
  clear();
  if (events_.capacity() * sizeof(event::Event) > kept_bytes) {
    std::vector<event::Event>().swap(events_);
    std::vector<std::size_t>().swap(numbers_);
  }
  std::size_t bytes = 0;
  const auto first_too_many = std::ranges::find_if(blocks_, [&bytes](const Block& block) {
    bytes += block.size;
    return bytes > kept_bytes;
  });
  blocks_.erase(first_too_many, blocks_.end());
}

std::string_view Batch::keep(std::string_view text) {
  if (text.empty()) return {};
  char* const to = room_for(text.size());
  std::copy(text.begin(), text.end(), to);
  return {to, text.size()};
}

char* Batch::room_for(std::size_t size) {
  while (block_ < blocks_.size() && blocks_[block_].size - used_ < size) {
    ++block_;
    used_ = 0;
  }
  if (block_ == blocks_.size()) {
    const std::size_t bytes = std::max(size, block_bytes);
    blocks_.push_back({std::unique_ptr<char[]>(new char[bytes]), bytes});
  }
  char* const room = blocks_[block_].bytes.get() + used_;
  used_ += size;
  return room;
}

}  // namespace oneshot::ingest
