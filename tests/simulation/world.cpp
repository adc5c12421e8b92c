#include "tests/simulation/world.hpp"

#include "chain/evm/keccak.hpp"

namespace headroom::test {
namespace {

chain::private_key key_named(const std::string& name) {
  return *chain::private_key::parse(chain::keccak256(name).hex());
}

struct account {
  chain::private_key key;
  address owner;
};

const account& account_of(std::size_t user) {
  static const auto all = [] {
    std::vector<account> out;
    for (std::size_t i = 0; i < user_count; ++i) {
      auto key = key_named("user " + std::to_string(i));
      const auto owner = key.address_of();
      out.push_back({std::move(key), owner});
    }
    return out;
  }();
  return all.at(user);
}

chain_double::rules plasma_rules() {
  chain_double::rules out;
  out.chain_id = plasma_id;
  out.token = plasma_usdt0();
  out.bridge = plasma_bridge();
  out.account = service_account();
  return out;
}

chain_double::rules polygon_rules() {
  chain_double::rules out;
  out.chain_id = polygon_id;
  out.token = polygon_usdc();
  out.account = service_account();
  out.block_ms = 2'000;
  out.refuses = refused_by_usdc;
  return out;
}

}  // namespace

const std::shared_ptr<const chain::private_key>& service_key() {
  static const auto key = std::make_shared<const chain::private_key>(key_named("service"));
  return key;
}

const address& service_account() {
  static const auto account = service_key()->address_of();
  return account;
}

const chain::private_key& user_key(std::size_t i) { return account_of(i).key; }
const address& user_at(std::size_t i) { return account_of(i).owner; }

address contract_at(std::uint8_t n) {
  address out;
  out.bytes[0] = 0xcc;
  out.bytes[19] = n;
  return out;
}

const chain::x402::terms& payment_terms() {
  static const auto terms = [] {
    chain::x402::terms out;
    out.chain_id = plasma_id;
    out.asset = plasma_usdt0();
    out.pay_to = service_account();
    out.resource = "http://127.0.0.1/deposit";
    return out;
  }();
  return terms;
}

/// Two ways from each source: the wallet's own bridge and "intent"; "relayed" and "far".
const std::vector<route_double::rules>& other_routes() {
  static const auto all = [] {
    std::vector<route_double::rules> out(3);
    out[0].info = {"intent", {"intent"}, 15, {plasma_id, plasma_usdt0()}};
    out[0].terms = {"intent", 60, 0, 40_usdc, 60_usdc};
    out[0].fee_bps = 14;
    out[1].info = {"relayed", {"burn", "receive"}, 20, base_money()};
    out[1].terms = {"relayed", 0, 0, {}, {}};
    out[1].fee_bps = 5;
    out[2].info = {"far", {"exchange"}, 10, base_money()};
    out[2].terms = {"far", 30, 0, {}, 45_usdc};
    out[2].fee_bps = 8;
    out[2].most = 40_usdc;
    return out;
  }();
  return all;
}

outside::outside(std::uint64_t seed)
    : rng{seed},
      plasma{plasma_rules(), {first_instant_us}, rng()},
      polygon{polygon_rules(), {first_instant_us}, rng()},
      plasma_nodes{plasma, payment_terms().token_domain(), rng()},
      polygon_nodes{polygon, {}, rng()} {
  books.rng.seed(rng());
  polygon.wrong.usurped = 40;
  for (const auto& law : other_routes()) routes.try_emplace(law.info.name, *this, law, rng());
}

}  // namespace headroom::test
