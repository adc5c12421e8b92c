#include "tests/simulation/people.hpp"

#include <nlohmann/json.hpp>

#include "chain/evm/eip55.hpp"
#include "chain/evm/keccak.hpp"
#include "net/base64.hpp"

namespace headroom::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t bet_count = 16;
constexpr std::size_t deposit_count = 6;
constexpr std::size_t payment_count = 3;
constexpr std::size_t inflow_count = 3;

const address& stranger() {
  static const auto out = contract_at(0xee);
  return out;
}

std::string header_of(const chain::eip3009::transfer& m, const chain::signature& sig, usdc amount,
                      std::uint8_t version) {
  using nlohmann::json;
  const auto& t = payment_terms();
  json all{{"x402Version", version},
           {"payload",
            {{"signature", sig.bytes().hex()},
             {"authorization",
              {{"from", m.from.hex()},
               {"to", m.to.hex()},
               {"value", m.value.decimal()},
               {"validAfter", m.valid_after.decimal()},
               {"validBefore", m.valid_before.decimal()},
               {"nonce", m.nonce.hex()}}}}}};
  if (version == 2) {
    all["resource"] = {{"url", t.resource}};
    all["accepted"] = {{"scheme", "exact"},
                       {"network", t.network()},
                       {"amount", std::to_string(amount.micro)},
                       {"asset", chain::checksummed(t.asset)},
                       {"payTo", chain::checksummed(t.pay_to)},
                       {"maxTimeoutSeconds", t.max_timeout_seconds},
                       {"extra", {{"name", t.token_name}, {"version", t.token_version}}}};
  } else {
    all["scheme"] = "exact";
    all["network"] = t.networks_v1.front();
  }
  return net::to_base64(all.dump());
}

timestamp within(std::mt19937_64& rng, std::int64_t micro) {
  return {first_instant_us + static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(micro))};
}

/// Paid and proven by others: not credited yet, and nobody asks. Half of them are there when the
/// schedule begins.
void add_proven_deposits(people& all, std::mt19937_64& rng) {
  for (std::size_t i = 0; i < deposit_count; ++i) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    d.user = user_at(i % user_count);
    d.payment.from = d.user;
    d.payment.nonce.bytes[0] = static_cast<std::uint8_t>(i + 1);
    const auto source = rng() % 3 == 0 ? base_money() : money_source{plasma_id, plasma_usdt0()};
    d.payment.chain_id = source.chain_id;
    d.payment.token = source.token;
    d.tx_hash.bytes[0] = static_cast<std::uint8_t>(i + 1);
    d.amount = usdc{static_cast<std::int64_t>(10'000'000 + rng() % 25'000'000)};
    d.status = deposit_status::pending;
    d.created_at = i % 2 == 0 ? timestamp{first_instant_us} : within(rng, 60'000'000);
    all.deposited[d.user] = add_saturating(all.deposited[d.user], d.amount);
    all.proven.push_back(d);
  }
}

