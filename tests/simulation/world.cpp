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
  out.block_ms = 2'000;
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

outside::outside(std::uint64_t seed)
    : rng{seed},
      plasma{plasma_rules(), {first_instant_us}, rng()},
      polygon{polygon_rules(), {first_instant_us}, rng()},
      plasma_nodes{plasma, payment_terms().token_domain(), rng()},
      polygon_nodes{polygon, {}, rng()} {
  books.rng.seed(rng());
}

}  // namespace headroom::test
