#include "http/action_trials.hpp"
#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t longest_reason = 500;

problem refusal_of(const caf::error& e) {
  const auto code = actors::code_of(e);
  if (code == errc::invariant_violated) return conversion_is_over();
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
    throw withdrawal_is_over(approves);
  throw refusal_of(said.error());
}

bool is_dry_run(const query_fields& query) {
  const auto said = query.text("dry_run").value_or("false");
  if (said != "true" && said != "false") throw bad_field("dry_run", "must be true or false");
  return said == "true";
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

task<> carry_out(exchange& x, wanted_action wanted, operator_wish w) {
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
  answer_action(x, wanted, {.done = std::move(done)});
}

}  // namespace

/// Everything here may be repeated, so an Idempotency-Key is welcome and not needed. Who asked, for
/// what and why is noted in the same commit. A dry run asks for what stands in the books, and
/// nobody to do anything.
task<> post_operator_action(exchange& x) {
  const auto& key = require_scope(x, {scope::operate});
  const query_fields query{x.asked().query, {"dry_run"}};
  const bool dry_run = is_dry_run(query);
  const body_fields body{x.asked().body,
                         {"action", "target", "reason", "tx_hash", "log_index", "beyond_books",
                          "outcome", "shares", "spent", "fee", "account"}};
  wanted_action wanted;
  wanted.name = body.required("action");
  wanted.target = body.text("target").value_or("");
  wanted.reason = read_text("reason", body.required("reason"), longest_reason);
  wanted.by = key.id;
  wanted.at = x.services().now();
  auto asked_for = read_wish(wanted, body, x.services().ethereum);
  if (dry_run) return try_action(x, std::move(wanted), std::move(asked_for));
  if (x.services().dir.users.draining()) throw problem_of(errc::shutting_down);
  return carry_out(x, std::move(wanted), std::move(asked_for));
}

}  // namespace headroom::http
