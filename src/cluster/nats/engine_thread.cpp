// SPDX-License-Identifier: MIT
#include "cluster/nats/engine_thread.hpp"

#include <algorithm>
#include <utility>

#include "cluster/nats/append_answer.hpp"
#include "cluster/nats/parts.hpp"

namespace oneshot::cluster {
namespace {

constexpr std::size_t longest_answer = std::size_t{64} << 10;
// An answer that has not come by then never comes: a new leader is there within ten seconds, after a loss of all nodes
// within half a minute.
constexpr std::chrono::seconds answers_come_within{60};

constexpr std::size_t bytes_beside = 256;  // that a record which waits takes, about

AppendAnswer refused(std::string_view why) { return {.what = AppendAnswer::What::refused, .sequence = 0, .why = why}; }
AppendAnswer refused_for_now(std::string_view why) {
  AppendAnswer answer = refused(why);
  answer.lasts = true;
  return answer;
}

}  // namespace

void EngineThread::Jobs::post(Job job) {
  {
    const std::lock_guard lock(mutex);
    if (is_stopped) return;
    waiting.push_back(std::move(job));
  }
  changed.notify_one();
}

EngineThread::EngineThread(Connection& connection, const Subjects& subjects, const Room& room, Trouble& trouble,
                           std::function<void(Sequence)> stored)
    : connection_(connection),
      subjects_(subjects),
      room_(room),
      trouble_(trouble),
      stored_(std::move(stored)),
      parser_(longest_answer),
      thread_([this] { run(); }) {}

void EngineThread::stop() {
  {
    const std::lock_guard lock(jobs_->mutex);
    jobs_->is_stopped = true;
  }
  jobs_->changed.notify_one();
  if (thread_.joinable()) thread_.join();
}

void EngineThread::run() {
  for (;;) {
    std::deque<Job> jobs;
    {
      std::unique_lock lock(jobs_->mutex);
      jobs_->changed.wait_until(lock, next_time(), [this] { return jobs_->is_stopped || !jobs_->waiting.empty(); });
      if (jobs_->is_stopped) return;
      jobs.swap(jobs_->waiting);
    }
    for (const Job& job : jobs) job();
    look_at_the_time();
  }
}

SteadyTime EngineThread::next_time() const {
  SteadyTime time = system_clock().steady() + answers_come_within;
  for (const auto& [number, question] : questions_) time = std::min(time, question.until);
  return time;
}

void EngineThread::look_at_the_time() {
  const SteadyTime time = system_clock().steady();
  while (!appends_.empty() && time - appends_.begin()->second.sent >= answers_come_within)
    appends_.erase(appends_.begin());
  for (auto at = questions_.begin(); at != questions_.end();) {
    if (at->second.until > time) {
      ++at;
      continue;
    }
    const Answered answered = std::move(at->second.answered);
    at = questions_.erase(at);
    answered({});
  }
}

// ---- appends ----

/// One answer of those to all parts of a checkpoint.
class EngineThread::Joint {
 public:
  Joint(std::size_t parts, Told told) : left_(parts), told_(std::move(told)) {}
  void take(const AppendAnswer& answer) {
    if (!told_) return;
    last_ = std::max(last_, answer.sequence);
    if (answer.what == AppendAnswer::What::stored && --left_ > 0) return;
    AppendAnswer whole = answer;
    if (answer.what == AppendAnswer::What::stored) whole.sequence = last_;
    std::exchange(told_, nullptr)(whole);
  }

