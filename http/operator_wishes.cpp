#include "http/operator_wishes.hpp"

#include "http/problem.hpp"

namespace headroom::http {
namespace {

std::optional<order_word> ordered_by(std::string_view name) {
  if (name == "look_again") return order_word::look;
  if (name == "retry_conversion") return order_word::retry;
  if (name == "hold_conversion") return order_word::hold;
  if (name == "release_conversion") return order_word::release;
  if (name == "fail_conversion") return order_word::write_off;
  return std::nullopt;
}

/// "pause_bets" and "resume_bets", for each kind of work.
std::optional<switch_work> switched_by(const wanted_action& a) {
  for (const auto work : all_pausable)
    for (const bool paused : {true, false})
      if (a.name == (paused ? "pause_" : "resume_") + std::string{to_string(work)})
        return switch_work{work, paused, a.by, a.reason, a.at};
  return std::nullopt;
}

/// The desk stops them at once, before the books have it.
std::optional<actors::pause_withdrawals> withdrawals_switched_by(const wanted_action& a) {
  if (a.name == "pause_withdrawals") return actors::pause_withdrawals{true, a.by, a.reason};
  if (a.name == "resume_withdrawals") return actors::pause_withdrawals{false, a.by, a.reason};
  return std::nullopt;
}

operator_wish without_target(operator_wish w, const std::optional<std::string_view>& target) {
  if (target) throw bad_field("target", "this action has none");
  return w;
}

}  // namespace

operator_wish read_wish(const wanted_action& a, const body_fields& body,
                        const actors::ethereum_port& ethereum) {
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

}  // namespace headroom::http
