#pragma once

#include "chain/polymarket/market_actor.hpp"

/// The market actor's work, for its own files: market_reads (what is read and remembered),
/// market_lists (lists and one market), market_quotes (what a bet would buy).
namespace headroom::chain::polymarket {

class market_desk {
 public:
  using page_ptr = read_cache<gamma_page>::entry_ptr;
  using book_ptr = read_cache<book>::entry_ptr;
  using terms_ptr = read_cache<listing>::entry_ptr;

  explicit market_desk(market_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  // lists
  [[nodiscard]] caf::result<actors::market_page> list(const actors::list_markets& x);
  [[nodiscard]] caf::result<actors::market_view> show(const actors::get_market& x);

  // quotes
  [[nodiscard]] caf::result<actors::token_price> price(const actors::get_price& x);
  [[nodiscard]] caf::result<actors::bet_quote> quote(const actors::quote_bet& x);
  [[nodiscard]] caf::result<actors::redeemed_quote> redeem(const actors::redeem_quote& x);

 private:
  template <class Value>
  using shelf_of = market_state::shelf<Value> market_state::*;
  template <class Value>
  using reader = std::function<std::optional<Value>(std::string_view body)>;

  // reads: `use` is called once, at once or later. not_found: the venue says that there is none.
  void with_page(const std::string& path, reader<gamma_page> how, read_cache<gamma_page>::use use);
  void with_terms(const hash256& condition, read_cache<listing>::use use);
  void with_book(const uint256& token, read_cache<book>::use use);
  template <class Value>
  void with(shelf_of<Value> shelf, std::string url, reader<Value> how,
            typename read_cache<Value>::use use);
  template <class Value>
  void heard(shelf_of<Value> shelf, const std::string& url, const reader<Value>& how,
             const net::http_result& r);
  template <class Value>
  void failed(shelf_of<Value> shelf, const std::string& url, const caf::error& why,
              std::chrono::milliseconds rest);
  [[nodiscard]] std::optional<caf::error> kept_back(market_state::site& from, std::size_t loads);
  void note_wait(market_state::site& from, const net::http_result& r);

  // lists
  struct showing;
  void look_for(std::shared_ptr<showing> s, bool closed);
  void look_at_clob(std::shared_ptr<showing> s);
  void add_prices(std::shared_ptr<showing> s);

  // quotes
  using quoted = std::function<void(caf::expected<actors::bet_quote>)>;
  void make_quote(const actors::quote_bet& x, quoted done);
  [[nodiscard]] caf::expected<actors::bet_quote> priced(const actors::quote_bet& x, const book& b,
                                                        const listing& m);

  [[nodiscard]] caf::actor_clock::time_point now() const { return self_->clock().now(); }

  market_self self_;
  market_state& st_;
  const actors::world& w_;
};

}  // namespace headroom::chain::polymarket
