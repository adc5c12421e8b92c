#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/repair_wishes.hpp"
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
  if (name == "fail_conversion") return order_word::write_off;
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

/// The desk stops them at once, before the books have it.
std::optional<actors::pause_withdrawals> withdrawals_switched_by(const action& a) {
  if (a.name == "pause_withdrawals") return actors::pause_withdrawals{true, a.by, a.reason};
  if (a.name == "resume_withdrawals") return actors::pause_withdrawals{false, a.by, a.reason};
  return std::nullopt;
}

/// Who is asked, and in which words: the journal, the desk of withdrawals, or who asks the chains.
using wish =
    std::variant<journal_entry, actors::pause_withdrawals, actors::decide_withdrawal, repair_wish>;

wish without_target(wish w, const std::optional<std::string_view>& target) {
  if (target) throw bad_field("target", "this action has none");
  return w;
}

wish wish_of(const action& a, const body_fields& body, const actors::ethereum_port& ethereum) {
  const auto target = body.text("target");
  if (auto repair = read_repair(a.name, body, ethereum, {a.by, a.reason})) return *repair;
  allow_only(body, {});
  if (const auto work = switched_by(a)) return without_target(journal_entry{*work}, target);
  if (const auto desk = withdrawals_switched_by(a)) return without_target(*desk, target);
  const bool approves = a.name == "approve_withdrawal";
  const bool decides = approves || a.name == "refuse_withdrawal";
  const auto word = ordered_by(a.name);
  if (!word && !decides)
    throw bad_field("action",
                    "must be pause_ or resume_ and bets, deposits, conversions or withdrawals; "
                    "retry_, hold_, release_, settle_ or fail_conversion; look_again; "
                    "approve_ or refuse_withdrawal; resolve_bet; adopt_transfer; cancel_nonce; "
                    "or resync_wallet");
  if (!target)
    throw bad_field("target",
                    decides ? "must be the withdrawal's id" : "must be the conversion's id");
  if (decides)
    return actors::decide_withdrawal{read_id<withdrawal_id>("target", *target), approves, a.by,
                                     a.reason};
  order_conversion out;
  out.id = read_id<conversion_id>("target", *target);
  out.order.word = *word;
  out.order.by = a.by;
  out.order.reason = a.reason;
  out.order.at = a.at;
  return journal_entry{out};
}

problem refusal_of(const caf::error& e) {
  const auto code = actors::code_of(e);
  if (code == errc::invariant_violated)
    return protocol_problem(
        409, "order_refused",
        "the conversion is over, or its end is ordered already; an end wants it "
        "on hold, and nothing of it that may be mined yet");
  auto out = problem_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    out.detail = "the outcome is not known yet; ordering it again does no harm";
  return out;
}

template <class Answer>
void or_refuse_order(const caf::expected<Answer>& said) {
  if (!said) throw refusal_of(said.error());
}

/// The desk's word, or, when a transfer went out in between, the books' own.
void or_refuse_decision(const caf::expected<withdrawal>& said, bool approves) {
  if (said) return;
  const auto code = actors::code_of(said.error());
  if (code == errc::duplicate || code == errc::invariant_violated)
    throw protocol_problem(409, "order_refused",
                           approves ? "the withdrawal is over, or needs no approval"
                                    : "the withdrawal is on its way, or over");
  throw refusal_of(said.error());
}

/// In each wish's own words.
asking<actors::repair_answer> ask_repair(exchange& x, const repair_wish& w) {
  const auto repair = x.services().dir.handles.get<actors::repair_actor>();
  return std::visit([&](const auto& act) { return ask<actors::repair_answer>(x, repair, act); }, w);
}

/// What it did, or the refusal (thrown).
std::string or_refuse_repair(caf::expected<actors::repair_answer> said) {
  if (!said) throw refusal_of(said.error());
  switch (said->verdict) {
    case actors::repair_verdict::done: return std::move(said->words);
    case actors::repair_verdict::contradicted:
      throw protocol_problem(409, "chain_contradicts", std::move(said->words));
    case actors::repair_verdict::refused:
      throw protocol_problem(409, "order_refused", std::move(said->words));
    case actors::repair_verdict::unreadable:
      throw problem_of(errc::unavailable, std::move(said->words));
  }
  throw problem_of(errc::internal);
}

task<> carry_out(exchange& x, action wanted, wish w) {
  const auto& handles = x.services().dir.handles;
  const auto desk = handles.get<actors::withdrawal_desk_actor>();
  std::string done;
  if (const auto* entry = std::get_if<journal_entry>(&w)) {
    const actors::append order{*entry};
    or_refuse_order(co_await ask<committed>(x, handles.get<actors::journal_actor>(), order));
  } else if (const auto* pause = std::get_if<actors::pause_withdrawals>(&w)) {
    or_refuse_order(co_await ask<actors::withdrawals_view>(x, desk, *pause));
  } else if (const auto* decide = std::get_if<actors::decide_withdrawal>(&w)) {
    or_refuse_decision(co_await ask<withdrawal>(x, desk, *decide), decide->approve);
  } else {
    const auto& repair = std::get<repair_wish>(w);
    done = or_refuse_repair(co_await ask_repair(x, repair));
  }
  x.reply_json(to_text(object({
      {"action", wanted.name},
      {"target", text_or_null(wanted.target)},
      {"reason", wanted.reason},
      {"done_by", wanted.by},
      {"at", wanted.at},
      {"done", text_or_null(done)},
  })));
}

}  // namespace

/// Everything here may be repeated, so an Idempotency-Key is welcome and not needed. Who asked, for
/// what and why is noted in the same commit.
task<> post_operator_action(exchange& x) {
  const auto& key = require_scope(x, {scope::operate});
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body,
                         {"action", "target", "reason", "tx_hash", "log_index", "beyond_books",
                          "outcome", "shares", "spent", "fee", "account"}};
  action wanted;
  wanted.name = body.required("action");
  wanted.target = body.text("target").value_or("");
  wanted.reason = read_text("reason", body.required("reason"), longest_reason);
  wanted.by = key.id;
  wanted.at = x.services().now();
  auto asked_for = wish_of(wanted, body, x.services().ethereum);
  if (x.services().dir.users.draining()) throw problem_of(errc::shutting_down);
  return carry_out(x, std::move(wanted), std::move(asked_for));
}

}  // namespace headroom::http
