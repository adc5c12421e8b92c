#include "repair.hpp"

#include <algorithm>
#include <cstdio>

#include "app_keys.hpp"
#include "chain/treasury/arrival_reader.hpp"
#include "persistence/operator_orders.hpp"

/// The house rule for a human's word: what arrived is what a final receipt shows, by two nodes
/// where there are two, and one transfer explains one thing.
namespace headroom {
namespace {

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "headroom: %s\n", why.c_str());
  return code;
}

// -- what the chain shows --------------------------------------------------------------------

/// One transfer of USDC to our account; the code of an exit and its words instead.
struct found_transfer {
  transfer_place place;
  address from;
  usdc amount;
  int code = 0;
  std::string why;
};

found_transfer no_transfer(int code, std::string why) {
  found_transfer out;
  out.code = code;
  out.why = std::move(why);
  return out;
}

chain::arrival_word ask(const config::settings& s, const hash256& tx, const address& account) {
  const auto http = std::make_shared<net::http_client>();
  auto options = s.polygon.nodes;
  options.chain_id = s.polygon.chain_id;
  options.compare_heads = std::chrono::milliseconds{0};  // every node is asked by itself
  const chain::json_rpc nodes{http, s.polygon.rpc, options};
  auto out = chain::ask_arrival(nodes, static_cast<std::uint32_t>(s.polygon.rpc.size()),
                                s.polygon.finality, tx, s.route.usdc, account);
  http->stop();
  return out;
}

/// To any account of ours; what comes from one of them explains nothing.
found_transfer find_transfer(const config::settings& s, const hash256& tx,
                             const std::optional<std::uint64_t>& log_index) {
  std::string error;
  const auto keys = read_accounts(s, error);
  if (!keys) return no_transfer(2, error);
  const auto ours = keys->all_accounts();
  std::optional<chain::arrival> chosen;
  for (const auto& account : keys->accounts()) {
    const auto word = ask(s, tx, account);
    if (!word.known) return no_transfer(3, "the chain cannot be read: " + word.problem);
    if (!word.succeeded) return no_transfer(1, "the transaction was reverted");
    if (!word.final) return no_transfer(1, "its block is not final yet: wait");
    for (const auto& x : word.arrivals) {
      if (log_index && x.log_index != *log_index) continue;
      if (std::find(ours.begin(), ours.end(), x.from) != ours.end()) continue;
      if (chosen)
        return no_transfer(2, "it has several transfers to us: name one with --log-index");
      chosen = x;
    }
  }
  if (!chosen) return no_transfer(1, "it brought us no USDC from anybody else");
  return {{s.polygon.chain_id, tx, chosen->log_index}, chosen->from, chosen->amount, 0, {}};
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

}  // namespace

int conversions_command(const config::settings& s, const config::conversions_request& asked,
                        timestamp now) {
  const auto& database = s.store.conninfo;
  const auto row = persistence::find_conversion(database, asked.id);
  if (!row) return fail(2, "no such conversion");
  if (asked.wanted == order_word::none) {
    print(*row);
    return 0;
  }
  order_conversion order;
  order.id = asked.id;
  order.order.word = asked.wanted;
  order.order.by = asked.by;
  order.order.reason = asked.reason;
  order.order.at = now;
  if (asked.wanted == order_word::settle) {
    const auto found = find_transfer(s, asked.tx, asked.log_index);
    if (found.code != 0) return fail(found.code, found.why);
    order.order.received = found.amount;
    order.order.proof = found.place;
    std::printf("the chain shows %s USDC from %s\n", to_string(found.amount).c_str(),
                found.from.hex().c_str());
  }
  const auto verdict = persistence::book_repair(database, order);
  if (verdict != errc::none) return fail(2, why_refused(verdict, asked.wanted));
  std::printf("ordered: %s\n", std::string{to_string(asked.wanted)}.c_str());
  return 0;
}

int adopt_command(const config::settings& s, const config::adoption_request& asked, timestamp now) {
  const auto found = find_transfer(s, asked.tx, asked.log_index);
  if (found.code != 0) return fail(found.code, found.why);
  const auto verdict = persistence::book_repair(
      s.store.conninfo,
      adopt_transfer{found.place, found.from, found.amount, asked.by, asked.reason, now});
  if (verdict != errc::none) return fail(2, why_refused(verdict, order_word::none));
  std::printf("adopted into the reserve: %s USDC from %s\n", to_string(found.amount).c_str(),
              found.from.hex().c_str());
  return 0;
}

}  // namespace headroom
