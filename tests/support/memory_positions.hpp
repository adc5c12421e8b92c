#pragma once

#include <map>

#include "domain/reports.hpp"

namespace headroom::test {

/// What the books in memory know of bets, and of what became of the shares they bought, with the
/// rules of the real store. Money is posted by whoever asks (memory_books): `none` is leave to.
struct memory_positions {
  using held_by = std::pair<uint256, address>;  // token and user

  std::map<bet_id, bet> bets;
  std::map<hash256, record_market> markets;
  std::map<held_by, position> positions;
  std::map<sale_id, sale> sales;
  std::map<hash256, settlement> settlements;
  std::map<payout_id, settle_position> payouts;
  std::map<hash256, usdc> last_closings;  // the remainder that a settlement was closed with last

  errc record(const record_market& x, bool& replayed);
  /// A bet was filled: its user holds more.
  void hold(const bet& filled, timestamp at);
  errc offer(const accept_sale& x, bool& replayed);
  errc end(const finish_sale& x, bool& replayed);
  errc open(const open_settlement& x, bool& replayed);
  errc redeem(const book_redemption& x, bool& replayed);
  errc settle(const settle_position& x, bool& replayed);
  errc close(const close_settlement& x, bool& replayed);

  /// Its market is being paid out, or was.
  [[nodiscard]] bool is_settled(const uint256& token) const;
  /// As the reader shows it, with its market.
  [[nodiscard]] position shown(const position& row) const;
  [[nodiscard]] position_page list(const position_filter& f) const;
  [[nodiscard]] settlement_work work(const hash256& after, std::uint32_t limit) const;
  [[nodiscard]] std::optional<settlement_view> view(const hash256& condition) const;
  [[nodiscard]] std::vector<position> to_pay(const hash256& condition, std::uint32_t limit) const;
  [[nodiscard]] std::vector<token_shares> held(const uint256& after, std::uint32_t limit) const;
  [[nodiscard]] std::vector<sale> placing_sales(std::uint32_t limit) const;

 private:
  struct place {
    const record_market* market = nullptr;
    std::size_t slot = 0;
  };
  [[nodiscard]] place place_of(const uint256& token) const;
  [[nodiscard]] bool is_of(const uint256& token, const hash256& condition) const;
  [[nodiscard]] bool may_grow(const position& p) const;
  [[nodiscard]] std::int64_t at_venue(const hash256& condition) const;
  void settle_bets(const position& paid, timestamp at);
};

}  // namespace headroom::test
