#pragma once

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <nlohmann/json.hpp>

#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "tests/chain/evm/outbox.hpp"

namespace headroom::test {

using nlohmann::json;

struct house_config : caf::actor_system_config {
  house_config();
};

/// Real actors on a real scheduler against the running sandbox, whose description is the JSON file
/// named by HEADROOM_SANDBOX. Only the books are in memory. Accounts are fresh per test.
class House : public testing::Test {
 public:
  House();
  ~House() override;

 protected:
  void SetUp() override;
  void TearDown() override;

  // -- the sandbox -------------------------------------------------------------------------------
  json rpc(const std::string& chain, const std::string& method, json params = json::array());
  json control(const std::string& path);
  json venue_control(const std::string& method, const std::string& name, const json& body = {});
  void mint(const std::string& chain, const std::string& token, const address& to, int dollars);
  std::shared_ptr<const chain::private_key> fresh_key();  // with native coin on both chains
  static chain::private_key fresh_poor_key();
  [[nodiscard]] static address at(const json& text);
  [[nodiscard]] std::int64_t balance(const std::string& chain, const address& token,
                                     const address& owner);

  // -- the house ---------------------------------------------------------------------------------
  chain::rpc_actor nodes(const std::string& chain);
  chain::http_actor web();
  [[nodiscard]] chain::wallet_settings wallet_settings_of(const std::string& chain) const;
  actors::wallet_actor start_wallet(const std::string& chain,
                                    std::shared_ptr<const chain::private_key> key,
                                    chain::wallet_settings settings);
  template <class H>
  H own(H h) {
    alive_.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  template <class R, class H, class... Ts>
  caf::expected<R> ask(const H& to, const Ts&... xs) {
    caf::scoped_actor self{sys};
    caf::expected<R> out{make_error(errc::internal)};
    self->request(to, std::chrono::seconds{40}, xs...)
        .receive([&](R& r) { out = std::move(r); }, [&](caf::error& e) { out = std::move(e); });
    return out;
  }
  caf::expected<actors::operation_report> report(const actors::wallet_actor& w,
                                                 const operation_id& id);
  caf::expected<actors::operation_report> send(const actors::wallet_actor& w,
                                               const actors::send_transaction& x);
  /// Polls until the operation is final.
  actors::operation_report settled(const actors::wallet_actor& w, const operation_id& id);
  static bool eventually(const std::function<bool()>& is_true,
                         std::chrono::seconds within = std::chrono::seconds{20});
  static operation_id operation(const std::string& name);

  json sandbox;
  house_config cfg;
  std::shared_ptr<net::http_client> http = std::make_shared<net::http_client>();
  actors::directory dir{100};
  outbox books;
  outbox_store store{books};
  outbox_reader reader{books};
  caf::actor_system sys{cfg};
  actors::world_ptr w;

 private:
  std::vector<caf::strong_actor_ptr> alive_;
  std::vector<actors::wallet_account> wallets_;
};

}  // namespace headroom::test
