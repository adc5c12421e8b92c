#pragma once

#include "chain/treasury/bridge_step.hpp"
#include "chain/treasury/okx_api.hpp"
#include "chain/treasury/okx_settings.hpp"

namespace headroom::chain {

/// The route's name, as conversions store it, and the service's in the external outbox.
inline constexpr const char* okx_name = "okx";

/// USDT0 on one chain, USDC on another.
struct okx_pair {
  leg_chain from;
  leg_chain to;
  address usdt0;  // on `from`
  address usdc;   // on `to`
};

/// How OKX is asked.
struct okx_door {
  http_actor web;
  okx::credentials keys;
};

/// What the three legs of the route and their runs share.
struct okx_desk {
  okx_settings settings;
  okx_pair pair;
  okx_door door;

  /// Both legs' terms, by the last answer that had them.
  struct terms {
    okx::currency deposit;
    okx::currency withdrawal;
  };
  std::optional<terms> last_terms{};
  std::string disabled{};  // why nothing new is sent there; "": it is
  /// Requests without an answer that OKX did not know, since when: by operation.
  std::map<operation_id, caf::actor_clock::time_point> missing{};
  /// Requests that this life has begun to send, lately: two looks at once must not both send one.
  std::map<operation_id, caf::actor_clock::time_point> sending{};

  /// By the exchange's transaction: which conversions it has paid what, as far as this life knows.
  std::map<hash256, std::map<conversion_id, usdc>> payees{};

  [[nodiscard]] http_call get(timestamp now, const std::string& target) const;
  [[nodiscard]] http_call post(timestamp now, const std::string& target, std::string body) const;
  /// What every answer says of our key: an alert while it is not taken.
  void heard(const actors::world& w, const okx::answer& a) const;
  /// Reads the terms; false when they are not there.
  bool learn(const okx::answer& a);
};
using okx_desk_ptr = std::shared_ptr<okx_desk>;

/// USDT0 to the exchange, USDC for it there, USDC to our account on Polygon: one leg each, for what
/// one has done stays done when another fails. What goes to OKX is stored before it is sent, under
/// a client id that is sent once, ever; what became of it is looked up by that id. States in
/// `detail`: sent, credited (deposit); moved, ordered (trade); moved back, asked, sent, final
/// (withdraw). okx_run has the steps.
class okx_leg final : public route_leg {
 public:
  enum class part : std::uint8_t { deposit, trade, withdraw };

  okx_leg(okx_desk_ptr desk, part which) : desk_{std::move(desk)}, part_{which} {}

  [[nodiscard]] std::string step() const override;
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;
  void look_outside(std::function<void(std::string problem)> then) override;
  [[nodiscard]] std::string disabled() const override;

 private:
  void read_terms(std::function<void(bool)> then);
  void quote_deposit(usdc amount, std::function<void(std::optional<leg_quote>)> then);
  void quote_trade(usdc amount, std::function<void(std::optional<leg_quote>)> then);
  void quote_withdrawal(usdc amount, std::function<void(std::optional<leg_quote>)> then);

  okx_desk_ptr desk_;
  part part_;
};

}  // namespace headroom::chain