 private:
  std::size_t left_;
  Sequence last_ = 0;
  Told told_;
};

void EngineThread::append(Subject subject, std::string bytes, Told told) {
  const std::size_t size = bytes.size() + bytes_beside;
  if (waiting_bytes_.fetch_add(size) + size > max_waiting_bytes) {
    waiting_bytes_ -= size;
    return jobs_->post(
        [told = std::move(told)] { told(refused("the engine takes records more slowly than they come")); });
  }
  jobs_->post([this, size, subject, bytes = std::move(bytes), told = std::move(told)] {
    append_now(subject, bytes, told);
    waiting_bytes_ -= size;
  });
}

void EngineThread::append_now(Subject subject, const std::string& bytes, const Told& told) {
  if (subject == Subject::checkpoints) return publish_checkpoint(bytes, told);
  if (subject == Subject::events && room_.is_tight()) return told(refused_for_now(AppendAnswer::log_is_full));
  publish(subjects_.of(subject), bytes, told);
}

void EngineThread::publish_checkpoint(const std::string& bytes, const Told& told) {
  const auto pieces = split(bytes);
  const auto joint = std::make_shared<Joint>(pieces.size(), told);
  PartName name{.checkpoint = subjects_.boot + "-" + std::to_string(last_number_), .part = 0, .parts = pieces.size()};
  for (const std::string_view piece : pieces) {
    ++name.part;
    publish(subjects_.part(name), std::string(piece), [joint](const AppendAnswer& answer) { joint->take(answer); });
  }
}

void EngineThread::publish(const std::string& subject, const std::string& bytes, Told told) {
  const std::uint64_t number = ++last_number_;
  switch (connection_.publish(subject, subjects_.in("a", number), bytes)) {
    case Connection::Sent::yes:
      appends_.emplace(number, Append{.told = std::move(told), .sent = system_clock().steady()});
      if (appends_.size() > max_unanswered) appends_.erase(appends_.begin());
      break;
    case Connection::Sent::no:
      told(refused("there is no connection to the engine"));
      break;
    case Connection::Sent::unknown:
      break;
  }
}

void EngineThread::on_append_answer(const MessagePtr& message) {
  const auto found = appends_.find(number_in(natsMsg_GetSubject(message.get())).value_or(0));
  if (found == appends_.end()) return;
  static const std::string nobody =
      std::string("nobody keeps the log: the engine has no stream, or this has no leader now. ") + look_at_the_nodes;
  const auto answer =
      natsMsg_IsNoResponders(message.get()) ? refused(nobody) : read_append_answer(bytes_of(message.get()), parser_);
  const Told told = std::move(found->second.told);
  appends_.erase(found);
  if (!answer) return;
  note_answer(*answer);
  told(*answer);
}

// A log that is full is said by the machine that fills it, and a stream without a leader soon has another one: that is
// a trouble only where it goes on.
void EngineThread::note_answer(const AppendAnswer& answer) {
  if (answer.what == AppendAnswer::What::stored) {
    trouble_.forget(Trouble::Met::storing);
    complaint_.forget();
    return stored_(answer.sequence);
  }
  if (answer.why == AppendAnswer::log_is_full) return;
  trouble_.note(Trouble::Met::storing, std::string(answer.why), answer.lasts, system_clock().steady());
  complaint_.make(std::string(answer.why));
}

// ---- messages between replicas ----

void EngineThread::ask(const std::string& replica, std::string question, std::chrono::milliseconds patience,
                       Answered answered) {
  const SteadyTime until = system_clock().steady() + patience;
  jobs_->post([this, replica, until, question = std::move(question), answered = std::move(answered)] {
    const std::uint64_t number = ++last_number_;
    questions_.emplace(number, Question{.answered = answered, .until = until});
    connection_.publish(subjects_.ask(replica), subjects_.in("q", number), question);
  });
}

void EngineThread::on_ask_answer(const MessagePtr& message) {
  if (natsMsg_IsNoResponders(message.get())) return;  // nobody of that name is connected now, but may be in a moment
  const auto found = questions_.find(number_in(natsMsg_GetSubject(message.get())).value_or(0));
  if (found == questions_.end()) return;
  const Answered answered = std::move(found->second.answered);
  questions_.erase(found);
  answered(std::string(bytes_of(message.get())));
}

void EngineThread::on_question(const MessagePtr& message) {
  const std::string reply(text_or_empty(natsMsg_GetReply(message.get())));
  if (!answer_ || reply.empty()) return;
  answer_(std::string(bytes_of(message.get())), [this, reply, jobs = std::weak_ptr(jobs_)](std::string answer) {
    if (const auto there = jobs.lock())  // whose thread lives while it takes jobs
      there->post([this, reply, answer = std::move(answer)] { connection_.publish(reply, "", answer); });
  });
}

void EngineThread::send(std::string subject, std::string bytes) {
  jobs_->post(
      [this, subject = std::move(subject), bytes = std::move(bytes)] { connection_.publish(subject, "", bytes); });
}

void EngineThread::answer_by(std::function<void(std::string, OrderedLog::Reply)> answer) {
  jobs_->post([this, answer = std::move(answer)] { answer_ = answer; });
}

void EngineThread::hear_by(std::function<void(std::string_view)> heard) {
  jobs_->post([this, heard = std::move(heard)] { heard_ = heard; });
}

void EngineThread::take_in(Came kind, MessagePtr message) {
  jobs_->post([this, kind, message = std::move(message)] {
    if (kind == Came::append_answer) return on_append_answer(message);
    if (kind == Came::ask_answer) return on_ask_answer(message);
    if (kind == Came::question) return on_question(message);
    if (kind == Came::call && heard_) heard_(bytes_of(message.get()));
  });
}

}  // namespace oneshot::cluster
