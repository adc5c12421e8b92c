#include "http/action_trials.hpp"

#include "actors/work_switches.hpp"
#include "http/asking.hpp"
#include "http/json_values.hpp"

namespace headroom::http {
namespace {

std::string paused_words(const std::string& by, const std::string& reason) {
  return "paused by " + by + ": " + reason;
}

action_outcome switched(const exchange& x, const wanted_action& wanted, const switch_work& w) {
  const auto work = std::string{to_string(w.work)};
  const auto& switches = x.services().dir.gauges.switches();
  const auto last = switches.last(w.work);
  action_outcome out{true};
  out.effect = w.paused ? "no new " + work + " are taken; what runs goes on to its end"
                        : "new " + work + " are taken again";
  out.before = switches.paused(w.work) ? paused_words(last.by, last.reason) : "taken";
  out.after = w.paused ? paused_words(wanted.by, wanted.reason) : "taken";
  return out;
}

action_outcome switched(const exchange& x, const wanted_action& wanted,
                        const actors::pause_withdrawals& w) {
  using word = actors::withdrawal_gauge::word;
  const auto now = x.services().dir.gauges.withdrawals().look();
  action_outcome out{true};
  out.effect = w.paused ? "no new withdrawal is taken, and what waits is not sent"
                        : "new withdrawals are taken again, and what waited is sent";
  out.before = now == word::paused ? "paused" : now == word::open ? "taken" : "not known yet";
  out.after = w.paused ? paused_words(wanted.by, wanted.reason) : "taken";
  return out;
}

/// Which books' word is asked for: the record with this id, for whoever acts on it.
template <class Record, class Id>
asking<Record> find(exchange& x, const Id& id) {
  return ask<Record>(x, x.services().dir.handles.public_query(), actors::get_atom::value, id);
}

std::string words_of(const conversion& c) {
  std::string out{to_string(c.status)};
  if (c.order.word != order_word::none)
    out += ", last order " + std::string{to_string(c.order.word)} + " by " + c.order.by;
  return out;
}

/// As the books decide (persistence/detail/repair_entries): an end wants it on hold.
void refuse_over(const conversion& c, order_word next) {
  const bool over = c.status != conversion_status::running || is_end(c.order.word);
  if (over || (is_end(next) && c.order.word != order_word::hold)) throw conversion_is_over();
}

action_outcome ordered(const conversion& c, order_word word) {
  refuse_over(c, word);
  action_outcome out{true};
  out.before = words_of(c);
  const auto amount = to_string(c.amount) + " USDC";
  switch (word) {
    case order_word::look:
      out.effect = "its route looks at once; nothing is sent";
      out.after = out.before;
      break;
    case order_word::retry:
      out.effect = "a step that is stuck is freed once, where its route can";
      out.after = "running";
      break;
    case order_word::hold:
      out.effect = "nothing of it is sent any more; what is in flight stays in flight";
      out.after = "running, on hold";
      break;
    case order_word::release:
      out.effect = "it goes on; failed attempts are counted anew";
      out.after = "running";
      break;
    case order_word::settle:
      out.effect = "the chains are asked for the transfer; it ends with what that brought";
      out.after = "completed";
      break;
    case order_word::write_off:
      out.effect = amount + " are booked as lost; its users keep their credit";
      out.after = "failed";
      break;
    case order_word::none: break;
  }
  return out;
}

action_outcome decided(const withdrawal& w, bool approves) {
  const bool waits = waits_for_approval(w);
  const bool refusable = w.status == withdrawal_status::requested && w.tx_hash.is_zero();
  if (approves ? !waits : !refusable) throw withdrawal_is_over(approves);
  action_outcome out{true};
  out.before = std::string{to_string(w.status)} + (waits ? ", waits for approval" : "");
  if (approves) {
    out.effect = to_string(paid_out(w)) + " USDC are sent to " + w.to.hex() + ", once";
    out.after = "requested, approved";
  } else {
    out.effect = to_string(w.amount) + " USDC are the user's again; nothing is sent";
    out.after = "failed";
  }
  return out;
}

action_outcome resolved(const bet& b, bool filled) {
  if (b.status != bet_status::placing)
    throw protocol_problem(409, "order_refused", "the bet is not open: it has an end");
  action_outcome out{true};
  out.before = to_string(b.status);
  out.after = filled ? "filled" : "failed";
  out.effect = "the exchange is asked first, and has the last word; as failed all " +
               to_string(b.amount) + " USDC go back";
  return out;
}

/// Those that the chains decide alone.
action_outcome by_chains(const repair_wish& w) {
  action_outcome out{true};
  if (std::holds_alternative<actors::adopt_arrival>(w))
    out.effect = "the chain is asked for the transfer; what it brought goes into the reserve";
  else if (std::holds_alternative<actors::cancel_nonce>(w))
    out.effect = "a transfer of nothing to ourselves takes the nonce, unless its own is mined";
  else
    out.effect = "what is not mined is sent again, byte by byte; open nonces are filled";
  return out;
}

task<action_outcome> try_repair(exchange& x, repair_wish w) {
  if (const auto* settle = std::get_if<actors::settle_conversion>(&w)) {
    const auto found = or_refuse(co_await find<conversion>(x, settle->id));
    co_return ordered(found, order_word::settle);
  }
  if (const auto* resolve = std::get_if<actors::resolve_bet>(&w)) {
    const auto found = or_refuse(co_await find<bet>(x, resolve->id));
    co_return resolved(found, resolve->filled);
  }
  co_return by_chains(w);
}

}  // namespace

problem conversion_is_over() {
  return protocol_problem(409, "order_refused",
                          "the conversion is over, or its end is ordered already; an end wants it "
                          "on hold, and nothing of it that may be mined yet");
}

problem withdrawal_is_over(bool approves) {
  return protocol_problem(409, "order_refused",
                          approves ? "the withdrawal is over, or needs no approval"
                                   : "the withdrawal is on its way, or over");
}

void answer_action(exchange& x, const wanted_action& wanted, const action_outcome& out) {
  x.reply_json(to_text(object({
      {"action", wanted.name},
      {"target", text_or_null(wanted.target)},
      {"reason", wanted.reason},
      {"done_by", wanted.by},
      {"at", wanted.at},
      {"dry_run", out.dry_run},
      {"effect", text_or_null(out.effect)},
      {"before", text_or_null(out.before)},
      {"after", text_or_null(out.after)},
      {"done", text_or_null(out.done)},
  })));
}

task<> try_action(exchange& x, wanted_action wanted, operator_wish w) {
  action_outcome out;
  if (const auto* entry = std::get_if<journal_entry>(&w)) {
    if (const auto* work = std::get_if<switch_work>(entry)) {
      out = switched(x, wanted, *work);
    } else {
      const auto& order = std::get<order_conversion>(*entry);
      const auto found = or_refuse(co_await find<conversion>(x, order.id));
      out = ordered(found, order.order.word);
    }
  } else if (const auto* pause = std::get_if<actors::pause_withdrawals>(&w)) {
    out = switched(x, wanted, *pause);
  } else if (const auto* decide = std::get_if<actors::decide_withdrawal>(&w)) {
    const auto found = or_refuse(co_await find<withdrawal>(x, decide->id));
    out = decided(found, decide->approve);
  } else {
    out = co_await try_repair(x, std::get<repair_wish>(w));
  }
  answer_action(x, wanted, out);
}

}  // namespace headroom::http
