#pragma once

#include <mutex>

#include "chain/treasury/oneinch.hpp"
#include "chain/treasury/oneinch_settings.hpp"
#include "chain/treasury/swap_venue.hpp"
#include "net/rate_limit.hpp"

namespace headroom::chain {

/// How 1inch is asked: one for all routes, which share its limit. Thread-safe.
class oneinch_door {
 public:
  using time_point = net::rate_limit::time_point;

  /// @param key  its API key.
  oneinch_door(oneinch_settings settings, http_actor web, std::string key);

  [[nodiscard]] const oneinch_settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const http_actor& web() const noexcept { return web_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  /// Whether it may be asked now; a yes is used up.
  [[nodiscard]] bool may_ask(time_point now);
  /// It said 429: nobody asks for so long.
  void rest(time_point now, std::chrono::seconds time);

 private:
  const oneinch_settings settings_;
  const http_actor web_;
  const std::string key_;
  std::mutex mutex_;
  net::rate_limit turns_;
};

/// 1inch's best path. What it offers counts when its calldata says exactly what was asked for; else
/// it is an alert (`route.unsafe_calldata`), and no offer. Its router has no deadline: a swap that
/// is mined late is held to its minimum alone.
class oneinch_venue final : public swap_venue {
 public:
  static constexpr std::string_view unsafe_alert = "route.unsafe_calldata";

  /// @param slippage_bps  the swap leg's own.
  oneinch_venue(std::shared_ptr<oneinch_door> door, std::uint32_t slippage_bps);

  [[nodiscard]] std::string name() const override { return "1inch"; }
  [[nodiscard]] address router() const override { return door_->settings().router; }
  void quote(const leg_house& house, const swap_order& order,
             std::function<void(swap_offer)> then) override;
  /// Of the answer that the offer was made of, while it is young; else of a new one.
  void prepare(const leg_house& house, const swap_order& order, std::uint64_t least,
               std::uint64_t deadline, std::function<void(prepared_swap)> then) override;

 private:
  struct kept_answer {
    oneinch::swap_terms terms;
    oneinch::checked_swap swap;
    oneinch_door::time_point until;
  };

  [[nodiscard]] oneinch::swap_terms terms_of(const swap_order& order) const;
  [[nodiscard]] const kept_answer* kept(const oneinch::swap_terms& t,
                                        oneinch_door::time_point now) const;
  void ask(const leg_house& house, const oneinch::swap_terms& t,
           std::function<void(const oneinch::swap_reading&)> then);
  void answered(const leg_house& house, const oneinch::swap_terms& t, const net::http_result& r,
                const std::function<void(const oneinch::swap_reading&)>& then);

  std::shared_ptr<oneinch_door> door_;
  std::uint32_t slippage_bps_;
  std::vector<kept_answer> answers_;
};

}  // namespace headroom::chain
