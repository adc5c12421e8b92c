#pragma once

#include <array>
#include <caf/expected.hpp>
#include <memory>
#include <optional>
#include <type_traits>

#include "actors/error.hpp"
#include "actors/log_limit.hpp"
#include "http/actor_bridge.hpp"
#include "http/caller_rates.hpp"
#include "http/coming_inflow.hpp"
#include "http/event_hub.hpp"
#include "http/event_stream.hpp"
#include "http/key_ring.hpp"
#include "http/message.hpp"
#include "http/openapi.hpp"
#include "http/own_site.hpp"
#include "http/problem.hpp"
#include "http/promised_bets.hpp"
#include "http/refusal_log.hpp"
#include "http/request_metrics.hpp"
#include "http/services.hpp"
#include "http/session_ring.hpp"
#include "http/sign_in_nonces.hpp"
#include "http/stream_places.hpp"
#include "http/task.hpp"
#include "http/trace_streams.hpp"

namespace headroom::http {

class router;
class web_pages;

/// What all exchanges of one server share.
struct front {
  const router& routes;
  http_services services;
  server_settings settings;
  bridge_handle bridge;
  key_ring keys;
  request_metrics metrics;
  promised_bets promised;
  openapi_document openapi;
  rate_table key_rates;
  rate_table signer_rates;
  rate_table session_rates;
  stream_places streams;
  actors::log_limit log;
  own_site site;
  std::shared_ptr<const web_pages> pages{};  // none when no folder is set
  event_hub hub{32'768};
  coming_inflow inflow{};
  session_ring sessions{};
  sign_in_nonces nonces{};
  rate_table beginning_rates{rate{1, 30}};  // sessions, delegations: of one user or key
  rate_bucket refusals{};                   // of strangers
  rate_bucket newcomers{};                  // likewise, of what they begin
  refusal_log refused{};
  trace_streams traces{};
};

/// What stands for the {..} of a route's pattern, in order.
struct path_values {
  static constexpr std::size_t most = 2;
  std::array<std::string_view, most> text;
};

/// One request and the way back to its asker. A route reads `asked`, maybe asks actors
/// (asking.hpp), and answers exactly once. Everything here except `post` happens on the
/// connection's own thread; an exchange is reused for the next request of its connection, `turn`
/// keeps late answers apart.
class exchange : public std::enable_shared_from_this<exchange> {
 public:
  /// `trusted`: its connection came through the operators' door.
  explicit exchange(front& shared, bool trusted = false) : shared_{shared}, trusted_{trusted} {}
  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;
  virtual ~exchange() = default;

  [[nodiscard]] const request& asked() const noexcept { return request_; }
  /// What stands for the first {..} of the route's pattern, or for a later one.
  [[nodiscard]] std::string_view id(std::size_t which = 0) const noexcept {
    return path_.text[which];
  }
  [[nodiscard]] front& shared() noexcept { return shared_; }
  [[nodiscard]] const own_site& site() const noexcept { return shared_.site; }
  [[nodiscard]] const sign_in_nonces& nonces() const noexcept { return shared_.nonces; }
  [[nodiscard]] const http_services& services() const noexcept { return shared_.services; }
  [[nodiscard]] bool trusted() const noexcept { return trusted_; }
  /// Ours, or the caller's when it sent a good one: in the answer and in every line logged here.
  [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }
  /// The owner of the key or the session that came with the request, once it was looked at
  /// (auth.hpp).
  [[nodiscard]] const principal* caller() const noexcept { return caller_; }
  [[nodiscard]] const server_settings& settings() const noexcept { return shared_.settings; }

  /// What this request will be answered with is the answer to an earlier one: the header
  /// Idempotent-Replayed says so.
  void mark_replayed() noexcept { replayed_ = true; }
  /// Answers; later answers to the same request are ignored.
  void reply(response answer);
  void reply_json(std::string body, unsigned status = 200);
  void refuse(const problem& p);
  /// Answers with a stream of events, which stays open after the route. Throws 429 when the caller
  /// has too many, 503 when all have, or when the service shuts down.
  [[nodiscard]] std::shared_ptr<event_stream> open_stream();

  /// Does `steps` until they have answered; forgets the rest of them then, when the connection
  /// serves another request, and with the exchange. Not from inside of steps: they co_await.
  void follow(task<> steps);

  /// The hot way to ask, with no more memory than the question (POST /bets): `ok(exchange&,
  /// Answer&)` or `fail(exchange&, const caf::error&)` runs here, with the deadline of the request.
  /// An empty handle fails with `unavailable` at once. Both may throw `problem`.
  template <class Answer, class Handle, class Ok, class Fail, class... Ts>
  void ask_or(const Handle& to, Ok ok, Fail fail, Ts&&... message);

  /// Gives what is asked from now on at most `longest`.
  void hurry(std::chrono::milliseconds longest) noexcept;

