#include "chain/polymarket/market_actor.hpp"

#include "chain/polymarket/market_desk.hpp"

namespace headroom::chain::polymarket {
namespace {

/// Whoever waits behind so many has given up; a bet's quote is honoured all the same.
constexpr std::uint64_t most_waiting = 1'000;

std::optional<caf::error> behind(market_self self) {
  const auto& card = self->card();
  const auto waiting = card.received.load(std::memory_order_relaxed) -
                       card.processed.load(std::memory_order_relaxed);
  if (waiting <= most_waiting) return std::nullopt;
  return make_error(errc::overloaded);
}

}  // namespace

actors::market_actor::behavior_type market_behavior(market_self self, actors::world_ptr w,
                                                    market_settings settings, market_doors doors) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  const auto& s = st.settings;
  st.gamma = {std::move(doors.gamma), {s.gamma_reads_per_second, s.gamma_read_burst}, {}};
  st.clob = {std::move(doors.books), {s.book_reads_per_second, s.book_read_burst}, {}};
  st.pages = {&st.gamma, read_cache<gamma_page>{s.lists_kept}, s.list_ttl, s.stale_ttl};
  st.terms = {&st.clob, read_cache<listing>{s.markets_kept}, s.terms_ttl, s.stale_ttl};
  st.books = {&st.clob, read_cache<book>{s.books_kept}, s.book_ttl, s.book_ttl};
  st.quotes = quote_table{s};
  return {
      [self](const actors::list_markets& x) -> caf::result<actors::market_page> {
        if (auto why = behind(self)) return *why;
        return market_desk{self}.list(x);
      },
      [self](const actors::get_market& x) -> caf::result<actors::market_view> {
        if (auto why = behind(self)) return *why;
        return market_desk{self}.show(x);
      },
      [self](const actors::get_price& x) -> caf::result<actors::token_price> {
        if (auto why = behind(self)) return *why;
        return market_desk{self}.price(x);
      },
      [self](const actors::quote_bet& x) -> caf::result<actors::bet_quote> {
        if (auto why = behind(self)) return *why;
        return market_desk{self}.quote(x);
      },
      [self](const actors::redeem_quote& x) { return market_desk{self}.redeem(x); },
      [self](actors::status_atom) {
        const auto& now = self->state;
        return actors::status_report{market_state::name,
                                     {{"url", now.settings.url},
                                      {"gamma_url", now.settings.gamma_url},
                                      {"lists", std::to_string(now.pages.cache.size())},
                                      {"markets", std::to_string(now.terms.cache.size())},
                                      {"books", std::to_string(now.books.cache.size())},
                                      {"quotes", std::to_string(now.quotes.quotes())},
                                      {"promises", std::to_string(now.quotes.promises())},
                                      {"reads", std::to_string(now.reads)},
                                      {"kept_back", std::to_string(now.kept_back)},
                                      {"redeemed", std::to_string(now.redeemed)},
                                      {"expired", std::to_string(now.expired)}}};
      },
  };
}

}  // namespace headroom::chain::polymarket
