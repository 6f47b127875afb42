// SPDX-License-Identifier: MIT
#include "model/backlog.hpp"

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "model/real_queue.hpp"
#include "model/require.hpp"

namespace oneshot::model {

struct Backlog::Node {
  const Node* from = nullptr;
  RealQueue::Step step;
  std::uint8_t events = 0;  // of the batch that the step took
  std::uint8_t stored = 0;
  std::array<Numbers, scraper_count> numbers{};
  // Known answers.
  mutable std::vector<const Node*> next;
  mutable std::array<std::optional<Taken>, std::size_t{scraper_count} * 2> takes;
};

class Backlog::Tree {
 public:
  Tree() : root_(&nodes_.emplace_back()) {}

  [[nodiscard]] const Node* root() const noexcept { return root_; }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }

  const Node* step(const Node* node, RealQueue::Step step) {
    for (const Node* next : node->next) {
      if (next->step == step) return next;
    }
    RealQueue& queue = queue_at(node);
    const std::uint8_t events = queue.apply(step);
    return add(node, step, events);
  }

  /// Where it gives a batch, or an empty one, `node` moves on.
  Taken try_take(const Node*& node, RealQueue::Step step) {
    std::optional<Taken>& known = node->takes[static_cast<std::size_t>(step.who * 2 + step.connection)];
    if (!known) {
      std::uint8_t events = 0;
      known = queue_at(node).try_take(step, events);
      if (*known == Taken::batch || *known == Taken::nothing) add(node, step, events);
    }
    const Taken taken = *known;
    if (taken == Taken::batch || taken == Taken::nothing) node = this->step(node, step);
    return taken;
  }

 private:
  /// As the way to this node leaves it: the one at hand, if it stands there, or a new one.
  RealQueue& queue_at(const Node* node) {
    if (queue_ != nullptr && queue_is_at_ == node) return *queue_;
    std::vector<RealQueue::Step> steps;
    for (const Node* at = node; at->from != nullptr; at = at->from) steps.push_back(at->step);
    queue_ = std::make_unique<RealQueue>();
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) queue_->apply(*step);
    queue_is_at_ = node;
    return *queue_;
  }

  const Node* add(const Node* from, RealQueue::Step step, std::uint8_t events) {
    Node& node = nodes_.emplace_back();
    node.from = from;
    node.step = step;
    node.events = events;
    node.stored = static_cast<std::uint8_t>(from->stored + (step.what == RealQueue::What::append ? 1 : 0));
    node.numbers = queue_->numbers();
    from->next.push_back(&node);
    queue_is_at_ = &node;
    return &node;
  }

  std::deque<Node> nodes_;  // they never move
  const Node* root_;
  std::unique_ptr<RealQueue> queue_;
  const Node* queue_is_at_ = nullptr;
};

Backlog::Tree& Backlog::tree() {
  static Tree the_tree;
  return the_tree;
}

Backlog::Backlog() : node_(tree().root()) {}
std::size_t Backlog::ways() noexcept { return tree().size(); }
const Backlog::Numbers& Backlog::numbers(int scraper) const noexcept {
  return node_->numbers[static_cast<std::size_t>(scraper)];
}
std::uint8_t Backlog::stored() const noexcept { return node_->stored; }

void Backlog::append(int producer) { node_ = tree().step(node_, {RealQueue::What::append, producer, 0}); }
void Backlog::enter_wait_queue(int scraper, int connection) {
  node_ = tree().step(node_, {RealQueue::What::stand, scraper, connection});
}
Backlog::Taken Backlog::try_take(int scraper, int connection, std::uint8_t& events) {
  const Taken taken = tree().try_take(node_, {RealQueue::What::take, scraper, connection});
  events = taken == Taken::batch ? node_->events : std::uint8_t{0};
  return taken;
}
void Backlog::leave_wait_queue(int scraper, int connection) {
  node_ = tree().step(node_, {RealQueue::What::leave, scraper, connection});
}
void Backlog::handed_over(int scraper, int connection) {
  node_ = tree().step(node_, {RealQueue::What::hand_over, scraper, connection});
}
void Backlog::settle(int scraper, int connection, delivery::Outcome outcome) {
  using enum RealQueue::What;
  const RealQueue::What what = outcome == delivery::Outcome::delivered     ? delivered
                               : outcome == delivery::Outcome::unconfirmed ? unread
                               : outcome == delivery::Outcome::timed_out   ? timed_out
                                                                           : truncated;
  node_ = tree().step(node_, {what, scraper, connection});
}

}  // namespace oneshot::model