  /// Gives what is asked from now on `more`, although the request's own time may be over.
  void linger(std::chrono::milliseconds more) noexcept;

  /// Runs `step` and turns what it throws into an answer.
  template <class Step>
  void guarded(Step step);

  [[nodiscard]] std::uint64_t turn() const noexcept { return turn_; }
  /// True while the request of that turn waits for its answer.
  [[nodiscard]] bool owes(std::uint64_t turn) const noexcept { return turn == turn_ && !answered_; }
  /// Hands `q` to the connection's thread. Any thread.
  virtual void post(std::unique_ptr<question> q) = 0;

  // -- for asking.hpp -----------------------------------------------------------------------------

  /// Puts a question, with the deadline of the request.
  template <class Handle, class... Ts>
  void put(const Handle& to, std::unique_ptr<question> q, Ts&&... message) {
    shared_.bridge->ask(to, deadline_, std::move(q), std::forward<Ts>(message)...);
  }
  /// What the steps waited for is here.
  void go_on(std::coroutine_handle<> waiter);

  // -- for auth.cpp -----------------------------------------------------------------------------

  /// The last key that was checked on this connection.
  struct key_memo {
    std::uint64_t generation = 0;
    std::string text;
    principal owner;
    std::shared_ptr<rate_bucket> bucket;
  };
  key_memo last_key;
  /// The session that this request came with.
  struct session_memo {
    signed_session row;
    principal owner;
    std::uint64_t sessions = 0;  // generations in which both are so
    std::uint64_t keys = 0;
  };
  session_memo last_session;
  /// The request comes from this owner of a key or a session, who lives as long as its memo.
  void called_by(const principal& owner) noexcept { caller_ = &owner; }
  /// What this request does is an operator's act: who did it is logged with the answer.
  void is_operators_act() noexcept { operators_act_ = true; }

  // -- for router.cpp -----------------------------------------------------------------------------

  /// `for_pages`: the answer may be read by pages of other origins (cors.hpp).
  void enter_route(std::size_t route, const path_values& path, bool for_pages) noexcept {
    route_ = route;
    path_ = path;
    for_pages_ = for_pages;
  }
  [[nodiscard]] std::size_t route() const noexcept { return route_; }

 protected:
  /// A new request begins; its deadline bounds what is asked of actors.
  void begin(const request& r, actor_bridge::clock::time_point deadline);
  /// Writes the answer.
  virtual void send(response&& answer) = 0;
  /// Writes the head of a stream and goes on with what is pushed into it. May throw `problem`.
  virtual std::shared_ptr<event_stream> begin_stream(response&& head,
                                                     stream_places::place place) = 0;

 private:
  template <class Answer, class Ok, class Fail>
  class asked_question;
  void broken(const char* what);
  void forget_done_steps();
  [[nodiscard]] stream_places::caller listener() const;
  void add_usual_headers(response& answer) const;
  void log_refusal(const problem& p);
  void note_refusal(const problem& p);
  void log_failure(std::string_view event, std::string_view code, std::string_view detail);

  front& shared_;
  const bool trusted_;
  request request_;
  std::string request_id_;
  const principal* caller_ = nullptr;
  bool for_pages_ = true;
  bool operators_act_ = false;
  path_values path_;
  std::size_t route_ = 0;
  std::uint64_t turn_ = 0;
  bool answered_ = true;
  bool replayed_ = false;
  actor_bridge::clock::time_point deadline_;
  task<> steps_;
};

/// What an actor said, as one of the two things it can be.
template <class Answer>
[[nodiscard]] caf::expected<Answer> answer_in(const caf::type_erased_tuple& said) {
  if (said.match_elements<Answer>()) return said.get_as<Answer>(0);
  if (said.match_elements<caf::error>()) return said.get_as<caf::error>(0);
  return make_error(errc::internal, "unexpected answer");
}

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
    said_.emplace(answer_in<Answer>(said));
    auto* const home = home_.get();  // `self` owns this object and lives on in the posted work
    home->post(std::move(self));
  }

  void run() override {
    if (!home_->owes(turn_)) return;
    auto& said = *said_;
    home_->guarded([&] { said ? ok_(*home_, *said) : fail_(*home_, said.error()); });
  }

 private:
  std::shared_ptr<exchange> home_;
  std::uint64_t turn_;
  Ok ok_;
  Fail fail_;
  std::optional<caf::expected<Answer>> said_;
};

template <class Answer, class Handle, class Ok, class Fail, class... Ts>
void exchange::ask_or(const Handle& to, Ok ok, Fail fail, Ts&&... message) {
  if (!to) return fail(*this, make_error(errc::unavailable));
  put(to, std::make_unique<asked_question<Answer, Ok, Fail>>(*this, std::move(ok), std::move(fail)),
      std::forward<Ts>(message)...);
}

}  // namespace headroom::http
