#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include "actors/error.hpp"
#include "actors/log_limit.hpp"
#include "http/actor_bridge.hpp"
#include "http/caller_rates.hpp"
#include "http/key_ring.hpp"
#include "http/message.hpp"
#include "http/openapi.hpp"
#include "http/problem.hpp"
#include "http/promised_bets.hpp"
#include "http/request_metrics.hpp"
#include "http/services.hpp"

namespace headroom::http {

/// What all exchanges of one server share.
struct front {
  http_services services;
  server_settings settings;
  bridge_handle bridge;
  key_ring keys;
  request_metrics metrics;
  promised_bets promised;
  openapi_document openapi;
  rate_table key_rates;
  rate_table signer_rates;
  actors::log_limit log;
  rate_bucket refusals{};  // of strangers
};

/// One request and the way back to its asker. A route reads `asked`, maybe asks actors, and answers
/// exactly once. Everything here except `post` happens on the connection's own thread; an exchange
/// is reused for the next request of its connection, `turn` keeps late continuations apart.
class exchange : public std::enable_shared_from_this<exchange> {
 public:
  /// `trusted`: its connection came through the operators' door.
  explicit exchange(front& shared, bool trusted = false) : shared_{shared}, trusted_{trusted} {}
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  virtual ~exchange() = default;

  [[nodiscard]] const request& asked() const noexcept { return request_; }
  /// What stands for {id} in the route's pattern.
  [[nodiscard]] std::string_view id() const noexcept { return id_; }
  [[nodiscard]] front& shared() noexcept { return shared_; }
  [[nodiscard]] const http_services& services() const noexcept { return shared_.services; }
  [[nodiscard]] bool trusted() const noexcept { return trusted_; }
  /// Ours, or the caller's when it sent a good one: in the answer and in every line logged here.
  [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }
  /// The owner of the key that came with the request, once it was looked at (auth.hpp).
  [[nodiscard]] const principal* caller() const noexcept { return caller_; }
  [[nodiscard]] const server_settings& settings() const noexcept { return shared_.settings; }

  /// What this request will be answered with is the answer to an earlier one: the header
  /// Idempotent-Replayed says so.
  void mark_replayed() noexcept { replayed_ = true; }
  /// Answers; later answers to the same request are ignored.
  void reply(response answer);
  void reply_json(std::string body, unsigned status = 200);
  void refuse(const problem& p);

  /// Asks `to`; `ok(exchange&, Answer&)` or `fail(exchange&, const caf::error&)` runs here, with
  /// the deadline of the request. An empty handle fails with `unavailable` at once. Both may throw
  /// `problem`.
  template <class Answer, class Handle, class Ok, class Fail, class... Ts>
  void ask_or(const Handle& to, Ok ok, Fail fail, Ts&&... message);
  /// As ask_or; a failure is refused with its problem.
  template <class Answer, class Handle, class Ok, class... Ts>
  void ask(const Handle& to, Ok ok, Ts&&... message) {
    ask_or<Answer>(
        to, std::move(ok), [](exchange& x, const caf::error& e) { x.refuse(problem_of(e)); },
        std::forward<Ts>(message)...);
  }

  /// Gives what is asked from now on at most `longest`.
  void hurry(std::chrono::milliseconds longest) noexcept;

  /// Gives what is asked from now on `more`, although the request's own time may be over.
  void linger(std::chrono::milliseconds more) noexcept;

  /// Runs `step` and turns what it throws into an answer.
  template <class Step>
  void guarded(Step step);

  [[nodiscard]] std::uint64_t turn() const noexcept { return turn_; }
  [[nodiscard]] bool answered() const noexcept { return answered_; }
  /// Hands `q` to the connection's thread. Any thread.
  virtual void post(std::unique_ptr<question> q) = 0;

  // -- for auth.cpp -----------------------------------------------------------------------------

  /// The last key that was checked on this connection.
  struct key_memo {
    std::uint64_t generation = 0;
    std::string text;
    principal owner;
    std::shared_ptr<rate_bucket> bucket;
  };
  key_memo last_key;
  /// The request comes from this owner of a key, who lives as long as last_key.
  void called_by(const principal& owner) noexcept { caller_ = &owner; }
  /// What this request does is an operator's act: who did it is logged with the answer.
  void is_operators_act() noexcept { operators_act_ = true; }

  // -- for router.cpp -----------------------------------------------------------------------------

  /// `for_pages`: the answer may be read by pages of other origins (cors.hpp).
  void enter_route(std::size_t route, std::string_view id, bool for_pages) noexcept {
    route_ = route;
    id_ = id;
    for_pages_ = for_pages;
  }
  [[nodiscard]] std::size_t route() const noexcept { return route_; }

 protected:
  /// A new request begins; its deadline bounds what is asked of actors.
  void begin(const request& r, actor_bridge::clock::time_point deadline);
  /// Writes the answer.
  virtual void send(response&& answer) = 0;

 private:
  template <class Answer, class Ok, class Fail>
  class asked_question;
  void broken(const char* what);
  void log_refusal(const problem& p);
  void log_failure(std::string_view event, std::string_view code, std::string_view detail);

  front& shared_;
  const bool trusted_;
  request request_;
  std::string request_id_;
  const principal* caller_ = nullptr;
  bool for_pages_ = true;
  bool operators_act_ = false;
  std::string_view id_;
  std::size_t route_ = 0;
  std::uint64_t turn_ = 0;
  bool answered_ = true;
  bool replayed_ = false;
  actor_bridge::clock::time_point deadline_;
};

// -- implementation of the templates -------------------------------------------------------------

template <class Step>
void exchange::guarded(Step step) {
  try {
    step();
  } catch (const problem& p) {
    refuse(p);
  } catch (const std::exception& e) {
    broken(e.what());
  }
}

template <class Answer, class Ok, class Fail>
class exchange::asked_question final : public question {
 public:
  asked_question(exchange& home, Ok ok, Fail fail)
      : home_{home.shared_from_this()},
        turn_{home.turn()},
        ok_{std::move(ok)},
        fail_{std::move(fail)} {}

  void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) override {
    if (said.match_elements<Answer>()) {
      answer_.emplace(said.get_as<Answer>(0));
    } else if (said.match_elements<caf::error>()) {
      error_ = said.get_as<caf::error>(0);
    } else {
      error_ = make_error(errc::internal, "unexpected answer");
    }
    auto* const home = home_.get();  // `self` owns this object and lives on in the posted work
    home->post(std::move(self));
  }

  void run() override {
    if (home_->turn() != turn_ || home_->answered()) return;
    home_->guarded([this] { answer_ ? ok_(*home_, *answer_) : fail_(*home_, error_); });
  }

 private:
  std::shared_ptr<exchange> home_;
  std::uint64_t turn_;
  Ok ok_;
  Fail fail_;
  std::optional<Answer> answer_;
  caf::error error_;
};

template <class Answer, class Handle, class Ok, class Fail, class... Ts>
void exchange::ask_or(const Handle& to, Ok ok, Fail fail, Ts&&... message) {
  if (!to) return fail(*this, make_error(errc::unavailable));
  shared_.bridge->ask(
      to, deadline_,
      std::make_unique<asked_question<Answer, Ok, Fail>>(*this, std::move(ok), std::move(fail)),
      std::forward<Ts>(message)...);
}

}  // namespace headroom::http