void add_payers(people& all, outside& out, std::mt19937_64& rng) {
  for (std::size_t i = 0; i < payment_count; ++i) {
    payer p;
    p.user = rng() % user_count;
    p.amount = usdc{static_cast<std::int64_t>(2'000'000 + rng() % 8'000'000)};
    p.version = rng() % 2 == 0 ? 2 : 1;
    p.ask_again_at = within(rng, 20'000'000);
    if (rng() % 3 == 0) p.window = seconds{8 + rng() % 12};
    if (rng() % 3 == 0) {
      p.beside = static_cast<payer::deed>(1 + rng() % 3);
      p.beside_at = p.ask_again_at.plus(milliseconds{rng() % 15'000});
    }
    p.message.from = user_at(p.user);
    p.message.to = service_account();
    p.message.value = uint256::of(static_cast<std::uint64_t>(p.amount.micro));
    p.message.nonce = chain::keccak256("nonce " + std::to_string(rng()));
    out.plasma.grant(plasma_usdt0(), user_at(p.user), p.amount.micro);
    all.payers.push_back(std::move(p));
  }
}

void add_customers(people& all, std::mt19937_64& rng) {
  all.customers.resize(bet_count);
  for (std::size_t i = 0; i < bet_count; ++i) {
    auto& r = all.customers[i].request;
    r.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    r.user = user_at(rng() % user_count);
    r.amount = usdc{static_cast<std::int64_t>(4'100'000 + rng() % 4'000'000)};
    r.max_price = {500'000};
    if (i % 2 == 1) all.customers[i].ask_again_at = within(rng, 60'000'000);
    r.request_hash.bytes[0] = static_cast<std::uint8_t>(i + 1);
  }
}

void add_operator(people& all, std::mt19937_64& rng) {
  all.wishes.resize(inflow_count);
  for (std::size_t i = 0; i < inflow_count; ++i) {
    actors::replenish_buffer x;
    x.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    x.amount = usdc{static_cast<std::int64_t>(1'000'000 + rng() % 30'000'000)};
    x.reference = "wire";
    all.paid_in = add_saturating(all.paid_in, x.amount);
    all.wishes[i].request = x;
  }
  if (rng() % 2 == 0) {  // a cap: what does not fit waits in the reserve
    actors::buffer_limits cap;
    cap.set_max = cap.has_max = true;
    cap.max_size = usdc{static_cast<std::int64_t>(30'000'000 + rng() % 60'000'000)};
    all.wishes.push_back({cap, false, false, {}});
  }
  for (auto& x : all.wishes) x.ask_again_at = within(rng, 3'000'000);
}

}  // namespace

void payer::sign(timestamp now) {
  message.valid_after = uint256::of(static_cast<std::uint64_t>(now.seconds() - 600));
  message.valid_before = uint256::of(static_cast<std::uint64_t>(now.plus(window).seconds()));
  const auto digest = chain::eip3009::digest(payment_terms().token_domain(), message);
  header = header_of(message, user_key(user).sign(digest), amount, version);
}

void payer::act(chain_double& chain, timestamp now) {
  if (beside == deed::none || beside_done || now < beside_at || !is_signed()) return;
  beside_done = true;
  chain_call x;
  x.hash = chain::keccak256("deed of " + message.nonce.hex());
  x.from = stranger();
  x.to = plasma_usdt0();
  switch (beside) {
    case deed::none: return;
    case deed::submitted_by_a_stranger:
      x.data = chain::eip3009::transfer_call(message, chain::signature{});
      break;
    case deed::cancelled: x.data = cancel_call(message.from, message.nonce); break;
    case deed::money_spent:
      x.from = message.from;
      x.data = transfer_call(stranger(), amount.micro);
      break;
  }
  chain.submit(std::move(x));
}

payment_fate payer::fate(const chain_double& chain) const {
  if (!is_signed()) return payment_fate::open;
  const auto last = chain.final_block();
  const auto& known = last->ledger->authorizations;
  if (const auto i = known.find({message.from, message.nonce}); i != known.end())
    return i->second ? payment_fate::paid : payment_fate::never;
  const auto ends = static_cast<std::int64_t>(*message.valid_before.to_u64());
  return last->time >= ends ? payment_fate::never : payment_fate::open;
}

void payer::hear(const deposit& d, const chain_double& chain, timestamp ask_again) {
  asked = false;
  answer = d;
  answered = d.status != deposit_status::settling;
  told_too_early = answered && fate(chain) == payment_fate::open;
  ask_again_at = ask_again;
}

void payer::hear_refusal(const chain_double& chain, timestamp ask_again) {
  asked = false;
  answered = fate(chain) == payment_fate::never;
  ask_again_at = ask_again;
}

void people::bring_deposits(outside& out, timestamp now) {
  std::erase_if(proven, [&](const deposit& d) {
    if (now < d.created_at) return false;
    if (d.payment.chain_id == plasma_id) {
      out.plasma.grant(plasma_usdt0(), service_account(), d.amount.micro);
    } else {
      out.base_holds = add_saturating(out.base_holds, d.amount);
    }
    out.books.deposits.emplace(d.id, d);
    return true;
  });
}

void people::forget_questions() {
  for (auto& x : customers) x.asked = false;
  for (auto& x : wishes) x.asked = false;
  for (auto& x : payers) x.asked = false;
  for (auto& x : takers) x.asked = false;
  desk.pause.asked = desk.deciding = desk.ordering = false;
}

people invite(outside& out, std::mt19937_64& rng) {
  people all;
  all.opening = rng() % 3 == 0 ? 9_usdc : 90_usdc;  // sometimes the buffer is the limit
  out.books.buffer.balance = all.opening;
  out.books.buffer.version = 1;
  out.books.buffer.min_size = 20_usdc;
  out.books.capital = all.opening;
  out.polygon.grant(polygon_usdc(), service_account(), all.opening.micro);
  add_proven_deposits(all, rng);
  all.bring_deposits(out, {first_instant_us});
  add_payers(all, out, rng);
  add_customers(all, rng);
  add_operator(all, rng);
  add_takers(all.takers, rng);
  add_desk(all.desk, rng);
  out.polygon.grant(polygon_usdc(), service_account(), all.paid_in.micro);
  return all;
}

}  // namespace headroom::test
