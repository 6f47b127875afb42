// SPDX-License-Identifier: MIT
// Asio's reactor calls wait() where it would call epoll_wait(2), with no lock held (asio_wait.hpp). What waits for the
// sockets is resumed right there, so that a wakeup costs no place in a queue of Asio's. That is as fair as if each were
// queued: the reactor is asked once in each round of Asio's queue, and one call tells each socket once.
#include "net/poller/poller.hpp"

#include <algorithm>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace oneshot::net {

asio::execution_context::id Poller::id;

// A context has a reactor from its first timer on; without one it would sleep where nobody can wake it.
Poller::Poller(asio::io_context& context)
    : asio::execution_context::service(context), context_(context), set_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!set_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  const asio::steady_timer makes_the_reactor(context);
}

// Who waits for a socket nearly always owns it, and may own others.
void Poller::shutdown() {
  is_ending_ = true;
  while (!all_.empty()) {
    Watched& last = *all_.back();
    if (!last.drop_one()) remove(last);
  }
}

asio::error_code Poller::add(int descriptor, Watched& watched, std::uint32_t events) {
  watched.place_ = all_.size();
  all_.push_back(&watched);
  const asio::error_code error = control(EPOLL_CTL_ADD, descriptor, watched, events);
  if (!error) return error;
  all_.pop_back();
  watched.place_ = Watched::nowhere;
  return error;
}

asio::error_code Poller::change(int descriptor, Watched& watched, std::uint32_t events) noexcept {
  return control(EPOLL_CTL_MOD, descriptor, watched, events);
}

asio::error_code Poller::control(int what, int descriptor, Watched& watched, std::uint32_t events) noexcept {
  epoll_event event{};
  event.events = events | EPOLLET;
  event.data.ptr = &watched;
  if (::epoll_ctl(set_.get(), what, descriptor, &event) == 0) return {};
  return {errno, asio::error::get_system_category()};
}

void Poller::remove(Watched& watched) noexcept {
  if (watched.place_ != Watched::nowhere) {
    all_.back()->place_ = watched.place_;
    std::swap(all_[watched.place_], all_.back());
    all_.pop_back();
    watched.place_ = Watched::nowhere;
  }
  for (std::size_t i = told_; i < count_; ++i)
    if (batch_[i].data.ptr == &watched) batch_[i].data.ptr = nullptr;
  if (!std::exchange(watched.is_called_, false)) return;
  std::ranges::replace(soon_, &watched, nullptr);
  std::ranges::replace(being_called_, &watched, nullptr);
}

void Poller::call_soon(Watched& watched) {
  if (std::exchange(watched.is_called_, true)) return;
  soon_.push_back(&watched);
}

int Poller::wait(int asio_set, epoll_event* events, int most, int timeout) {
  if (asio_set != asio_set_ && !nest(asio_set)) return ::epoll_wait(asio_set, events, most, timeout);
  const int count = ::epoll_wait(set_.get(), batch_.data(), batch_size, soon_.empty() ? timeout : 0);
  being_called_.swap(soon_);
  const bool asio_is_ready = count > 0 && tell(count);
  call_all();
  // Behind the sockets: what has arrived goes before the deadline that is over at the same time.
  return asio_is_ready ? ::epoll_wait(asio_set, events, most, 0) : 0;
}

// Level-triggered: told again and again while Asio leaves something in it. False: it is that of another context.
bool Poller::nest(int asio_set) {
  if (!context_.get_executor().running_in_this_thread()) return false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, asio_set, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  asio_set_ = asio_set;
  return true;
}

// True: Asio's set is ready.
bool Poller::tell(int count) {
  bool asio_is_ready = false;
  count_ = static_cast<std::size_t>(count);
  for (told_ = 0; told_ < count_;) {
    const epoll_event event = batch_[told_++];
    if (event.data.ptr == static_cast<void*>(this)) {
      asio_is_ready = true;
    } else if (event.data.ptr != nullptr) {
      static_cast<Watched*>(event.data.ptr)->on_events(event.events);
    }
  }
  count_ = 0;
  return asio_is_ready;
}

// Those that are asked for meanwhile come with the next call.
void Poller::call_all() {
  for (std::size_t i = 0; i < being_called_.size(); ++i) {
    Watched* const watched = being_called_[i];
    if (watched == nullptr) continue;
    watched->is_called_ = false;
    being_called_[i] = nullptr;
    watched->on_call();
  }
  being_called_.clear();
}

}  // namespace oneshot::net
