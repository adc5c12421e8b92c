#pragma once

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/polymarket/resolution.hpp"

namespace headroom::test {

/// The events of one redeeming through an adapter: shares go there, are burned, and collateral
/// comes. Tokens 7 and 8.
struct redeem_logs {
  std::uint64_t yes = 0;
  std::uint64_t no = 0;
  std::uint64_t paid = 0;
  bool burns = true;
  address account{{0xac}};
  address adapter{{0xad}};
  chain::polymarket::contract_settings contracts{};

  [[nodiscard]] std::vector<chain::log_entry> all(const hash256& condition) const {
    using chain::keccak256;
    using chain::abi::encoder;
    using chain::abi::word_of;
    std::vector<chain::log_entry> out;
    const auto add = [&](const address& emitter, std::vector<hash256> topics, byte_vector data) {
      out.push_back({emitter, std::move(topics), std::move(data), {}, 1, out.size()});
    };
    const auto& ctf = contracts.conditional_tokens;
    encoder ids;
    ids.number(2).number(7).number(8);
    encoder amounts;
    amounts.number(2).number(yes).number(no);
    add(ctf,
        {keccak256("TransferBatch(address,address,address,uint256[],uint256[])"), word_of(adapter),
         word_of(account), word_of(adapter)},
        encoder{}.tuple(ids).tuple(amounts).done());
    for (const auto& [token, amount] : {std::pair{7U, yes}, std::pair{8U, no}})
      if (burns && amount > 0)
        add(ctf,
            {keccak256("TransferSingle(address,address,address,uint256,uint256)"),
             word_of(adapter),
             word_of(adapter),
             {}},
            encoder{}.number(token).number(amount).done());
    encoder sets;
    sets.number(2).number(1).number(2);
    add(ctf,
        {keccak256("PayoutRedemption(address,address,bytes32,bytes32,uint256[],uint256)"),
         word_of(adapter),
         word_of(contracts.usdc_e),
         {}},
        encoder{}.word(condition.view()).tuple(sets).number(paid).done());
    if (paid > 0)
      add(contracts.collateral,
          {keccak256("Transfer(address,address,uint256)"), {}, word_of(account)},
          encoder{}.number(paid).done());
    return out;
  }
};

}  // namespace headroom::test
