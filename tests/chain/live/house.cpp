#include "tests/chain/live/house.hpp"

#include <cstdlib>
#include <fstream>
#include <future>
#include <random>

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::test {
namespace {

hash256 noise() {
  static std::random_device device;
  hash256 out;
  for (auto& b : out.bytes) b = static_cast<std::uint8_t>(device());
  return out;
}

timestamp wall_now() {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace

house_config::house_config() {
  set("scheduler.policy", caf::atom("sharing"));
  set("scheduler.max-threads", 2);
}

House::House() {
  actors::core_settings settings;
  settings.patience.append = std::chrono::seconds{5};
  w = std::make_shared<actors::world>(actors::world{dir, wall_now, noise, settings});
}

House::~House() = default;

void House::SetUp() {
  const char* file = std::getenv("HEADROOM_SANDBOX");
  ASSERT_NE(file, nullptr) << "HEADROOM_SANDBOX must name the sandbox's JSON file";
  std::ifstream in{file};
  ASSERT_TRUE(in) << "cannot read " << file;
  sandbox = json::parse(in);
  dir.handles.set(own(sys.spawn(actors::journal_behavior, w, &store)));
  dir.handles.set(own(sys.spawn(actors::query_behavior, &reader)));
}

void House::TearDown() {
  if (sandbox.is_object()) {
    for (const auto* chain : {"plasma", "polygon"})
      control(std::string{"/chain/"} + chain + "?mode=up");
    control("/oft?mode=auto&delay_ms=0");
    venue_control("DELETE", "faults");
  }
  for (auto& a : alive_) caf::anon_send_exit(a, caf::exit_reason::kill);
  alive_.clear();
  for (const auto& who : wallets_) dir.handles.set_wallet(who, {});
  dir.handles.set(actors::journal_actor{});
  dir.handles.set(actors::query_actor{});
  http->stop();
}

// -- the sandbox ---------------------------------------------------------------------------------

address House::at(const json& text) { return address::parse(text.get<std::string>()).value(); }

json House::rpc(const std::string& chain, const std::string& method, json params) {
  std::promise<chain::rpc_result> done;
  const chain::json_rpc client{http, {sandbox[chain]["direct_rpc"]}};
  client.call({method, std::move(params)},
              [&](chain::rpc_result r) { done.set_value(std::move(r)); });
  auto r = done.get_future().get();
  if (r.status != chain::rpc_status::ok) ADD_FAILURE() << method << ": " << r.error.message;
  return r.value;
}

namespace {
json post(net::http_client& http, std::string method, std::string url, std::string body) {
  std::promise<net::http_result> done;
  http.request({std::move(method), std::move(url), {{"Content-Type", "application/json"}}, body},
               std::chrono::seconds{10}, [&](net::http_result r) { done.set_value(std::move(r)); });
  const auto r = done.get_future().get();
  if (r.status != 200) ADD_FAILURE() << "control call: " << r.status << " " << r.error << r.body;
  return json::parse(r.body, nullptr, false);
}
}  // namespace

json House::control(const std::string& path) {
  return post(*http, "POST", sandbox["control_url"].get<std::string>() + path, {});
}

json House::venue_control(const std::string& method, const std::string& name, const json& body) {
  return post(*http, method, sandbox["venue"]["control_url"].get<std::string>() + "/" + name,
              body.is_null() ? std::string{} : body.dump());
}

void House::mint(const std::string& chain, const std::string& token, const address& to,
                 int dollars) {
  control("/mint?chain=" + chain + "&token=" + token + "&to=" + to.hex() +
          "&amount=" + std::to_string(dollars));
}

chain::private_key House::fresh_poor_key() { return *chain::private_key::parse(noise().hex()); }

std::shared_ptr<const chain::private_key> House::fresh_key() {
  auto key = std::make_shared<const chain::private_key>(fresh_poor_key());
  for (const auto* chain : {"plasma", "polygon"})
    rpc(chain, "anvil_setBalance", {key->address_of().hex(), "0xde0b6b3a7640000"});
  return key;
}

std::int64_t House::balance(const std::string& chain, const address& token, const address& owner) {
  const auto call = chain::eth::call({std::nullopt, token, chain::balance_of_call(owner), {}});
  const auto data = chain::eth::read_bytes(rpc(chain, call.method, call.params));
  return static_cast<std::int64_t>(*chain::abi::reader{*data}.number(0));
}

// -- the house -----------------------------------------------------------------------------------

chain::rpc_actor House::nodes(const std::string& chain) {
  chain::json_rpc_options options;
  options.timeout = std::chrono::seconds{2};
  options.rules.skip_after_failure = options.rules.skip_after_silence =
      std::chrono::milliseconds{50};
  return chain::make_rpc_actor(sys,
                               std::make_shared<const chain::json_rpc>(
                                   http, std::vector<std::string>{sandbox[chain]["rpc"]}, options));
}

chain::http_actor House::web() { return chain::make_http_actor(sys, http); }

chain::wallet_settings House::wallet_settings_of(const std::string& chain) const {
  chain::wallet_settings s;
  s.chain_id = sandbox[chain]["chain_id"].get<std::uint64_t>();
  s.finality = {1, final_by::either};
  s.poll_interval = std::chrono::milliseconds{50};
  return s;
}

actors::wallet_actor House::start_wallet(const std::string& chain,
                                         std::shared_ptr<const chain::private_key> key,
                                         chain::wallet_settings settings) {
  const actors::wallet_account who{settings.chain_id, key->address_of()};
  auto wallet = own(sys.spawn(chain::wallet_behavior, w, settings,
                              chain::transaction_signer{std::move(key)}, nodes(chain)));
  dir.handles.set_wallet(who, wallet);
  wallets_.push_back(who);
  EXPECT_TRUE(eventually([&] {
    const auto r = report(wallet, operation("no such"));
    return bool(r);
  }));
  return wallet;
}

caf::expected<actors::operation_report> House::report(const actors::wallet_actor& wallet,
                                                      const operation_id& id) {
  return ask<actors::operation_report>(wallet, actors::get_atom::value, id);
}

caf::expected<actors::operation_report> House::send(const actors::wallet_actor& wallet,
                                                    const actors::send_transaction& x) {
  return ask<actors::operation_report>(wallet, x);
}

actors::operation_report House::settled(const actors::wallet_actor& wallet,
                                        const operation_id& id) {
  actors::operation_report out;
  EXPECT_TRUE(eventually([&] {
    const auto r = report(wallet, id);
    if (r) out = *r;
    return r && out.state != operation_state::pending && out.state != operation_state::unsent;
  }));
  return out;
}

bool House::eventually(const std::function<bool()>& is_true, std::chrono::seconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  while (std::chrono::steady_clock::now() < end) {
    if (is_true()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{25});
  }
  return is_true();
}

operation_id House::operation(const std::string& name) {
  return operation_id::from_digest(chain::keccak256(name));
}

}  // namespace headroom::test
