#pragma once

#include "chain/treasury/bridge_step.hpp"
#include "chain/treasury/cctp_settings.hpp"
#include "chain/treasury/paid_token.hpp"

namespace headroom::chain {

/// USDC on one chain, and on another.
struct cctp_pair {
  leg_chain from;
  leg_chain to;
  std::uint32_t from_domain = 0;
  std::uint32_t to_domain = 0;
  address token;        // burnt on `from`
  address far_token{};  // what the route needs to get on `to`
};

/// What the runs of one CCTP leg share.
struct cctp_desk {
  cctp_settings settings;
  cctp_pair pair;
  http_actor web;  // to Iris
  arrival_memory memory{};
  paid_token mints{};  // by the messenger over there
  /// Whose a message is, of those seen in this life: it is booked once.
  std::map<hash256, conversion_id> holders{};  // by nonce

  [[nodiscard]] std::string refusal() const { return mints.refusal("CCTP", pair.to.name); }
};

/// Asks the contracts over there what they mint for what is burnt here, once for all.
void learn_minted(actors::route_actor::pointer self, cctp_desk& desk,
                  std::function<void(bool known)> then);

/// Burnt by us, attested by Circle, received by our own outbox, or by whoever is faster: its event
/// is the proof. States in `detail`: burned, attested, received, final. cctp_run has the steps.
class cctp_leg final : public route_leg {
 public:
  cctp_leg(const cctp_settings& settings, cctp_pair pair, http_actor web);

  [[nodiscard]] std::string step() const override { return "bridge"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;
  void look_outside(std::function<void(std::string problem)> then) override;
  [[nodiscard]] std::string disabled() const override { return desk_.refusal(); }

 private:
  void quote_known(usdc amount, std::function<void(std::optional<leg_quote>)> then);

  cctp_desk desk_;
};

}  // namespace headroom::chain
