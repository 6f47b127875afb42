// SPDX-License-Identifier: MIT
#include "cluster/nats/nats_log.hpp"

#include <utility>

#include "cluster/nats/complaint.hpp"
#include "cluster/nats/connection.hpp"
#include "cluster/nats/door.hpp"
#include "cluster/nats/engine_thread.hpp"
#include "cluster/nats/forbidden.hpp"
#include "cluster/nats/room.hpp"
#include "cluster/nats/security.hpp"
#include "cluster/nats/stream.hpp"
#include "cluster/nats/stream_thread.hpp"
#include "cluster/nats/subjects.hpp"
#include "cluster/nats/tail.hpp"
#include "cluster/nats/trouble.hpp"

namespace oneshot::cluster {

/// Its threads, and what comes for each of them.
class NatsLog::Works final : public Receiver {
 public:
  static Result<std::unique_ptr<Works>> make(NatsOptions options) {
    std::unique_ptr<Works> made(new Works(std::move(options)));
    auto connection = Connection::make(made->options_, made->subjects_, made->door_);
    if (!connection) return Unexpected{connection.error()};
    made->begin(std::move(*connection));
    return made;
  }
  ~Works() override {
    door_.shut();
    if (connection_) connection_->close();
    if (stream_thread_) stream_thread_->stop();
    if (tail_) tail_->stop();
    if (engine_thread_) engine_thread_->stop();
  }

  void on_message(Came kind, MessagePtr message) override {
    if (kind == Came::entry) return tail_->take_in(std::move(message));
    engine_thread_->take_in(kind, std::move(message));
  }
  void on_disconnected() override { connection_->note_disconnected(); }
  void on_reconnected() override { connection_->note_reconnected(); }
  void on_error(const std::string& why) override {
    const auto forbidden = forbidden_in(why);
    complaint_.make(forbidden ? in_words(*forbidden) : why);
    if (!forbidden) return;
    const bool is_of_log = forbidden->publishes && forbidden->subject.starts_with(subjects_.log);
    trouble_.note(Trouble::Met::rights, in_words(*forbidden), is_of_log, system_clock().steady());
  }

  [[nodiscard]] const Subjects& subjects() const noexcept { return subjects_; }
  [[nodiscard]] Connection& connection() noexcept { return *connection_; }
  [[nodiscard]] EngineThread& engine_thread() noexcept { return *engine_thread_; }
  [[nodiscard]] StreamThread& stream_thread() noexcept { return *stream_thread_; }
  [[nodiscard]] Tail& tail() noexcept { return *tail_; }
  [[nodiscard]] Trouble& trouble() noexcept { return trouble_; }

 private:
  explicit Works(NatsOptions options)
      : options_(std::move(options)), subjects_(options_.name, options_.replica, options_.boot) {}

  void begin(std::unique_ptr<Connection> connection) {
    connection_ = std::move(connection);
    stream_ = std::make_unique<Stream>(*connection_, subjects_, options_);
    engine_thread_ = std::make_unique<EngineThread>(*connection_, subjects_, room_, trouble_,
                                                    [this](Sequence sequence) { tail_->note_stored(sequence); });
    tail_ = std::make_unique<Tail>(
        *connection_, door_, *stream_, subjects_, room_, trouble_,
        [this](std::string to, std::string bytes) { engine_thread_->send(std::move(to), std::move(bytes)); });
    door_.open(*this);
    stream_thread_ = std::make_unique<StreamThread>(*connection_, *stream_, subjects_, options_, trouble_);
  }

  const NatsOptions options_;
  const Subjects subjects_;
  Door& door_ = Door::make();
  Complaint complaint_{"the cluster's engine says that something went wrong"};
  Room room_;
  Trouble trouble_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<EngineThread> engine_thread_;
  std::unique_ptr<Tail> tail_;
  std::unique_ptr<StreamThread> stream_thread_;
};

Result<void> NatsLog::check(const NatsOptions& options) {
  if (auto checked = cluster::check(options); !checked) return checked;
  natsOptions* made = nullptr;
  if (natsOptions_Create(&made) != NATS_OK) return Unexpected{std::string("there is no memory for the options")};
  const OptionsPtr owner(made);
  return set_security(made, options);
}

Result<std::unique_ptr<NatsLog>> NatsLog::open(NatsOptions options) {
  if (auto checked = cluster::check(options); !checked) return Unexpected{checked.error()};
  auto works = Works::make(std::move(options));
  if (!works) return Unexpected{works.error()};
  return std::unique_ptr<NatsLog>(new NatsLog(std::move(*works)));
}

NatsLog::NatsLog(std::unique_ptr<Works> works) : works_(std::move(works)) {}
NatsLog::~NatsLog() = default;

void NatsLog::append(Subject subject, std::string bytes, std::function<void(const AppendAnswer&)> told) {
  works_->engine_thread().append(subject, std::move(bytes), std::move(told));
}

void NatsLog::tail(const From& from, LogReader& reader) { works_->tail().begin(from, reader); }

void NatsLog::find_start(std::function<void(Result<LogStart>)> told) {
  works_->stream_thread().find_start(std::move(told));
}

void NatsLog::trim(Subject subject, Sequence below) {
  Trimmed trimmed;
  switch (subject) {
    case Subject::events:
      trimmed.events = below;
      break;
    case Subject::commands:
      trimmed.commands = below;
      break;
    case Subject::checkpoints:
      trimmed.checkpoints = below;
      break;
  }
  works_->stream_thread().trim(trimmed, works_->tail().parts_may_go_below(trimmed.checkpoints));
}

void NatsLog::ask(const std::string& replica, std::string question, std::chrono::milliseconds patience,
                  std::function<void(std::optional<std::string>)> answered) {
  works_->engine_thread().ask(replica, std::move(question), patience, std::move(answered));
}

void NatsLog::answer_by(std::function<void(std::string question, Reply reply)> answer) {
  works_->engine_thread().answer_by(std::move(answer));
}

void NatsLog::call_out(std::string message) {
  works_->engine_thread().send(works_->subjects().here, std::move(message));
}

void NatsLog::hear_by(std::function<void(std::string_view message)> heard) {
  works_->engine_thread().hear_by(std::move(heard));
}

bool NatsLog::is_connected() const noexcept { return works_->connection().is_connected(); }

bool NatsLog::refuses() const noexcept { return works_->trouble().refuses(system_clock().steady()); }

EngineState NatsLog::engine_state() const {
  EngineNode::Known node = works_->stream_thread().node();
  return {.node = std::move(node.address),
          .version = std::move(node.version),
          .trouble = works_->trouble().words(system_clock().steady()),
          .tail_restarts = works_->tail().restarts()};
}

}  // namespace oneshot::cluster
