#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_reason = 500;

/// What was asked for, as it is noted and answered.
struct action {
  std::string name;
  std::string target;  // "" where there is none to name
  std::string reason;
  std::string by;
  timestamp at;
};

std::optional<order_word> ordered_by(std::string_view name) {
  if (name == "look_again") return order_word::look;
  if (name == "retry_conversion") return order_word::retry;
  if (name == "hold_conversion") return order_word::hold;
  if (name == "release_conversion") return order_word::release;
  return std::nullopt;
}

/// "pause_bets" and "resume_bets", for each kind of work.
std::optional<switch_work> switched_by(const action& a) {
  for (const auto work : all_pausable)
    for (const bool paused : {true, false})
      if (a.name == (paused ? "pause_" : "resume_") + std::string{to_string(work)})
        return switch_work{work, paused, a.by, a.reason, a.at};
  return std::nullopt;
}

journal_entry entry_of(const action& a, const std::optional<std::string_view>& target) {
  if (const auto work = switched_by(a)) {
    if (target) throw bad_field("target", "this action has none");
    return *work;
  }
  const auto word = ordered_by(a.name);
  if (!word)
    throw bad_field("action",
                    "must be pause_ or resume_ and bets, deposits, conversions or withdrawals; "
                    "retry_, hold_ or release_conversion; or look_again. A bet is resolved, and a "
                    "conversion settled or written off, at the terminal");
  if (!target) throw bad_field("target", "must be the conversion's id");
  order_conversion out;
  out.id = read_id<conversion_id>("target", *target);
  out.order.word = *word;
  out.order.by = a.by;
  out.order.reason = a.reason;
  out.order.at = a.at;
  return out;
}

problem refusal_of(const caf::error& e) {
  const auto code = actors::code_of(e);
  if (code == errc::invariant_violated)
    return protocol_problem(409, "order_refused",
                            "the conversion is over, or its end is ordered already");
  auto out = problem_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    out.detail = "the outcome is not known yet; ordering it again does no harm";
  return out;
}

}  // namespace

/// Everything here may be repeated, so an Idempotency-Key is welcome and not needed. Who asked, for
/// what and why is noted in the same commit.
task<> post_operator_action(exchange& x) {
  const auto& key = require_scope(x, {scope::operate});
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body, {"action", "target", "reason"}};
  action wanted;
  wanted.name = body.required("action");
  const auto target = body.text("target");
  wanted.target = target.value_or("");
  wanted.reason = read_text("reason", body.required("reason"), longest_reason);
  wanted.by = key.id;
  wanted.at = x.services().now();
  const auto entry = entry_of(wanted, target);
  auto& dir = x.services().dir;
  if (dir.users.draining()) throw problem_of(errc::shutting_down);
  const auto done =
      co_await ask<committed>(x, dir.handles.get<actors::journal_actor>(), actors::append{entry});
  if (!done) throw refusal_of(done.error());
  x.reply_json(to_text(object({
      {"action", wanted.name},
      {"target", text_or_null(wanted.target)},
      {"reason", wanted.reason},
      {"done_by", wanted.by},
      {"at", wanted.at},
  })));
}

}  // namespace headroom::http
