#include "repair.hpp"

#include <algorithm>
#include <cstdio>

#include "chain/treasury/arrival_reader.hpp"
#include "domain/step_parts.hpp"
#include "persistence/operator_orders.hpp"
#include "reconcile.hpp"

/// The house rule for a human's word: what arrived is what a final receipt shows, by two nodes
/// where there are two; one transfer explains one thing, and nothing is booked that is not there.
namespace headroom {
namespace {

using actors::repair_answer;
using actors::repair_verdict;

// -- what the chain shows --------------------------------------------------------------------

/// One transfer of USDC to our account; what is said instead.
struct found_transfer {
  transfer_place place;
  address from;
  usdc amount;
  std::optional<repair_answer> instead;
};

found_transfer no_transfer(repair_answer why) {
  found_transfer out;
  out.instead = std::move(why);
  return out;
}

chain::arrival_word ask(const config::settings& s, const hash256& tx,
                        std::span<const address> accounts) {
  const auto http = std::make_shared<net::http_client>();
  auto options = s.polygon.nodes;
  options.chain_id = s.polygon.chain_id;
  options.compare_heads = std::chrono::milliseconds{0};  // every node is asked by itself
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  auto out = chain::ask_arrival(nodes, static_cast<std::uint32_t>(s.polygon.rpc.size()),
                                s.polygon.finality, tx, s.route.usdc, accounts);
  http->stop();
  return out;
}

/// To any account of ours; what comes from one of them explains nothing.
found_transfer find_transfer(const config::settings& s, const own_keys& keys,
                             const actors::named_transfer& named) {
  const auto accounts = keys.accounts();
  const auto ours = keys.all_accounts();
  const auto word = ask(s, named.tx, accounts);
  if (!word.known) return no_transfer(unreadable("the chain cannot be read: " + word.problem));
  if (!word.succeeded) return no_transfer(contradicted("the transaction was reverted"));
  if (!word.final) return no_transfer(contradicted("its block is not final yet: wait"));
  std::optional<chain::arrival> chosen;
  for (const auto& x : word.arrivals) {
    if (named.has_log_index && x.log_index != named.log_index) continue;
    if (std::find(ours.begin(), ours.end(), x.from) != ours.end()) continue;
    if (chosen)
      return no_transfer(refused("it has several transfers to us: name one by its log index"));
    chosen = x;
  }
  if (!chosen)
    return no_transfer(contradicted(
        "it brought us no USDC on Polygon from anybody else; what came as another token, or on "
        "another chain, has no account in the books until it is USDC there"));
  return {{s.polygon.chain_id, named.tx, chosen->log_index}, chosen->from, chosen->amount, {}};
}

/// Bridges and swaps together keep less than a fiftieth, and give less than that on top. What is
/// above Across' limit comes in equal parts.
bool may_bring(const moving_money& x, usdc amount) {
  for (std::int64_t n = 1; n <= step_parts::most_parts_ever; ++n) {
    const usdc part{x.amount.micro / n};
    const usdc slack{mul_div_ceil(part.micro, 1, 50).value()};  // less than it: it fits
    if (amount >= sub_saturating(part, slack) && amount <= add_saturating(part, slack)) return true;
  }
  return false;
}

/// One part of what it moves may have come alone: settled by it, the rest would be lost in the
/// books while it still is where it was.
std::optional<repair_answer> why_not_whole(const config::settings& s, const conversion_id& id,
                                           usdc sum) {
  const auto row = persistence::find_conversion(s.store.conninfo, id);
  if (!row) return refused("no such conversion");
  const usdc slack{mul_div_ceil(row->amount.micro, 1, 50).value()};
  if (sum >= sub_saturating(row->amount, slack)) return std::nullopt;
  return contradicted("it brought " + to_string(sum) + " of " + to_string(row->amount) +
                      " USDC: name every transfer that brought a part of it. When no more will "
                      "come, and none of it waits to be sent, say that it is beyond the books");
}

/// What nothing explains, and what parts of `of` have brought.
usdc unbooked(const comparison& now, const conversion_id& of) {
  auto out = now.found.unexplained;
  for (const auto& x : now.moving)
    if (x.id == of && x.where == money_place::arrived) out = add_saturating(out, x.amount);
  return out;
}

/// What came may be in the books already, under a reference that does not name it: then nothing
/// more is there than the books explain. And it may be what a running conversion, another than
/// `of`, is about to book.
std::optional<repair_answer> why_booked_already(const config::settings& s, const own_keys& keys,
                                                std::span<const usdc> amounts,
                                                const conversion_id& of) {
  const auto now = compare_now(s, keys);
  if (!now) return unreadable("books and chains cannot be compared now");
  usdc amount;
  for (const auto& x : amounts) amount = add_saturating(amount, x);
  for (const auto& x : now->moving)
    for (const auto& one : amounts)
      if (x.id != of && x.where == money_place::under_way && may_bring(x, one))
        return contradicted("it may be what conversion " + x.id.text() +
                            " brings, which is under way: wait until it is over, or say that it is "
                            "beyond the books");
  const auto* found = &now->found;
  if (unbooked(*now, of) >= amount) return std::nullopt;
  auto why = "the transfer brought " + to_string(amount) + " USDC, and the books leave " +
             to_string(found->unexplained) +
             " on the chain unexplained: was it booked as a "
             "replenishment?";
  const std::pair<const char*, usdc> passing[] = {
      {"Bets of", found->at_venue},          {"Withdrawals on their way of", now->leaving},
      {"Open sales of", now->income.sales},  {"Payouts of", now->income.payouts},
      {"Deposits of", now->income.deposits},
  };
  std::string perhaps;
  for (const auto& [what, sum] : passing)
    if (sum.is_positive()) perhaps += std::string{" "} + what + " " + to_string(sum) + ".";
  if (!perhaps.empty()) why += perhaps + " It may be of these: ask again when they are over.";
  return contradicted(why + " To book it all the same say that it is beyond the books");
}

std::string why_refused(errc verdict, order_word word) {
  switch (verdict) {
    case errc::not_found: return "no such conversion";
    case errc::duplicate: return "the books explain this transfer otherwise already";
    case errc::invariant_violated:
      return is_end(word) ? "it is over, or not on hold, or a transaction of it may be mined yet"
                          : "it is over, or its end is ordered already";
    default: return "the books refuse it: " + std::string{to_string(verdict)};
  }
}

/// "the transfer", or all of them, from whom.
std::string words_of(std::span<const found_transfer> all, usdc sum) {
  auto out = to_string(sum) + " USDC from " + all.front().from.hex();
  if (all.size() > 1) out += " and " + std::to_string(all.size() - 1) + " more";
  return out;
}

template <class Request>
actors::named_transfer named_by(const Request& asked) {
  return {asked.tx, asked.log_index.has_value(), asked.log_index.value_or(0), asked.beyond_books};
}

/// By the books alone. `others`: of an order to settle, beside its proof.
repair_answer give_order(const config::settings& s, const order_conversion& order,
                         std::span<const persistence::settling_transfer> others = {}) {
  const auto word = order.order.word;
  const auto verdict = persistence::book_settlement(s.store.conninfo, order, others);
  if (verdict != errc::none) return refused(why_refused(verdict, word));
  return done("ordered: " + std::string{to_string(word)});
}

// -- conversions -----------------------------------------------------------------------------

void print_transaction(const chain_operation& t) {
  std::printf("    %s nonce %llu attempt %u %s %s%s%s\n", t.purpose.c_str(),
              static_cast<unsigned long long>(t.nonce), t.attempt, t.tx_hash.hex().c_str(),
              std::string{to_string(t.status)}.c_str(),
              t.block_number > 0 ? (" block " + std::to_string(t.block_number)).c_str() : "",
              t.fee_wei.empty() ? "" : (" fee " + t.fee_wei + " wei").c_str());
}

void print(const conversion& c) {
  std::printf("conversion %s: %s, route %s, amount %s, received %s, loss %s, opened %s\n",
              c.id.text().c_str(), std::string{to_string(c.status)}.c_str(), c.route.c_str(),
              to_string(c.amount).c_str(), to_string(c.received).c_str(), to_string(c.loss).c_str(),
              to_rfc3339(c.created_at).c_str());
  if (!c.failure.empty()) std::printf("failure: %s\n", c.failure.c_str());
  for (const auto& s : c.steps) {
    std::printf("  %s: %s, in %s, out %s, attempt %u%s%s\n", s.name.c_str(), s.state.c_str(),
                to_string(s.amount_in).c_str(), to_string(s.amount_out).c_str(), s.attempt,
                s.detail.empty() ? "" : ", ", s.detail.c_str());
    for (const auto& t : s.transactions) print_transaction(t);
  }
  if (c.order.number > 0)
    std::printf("order: %s by %s at %s: %s\n", std::string{to_string(c.order.word)}.c_str(),
                c.order.by.c_str(), to_rfc3339(c.order.at).c_str(), c.order.reason.c_str());
}

}  // namespace

repair_answer settle_by_transfer(const config::settings& s, const own_keys& keys,
                                 const actors::settle_conversion& x, timestamp now,
                                 const std::vector<actors::named_transfer>& others) {
  std::vector<found_transfer> found{find_transfer(s, keys, x.arrived_by)};
  for (const auto& one : others) found.push_back(find_transfer(s, keys, one));
  std::vector<usdc> amounts;
  usdc sum;
  for (const auto& one : found) {
    if (one.instead) return *one.instead;
    amounts.push_back(one.amount);
    sum = add_saturating(sum, one.amount);
  }
  if (!x.arrived_by.beyond_books) {
    if (auto why = why_not_whole(s, x.id, sum)) return *why;
    if (auto why = why_booked_already(s, keys, amounts, x.id)) return *why;
  }
  order_conversion order;
  order.id = x.id;
  order.order.word = order_word::settle;
  order.order.by = x.why.by;
  order.order.reason = x.why.reason;
  order.order.at = now;
  order.order.received = sum;
  order.order.proof = found.front().place;
  std::vector<persistence::settling_transfer> rest;
  for (std::size_t i = 1; i < found.size(); ++i) rest.push_back({found[i].place, found[i].amount});
  auto out = give_order(s, order, rest);
  if (out.verdict == repair_verdict::done) out.words += ", by " + words_of(found, sum);
  return out;
}

repair_answer adopt(const config::settings& s, const own_keys& keys, const actors::adopt_arrival& x,
                    timestamp now) {
  const auto found = find_transfer(s, keys, x.arrived_by);
  if (found.instead) return *found.instead;
  if (!x.arrived_by.beyond_books)
    if (auto why = why_booked_already(s, keys, {&found.amount, 1}, {})) return *why;
  const auto verdict = persistence::book_repair(
      s.store.conninfo,
      adopt_transfer{found.place, found.from, found.amount, x.why.by, x.why.reason, now});
  if (verdict != errc::none) return refused(why_refused(verdict, order_word::none));
  return done("adopted into the reserve: " + to_string(found.amount) + " USDC from " +
              found.from.hex());
}

repair_answer done(std::string words) { return {repair_verdict::done, std::move(words)}; }
repair_answer contradicted(std::string why) {
  return {repair_verdict::contradicted, std::move(why)};
}
repair_answer refused(std::string why) { return {repair_verdict::refused, std::move(why)}; }
repair_answer unreadable(std::string why) { return {repair_verdict::unreadable, std::move(why)}; }

int say(const repair_answer& a) {
  const bool good = a.verdict == repair_verdict::done;
  std::fprintf(good ? stdout : stderr, "%s%s\n", good ? "" : "headroom: ", a.words.c_str());
  return static_cast<int>(a.verdict);
}

int conversions_command(const config::settings& s, const config::conversions_request& asked,
                        timestamp now) {
  const auto row = persistence::find_conversion(s.store.conninfo, asked.id);
  if (!row) return say(refused("no such conversion"));
  if (asked.wanted == order_word::none) {
    print(*row);
    return 0;
  }
  if (asked.wanted == order_word::settle) {
    std::string error;
    const auto keys = read_accounts(s, error);
    if (!keys) return say(refused(error));
    std::vector<actors::named_transfer> others;
    for (const auto& x : asked.others)
      others.push_back({x.tx, x.log_index.has_value(), x.log_index.value_or(0)});
    return say(settle_by_transfer(s, *keys, {asked.id, named_by(asked), {asked.by, asked.reason}},
                                  now, others));
  }
  order_conversion order;
  order.id = asked.id;
  order.order.word = asked.wanted;
  order.order.by = asked.by;
  order.order.reason = asked.reason;
  order.order.at = now;
  return say(give_order(s, order));
}

int adopt_command(const config::settings& s, const config::adoption_request& asked, timestamp now) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return say(refused(error));
  return say(adopt(s, *keys, {named_by(asked), {asked.by, asked.reason}}, now));
}

}  // namespace headroom
