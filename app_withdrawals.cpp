#include "app_withdrawals.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <set>

#include "actors/withdrawal_desk.hpp"
#include "chain/treasury/cashier_actor.hpp"
#include "domain/text.hpp"

namespace headroom {
namespace {

using steady = std::chrono::steady_clock;

constexpr std::chrono::seconds look_again{5};

/// One address a line; `#` begins a comment. Nothing when a line is something else.
std::optional<std::set<address>> read_addresses(const std::string& path) {
  std::ifstream file{path};
  if (!file) return std::nullopt;
  std::set<address> out;
  for (std::string line; std::getline(file, line);) {
    const auto text = trimmed(std::string_view{line}.substr(0, line.find('#')));
    if (text.empty() || text == "\r") continue;
    const auto parsed = address::parse(text.substr(0, text.find('\r')));
    if (!parsed) return std::nullopt;
    out.insert(*parsed);
  }
  return out;
}

/// The operator's list. Any thread.
class refused_addresses {
 public:
  refused_addresses(std::set<address> listed, std::string path)
      : listed_{std::move(listed)}, path_{std::move(path)} {}

  [[nodiscard]] bool has(const address& a) {
    if (listed_.contains(a)) return true;
    if (path_.empty()) return false;
    const std::lock_guard lock{mutex_};
    read_if_changed();
    return !readable_ || of_the_file_.contains(a);
  }

 private:
  void read_if_changed() {
    const auto now = steady::now();
    if (readable_ && now < next_look_) return;
    next_look_ = now + look_again;
    struct stat info {};
    const bool there = ::stat(path_.c_str(), &info) == 0;
    const auto changed = std::pair{info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    if (there && readable_ && changed == read_at_) return;
    auto found = there ? read_addresses(path_) : std::nullopt;
    if (readable_ && !found)
      spdlog::error("withdrawals.refused_file_unreadable path={} every withdrawal is refused",
                    path_);
    readable_ = found.has_value();
    if (!found) return;
    read_at_ = changed;
    of_the_file_ = std::move(*found);
    spdlog::info("withdrawals.refused_file_read path={} addresses={}", path_, of_the_file_.size());
  }

  const std::set<address> listed_;
  const std::string path_;
  std::mutex mutex_;
  steady::time_point next_look_{};
  std::pair<std::int64_t, std::int64_t> read_at_{};
  bool readable_ = false;
  std::set<address> of_the_file_;
};

/// Money that is sent there is nobody's any more. Some are other chains': a wallet that shows the
/// address of the one shows it as the address of all.
std::set<address> contracts_of(const config::settings& s) {
  const auto& c = s.account.contracts;
  std::set<address> out{s.route.usdc,
                        s.plasma.usdt0,
                        s.polygon.usdt0,
                        s.base.usdc,
                        s.plasma.oft,
                        s.polygon.oft,
                        s.collateral,
                        s.route.router,
                        s.route.quoter,
                        s.venue.exchange,
                        s.venue.neg_risk_exchange,
                        c.collateral,
                        c.conditional_tokens,
                        c.collateral_adapter,
                        c.neg_risk_collateral_adapter,
                        c.neg_risk_adapter,
                        c.usdc_e,
                        c.onramp,
                        c.offramp,
                        c.wallet_factory,
                        c.wallet_beacon,
                        s.oneinch.router,
                        s.across.contracts.plasma,
                        s.across.contracts.polygon,
                        s.across.contracts.base,
                        s.cctp.plasma_usdc,
                        s.cctp.token_messenger,
                        s.cctp.message_transmitter,
                        s.relay.depository,
                        s.okx.deposit_address,
                        s.stargate.pool_plasma,
                        s.stargate.pool_polygon_usdt0,
                        s.stargate.pool_base,
                        s.stargate.pool_polygon_usdc};
  for (const auto& x : s.paid_sources()) {
    out.insert(x.token);
    out.insert(x.price_feed);
  }
  return out;
}

/// @param account  whose USDC is paid out.
chain::cashier_settings cashier_of(const config::settings& s, const address& account) {
  chain::cashier_settings out;
  out.chain_id = s.polygon.chain_id;
  out.usdc = s.route.usdc;
  out.account = account;
  out.finality = s.polygon.finality;
  return out;
}

}  // namespace

actors::address_screen screen_of(const config::settings& s, const own_keys& keys) {
  auto not_payable = contracts_of(s);
  const auto own = keys.all_accounts();
  not_payable.insert(own.begin(), own.end());
  not_payable.insert(address{});
  std::set<address> listed;
  for (const auto& text : s.core.withdrawal.refused)  // validate() has read them
    if (const auto parsed = address::parse(text)) listed.insert(*parsed);
  const auto refused =
      std::make_shared<refused_addresses>(std::move(listed), s.core.withdrawal.refused_file);
  return [not_payable = std::move(not_payable), refused](const address& to) {
    if (not_payable.contains(to)) return screening::not_payable;
    return refused->has(to) ? screening::refused : screening::clear;
  };
}

std::optional<chain::float_places> float_of(const config::settings& s, const own_keys& keys,
                                            const outside& out) {
  const auto& from = keys.conversion.account;
  const auto& to = keys.withdrawals.account;
  if (from == to || !s.withdrawal_float.target.is_positive()) return std::nullopt;
  chain::float_places at;
  at.chain = {"Polygon", s.polygon.chain_id, from, s.polygon.finality, {}, out.polygon};
  at.account = to;
  at.usdc = s.route.usdc;
  at.conversions_need_it = s.route.wrap;
  return at;
}

void add_withdrawals(household& house, const config::settings& s, const own_keys& keys,
                     const outside& out) {
  auto& sys = house.system();
  const auto w = house.world();
  house.add<actors::cashier_actor>("cashier", [&sys, &s, &out, &keys, w] {
    return sys.spawn(chain::cashier_behavior, w, cashier_of(s, keys.withdrawals.account),
                     out.polygon);
  });
  house.add<actors::withdrawal_desk_actor>(
      "withdrawals", [&sys, w] { return sys.spawn(actors::withdrawal_desk_behavior, w); });
  if (const auto at = float_of(s, keys, out))
    house.add_as<chain::withdrawal_float_actor>(
        "withdrawal_float",
        [&sys, &s, w, at = *at] {
          return sys.spawn(chain::withdrawal_float_behavior, w, s.withdrawal_float, at);
        },
        [](const chain::withdrawal_float_actor&) {});  // nobody asks it
}

}  // namespace headroom
