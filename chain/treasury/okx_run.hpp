#pragma once

#include "chain/treasury/okx_leg.hpp"

/// The OKX legs' work, for their own files: okx_errand (requests that move money at the exchange),
/// okx_deposit, okx_trade, okx_withdrawal.
namespace headroom::chain {

inline constexpr const char* okx_deposit_purpose = "okx";  // of the outbox row that pays in
inline constexpr const char* okx_currencies_target = "/api/v5/asset/currencies?ccy=USDT,USDC";
inline constexpr const char* okx_book_target = "/api/v5/market/books?instId=USDC-USDT&sz=50";

class okx_run : public sending_step {
 protected:
  using row = external_operation;
  /// One thing to be done at the exchange, by as many tries as it takes: each try is one client id
  /// and one request, and the next one starts only when it is certain that the one before did
  /// nothing. Tries are counted apart from the step's attempts, so that what one attempt has done
  /// is not done again by the next.
  struct errand {
    std::string what;     // names it within the step
    std::string purpose;  // for a human
    std::string target;
    std::string id_key;                                       // what OKX calls the client id
    std::function<void(std::uint32_t)> prepare;               // ends in `post`, or an answer
    std::function<void(const row&, std::uint32_t)> look;      // it may have happened
    std::function<void(const row&, std::uint32_t)> happened;  // it has
  };
  using errand_ptr = std::shared_ptr<const errand>;

  okx_run(const leg_house& house, okx_desk_ptr desk, actors::run_step x, promise p, bool at_once);

  void go(const errand_ptr& e, std::uint32_t first_try);
  /// Stores the request, then sends it, once.
  void post(const errand_ptr& e, std::uint32_t which, nlohmann::json body);
  void record(row r, std::function<void(const row&)> then);
  /// The end of a try that did nothing: the step has failed, the next attempt is the next try.
  void nothing_happened(row r, const std::string& why);
  /// OKX does not know the client id, which says nothing until it has not for a while.
  /// What it took is not called undone, unless an operator says so of what never leaves the
  /// exchange, by a rescue.
  /// @param leaves  the money would have left the exchange: then only an operator may say that a
  ///                request without an answer has not, likewise.
  void not_found(const row& r, bool leaves);
  void found(const row& r);

  /// From one account of ours there to another: "6" is funding, "18" trading.
  void move(const std::string& what, const std::string& coin, usdc amount, const std::string& from,
            const std::string& to, std::function<void()> then);

  void ask_okx(const std::string& target, std::function<void(const okx::answer&)> then);
  /// Its own word that there is no such thing.
  [[nodiscard]] static bool says_none(const okx::answer& a);
  /// What was sent waits for a human, at the exchange or here: nothing new may start meanwhile.
  void reviewed(const std::string& words);
  void not_reviewed();

  [[nodiscard]] static std::string client_id_of(const row& r);

  const okx_desk_ptr desk_;
  const okx_settings& s_;

 private:
  [[nodiscard]] std::shared_ptr<okx_run> me() {
    return std::static_pointer_cast<okx_run>(shared_from_this());
  }
  [[nodiscard]] operation_id id_of(const std::string& what, std::uint32_t which) const;
  void answered(const errand_ptr& e, std::uint32_t which, row r, const okx::answer& a);

  const bool at_once_;
  std::uint32_t tries_ = 0;  // that failed, of the errand's last series
};

/// USDT0 to our address at the exchange, until it may be withdrawn there.
class okx_deposit final : public okx_run {
 public:
  okx_deposit(const leg_house& house, okx_desk_ptr desk, actors::run_step x, promise p)
      : okx_run{house, std::move(desk), std::move(x), std::move(p), false} {}
  void start();

 private:
  [[nodiscard]] std::shared_ptr<okx_deposit> me() {
    return std::static_pointer_cast<okx_deposit>(shared_from_this());
  }
  void check_terms(const operation_id& id);
  void check_address(const operation_id& id);
  void check_money(const operation_id& id);
  void pay(const operation_id& id, std::uint64_t head);
  void find_credit(const report& r);
};

/// USDT into USDC, by orders that take what the book has at a bounded price and are gone.
class okx_trade final : public okx_run {
 public:
  okx_trade(const leg_house& house, okx_desk_ptr desk, actors::run_step x, promise p, bool at_once)
      : okx_run{house, std::move(desk), std::move(x), std::move(p), at_once} {}
  void start();

 private:
  [[nodiscard]] std::shared_ptr<okx_trade> me() {
    return std::static_pointer_cast<okx_trade>(shared_from_this());
  }
  void orders();
  void prepare(std::uint32_t which);
  void order_at(std::uint32_t which, usdc left, const okx::book_price& book);
  void look(const row& r, std::uint32_t which);
  void look_back(const row& r, std::uint32_t which);
  void shown(const row& r, std::uint32_t which, const okx::order_row& there);
  void filled(const row& r, std::uint32_t which);
  void end();

  errand_ptr order_;
  usdc bought_;  // by the orders that have ended
  usdc spent_;
  bool ordered_ = false;  // by this look
};

/// USDC to our account on Polygon, until it stands there in a final block.
class okx_withdrawal final : public okx_run {
 public:
  okx_withdrawal(const leg_house& house, okx_desk_ptr desk, actors::run_step x, promise p,
                 bool at_once)
      : okx_run{house, std::move(desk), std::move(x), std::move(p), at_once} {}
  void start();

 private:
  [[nodiscard]] std::shared_ptr<okx_withdrawal> me() {
    return std::static_pointer_cast<okx_withdrawal>(shared_from_this());
  }
  void withdraw();
  void prepare(const errand_ptr& e, std::uint32_t which);
  void look(const row& r);
  void judge(const row& r, const okx::withdrawal_row& there);
  void find_arrival(row r, const hash256& tx);
  void arrived(row r, const eth::receipt& receipt, std::uint32_t node);
  void claim(row r, const eth::receipt& receipt, std::uint32_t node, usdc amount,
             std::size_t times);
  void paid(row r, const eth::receipt& receipt, std::uint32_t node, usdc amount);
};

}  // namespace headroom::chain
