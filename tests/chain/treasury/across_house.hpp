#pragma once

#include "chain/treasury/route_plans.hpp"
#include "tests/chain/treasury/bridge_house.hpp"

namespace headroom::test {

namespace across = chain::across;

/// The Across leg between two chains in memory, with its API, relayers and bundles by hand.
struct AcrossHouse : BridgeHouse {
  chain::across_settings settings;
  chain::across_pair pair;
  chain::http_actor api;
  json offer;  // what the API answers
  unsigned status = 200;

  AcrossHouse() {
    pair.from = {"Plasma", 9745, account(5), {2, final_by::confirmations}, {}, nodes(from)};
    pair.to = {"Polygon", 137, account(5), {2, final_by::confirmations}, {}, nodes(to)};
    pair.spoke_pool = account(10);
    pair.destination_spoke_pool = account(11);
    pair.input_token = account(1);
    pair.input_name = "USDT0";
    pair.output_token = account(2);
    settings.output_tokens = {account(2).hex()};
    settings.integrator_id = "0x00d1";
    add_wallet(pair.from.account());
    add_wallet(pair.to.account());
    from.node.add_blocks(10);
    to.node.add_blocks(10);
    from.answer(pair.input_token, chain::balance_of_call(account(5)), word(1'000'000'000));
    from.answer(pair.input_token, chain::allowance_call(account(5), account(10)), word(UINT64_MAX));
    status_is(0);
    api = web();
    offer = {{"outputAmount", "99950000"},
             {"timestamp", std::to_string(from.time() - 1)},
             {"fillDeadline", std::to_string(to.time() + 7'200)},
             {"exclusiveRelayer", address{}.hex()},
             {"exclusivityDeadline", 0},
             {"spokePoolAddress", account(10).hex()},
             {"destinationSpokePoolAddress", account(11).hex()},
             {"estimatedFillTimeSec", 10},
             {"isAmountTooLow", false},
             {"totalRelayFee", {{"pct", "500000000000000"}, {"total", "50000"}}},
             {"limits",
              {{"minDeposit", "100000"},
               {"maxDeposit", "1000000000000"},
               {"maxDepositInstant", "25000000000"}}},
             {"outputToken", {{"address", account(2).hex()}}}};
    web_says = [this](const net::http_request&) { return http(status, offer); };
    plan = [this] {
      chain::route_plan p;
      p.name = "across_direct";
      p.legs.push_back(
          std::make_shared<chain::across_leg>(settings, pair, chain::across_door{api, "a key"}));
      return p;
    };
    restart();
  }

  void status_is(std::uint64_t s) { to.answer(account(11), across::fill_status_call({}), word(s)); }
  static hash256 in_word(const address& a) { return chain::abi::word_of(a); }
  static hash256 in_word(std::uint64_t n) {
    hash256 out;
    out.bytes = uint256::of(n).bytes;
    return out;
  }
  [[nodiscard]] static std::uint64_t word_of(const actors::send_transaction& x, std::size_t i) {
    return chain::abi::reader{byte_view{x.call.data}.subspan(4)}.number(i).value_or(0);
  }
  [[nodiscard]] std::uint64_t sent_word(std::size_t i) const { return word_of(sent.back(), i); }
  [[nodiscard]] std::uint64_t deadline() const { return sent_word(9); }

  /// The wallet's transaction is final and was the deposit with this id.
  void deposit_is_final(std::uint64_t id = 7) { is_final(sent.back(), id); }
  void is_final(const actors::send_transaction& x, std::uint64_t id) {
    const auto data = chain::abi::encoder{}
                          .account(pair.input_token)
                          .account(pair.output_token)
                          .number(word_of(x, 4))
                          .number(word_of(x, 5))
                          .number(word_of(x, 8))
                          .number(word_of(x, 9))
                          .number(0)
                          .account(account(5))
                          .account(address{})
                          .bytes({})
                          .done();
    const std::vector<hash256> topics{across::deposited_topic(), in_word(137), in_word(id),
                                      in_word(account(5))};
    auto& r = operations[x.id];
    r.state = operation_state::confirmed;
    r.block_number = from.head();
    r.logs = {{pair.spoke_pool, topics, data}};
    from.events.push_back({from.head(), pair.spoke_pool, topics, data, r.tx_hash});
    chain_operation row;
    row.id = x.id;
    row.account = account(5);
    row.tx_hash = r.tx_hash;
    row.status = operation_status::confirmed;
    books.put(row);
  }
  void send_deposit(std::uint64_t id = 7) {
    ASSERT_EQ(look().state, step_state::in_flight);
    ASSERT_EQ(sent.back().purpose, "across");
    deposit_is_final(id);
  }
  struct fill {
    std::uint64_t output = 99'950'000;  // as in the deposit
    std::uint64_t paid = 99'950'000;    // really
    std::uint64_t kind = 0;
    address recipient = account(5);
    std::uint64_t id = 7;
    std::uint64_t input = 100'000'000;
    std::uint64_t until = 0;  // 0: the newest deposit's
  };
  void fill_in_block(std::uint64_t block, const fill& f) {
    const auto data = chain::abi::encoder{}
                          .account(pair.input_token)
                          .account(pair.output_token)
                          .number(f.input)
                          .number(f.output)
                          .number(137)
                          .number(f.until == 0 ? deadline() : f.until)
                          .number(0)
                          .account(address{})
                          .account(account(5))
                          .account(account(5))
                          .number(0)
                          .account(f.recipient)
                          .number(0)
                          .number(f.paid)
                          .number(f.kind)
                          .done();
    to.events.push_back(
        {block,
         pair.destination_spoke_pool,
         {across::filled_topic(), in_word(9745), in_word(f.id), in_word(account(9))},
         data,
         chain::keccak256("fill " + std::to_string(to.events.size()))});
  }
  /// Past the deadline on both clocks, in a final block.
  void deadline_passes() {
    while (to.time() <= deadline() + 3) to.node.add_block();
    now = timestamp::of_seconds(static_cast<std::int64_t>(to.time()));
  }
  void refund_in_block(std::uint64_t block, std::uint64_t amount) {
    from.events.push_back({block,
                           pair.input_token,
                           {chain::transfer_topic(), in_word(pair.spoke_pool), in_word(account(5))},
                           word(amount),
                           chain::keccak256("refund " + std::to_string(amount))});
  }
};

}  // namespace headroom::test
