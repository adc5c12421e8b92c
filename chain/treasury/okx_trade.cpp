#include <charconv>

#include "chain/treasury/okx_run.hpp"
#include "net/json.hpp"

/// The second step: USDT moved to the trading account, then orders until less is left than an order
/// may have.
namespace headroom::chain {
namespace {

/// What an order that has ended brought, as its row in the outbox keeps it: OKX forgets orders.
std::string fill_text(const okx::order_row& o) {
  return "bought=" + std::to_string(o.bought.micro) + " spent=" + std::to_string(o.spent.micro);
}

std::optional<okx::order_row> read_fill(std::string_view text) {
  okx::order_row out;
  constexpr std::string_view first = "bought=";
  constexpr std::string_view second = " spent=";
  if (!text.starts_with(first)) return std::nullopt;
  const auto* const end = text.data() + text.size();
  const auto bought = std::from_chars(text.data() + first.size(), end, out.bought.micro);
  if (bought.ec != std::errc{}) return std::nullopt;
  const std::string_view rest{bought.ptr, static_cast<std::size_t>(end - bought.ptr)};
  if (!rest.starts_with(second)) return std::nullopt;
  const auto spent = std::from_chars(bought.ptr + second.size(), end, out.spent.micro);
  if (spent.ec != std::errc{} || spent.ptr != end || out.bought.micro < 0 || out.spent.micro < 0)
    return std::nullopt;
  return out;
}

/// The most that one USDC may cost, rounded down to the step; nothing when there is no such price.
std::optional<usdc> highest_price(const okx_settings& s) {
  const auto most = mul_div_floor(micro_per_usdc, 10'000, s.least_bps);
  if (!most || !s.price_step.is_positive()) return std::nullopt;
  return usdc{*most / s.price_step.micro * s.price_step.micro};
}

/// The book's price and the slippage on top, rounded up to the step.
std::optional<usdc> wanted_price(const okx_settings& s, usdc best) {
  const auto with = mul_div_ceil(best.micro, 10'000 + std::int64_t{s.slippage_bps}, 10'000);
  if (!with || !s.price_step.is_positive()) return std::nullopt;
  const auto steps = mul_div_ceil(*with, 1, s.price_step.micro);
  return steps ? std::optional{usdc{*steps * s.price_step.micro}} : std::nullopt;
}

}  // namespace

void okx_trade::start() {
  if (!begin()) return;
  move("fund", "USDT", x_.amount_in, "6", "18", [run = me()] { run->orders(); });
}

/// The run holds the errand and the errand's functions hold the run: until it has answered.
void okx_trade::orders() {
  auto e = std::make_shared<errand>();
  const std::weak_ptr<okx_trade> weak = me();
  e->what = "order";
  e->purpose = "buy USDC for USDT";
  e->target = "/api/v5/trade/order";
  e->id_key = "clOrdId";
  e->prepare = [weak](std::uint32_t which) {
    if (const auto run = weak.lock()) run->prepare(which);
  };
  e->look = [weak](const row& r, std::uint32_t which) {
    if (const auto run = weak.lock()) run->look(r, which);
  };
  e->happened = [weak](const row& r, std::uint32_t which) {
    if (const auto run = weak.lock()) run->filled(r, which);
  };
  order_ = std::move(e);
  go(order_, 0);
}

/// One new order in each look: what an order has not got, the next one tries at a new price.
void okx_trade::prepare(std::uint32_t which) {
  const auto left = sub_saturating(x_.amount_in, spent_);
  if (left < s_.min_order) return end();
  if (ordered_)
    return waiting("ordered: " + to_string(spent_) + " of " + to_string(x_.amount_in) +
                   " USDT are spent");
  ask_okx(okx_book_target, [run = me(), which, left](const okx::answer& a) {
    const auto book = a.is == okx::verdict::done ? okx::price_of(a.rows, left) : std::nullopt;
    if (book) return run->order_at(which, left, *book);
    run->held("waits: " + (a.words.empty() ? "OKX' book does not hold so much" : a.words));
  });
}

void okx_trade::order_at(std::uint32_t which, usdc left, const okx::book_price& book) {
  const auto wanted = wanted_price(s_, book.best);
  const auto most = highest_price(s_);
  if (!wanted || !most || !most->is_positive() || !s_.size_step.is_positive())
    return unreadable("an order's price cannot be said");
  if (book.best > *most) return held("waits: the price is below the floor");
  const auto price = std::min(*wanted, *most);
  const auto size = mul_div_floor(left.micro, micro_per_usdc, price.micro);
  if (!size) return unreadable("an order's size cannot be said");
  const usdc whole{*size / s_.size_step.micro * s_.size_step.micro};
  if (whole < s_.min_order) return end();
  post(order_, which,
       {{"instId", "USDC-USDT"},
        {"tdMode", "cash"},
        {"side", "buy"},
        {"ordType", "ioc"},
        {"px", to_string(price)},
        {"sz", to_string(whole)}});
}

void okx_trade::look(const row& r, std::uint32_t which) {
  ask_okx("/api/v5/trade/order?instId=USDC-USDT&clOrdId=" + client_id_of(r),
          [run = me(), r, which](const okx::answer& a) {
            if (says_none(a)) return run->look_back(r, which);
            if (a.is != okx::verdict::done) return run->unreadable(a.words);
            if (a.rows.empty()) return run->look_back(r, which);
            const auto there = okx::find_order(a.rows, client_id_of(r));
            if (!there) return run->unreadable("OKX' answer cannot be read");
            run->shown(r, which, *there);
          });
}

/// An order that has ended is soon known to the history alone.
void okx_trade::look_back(const row& r, std::uint32_t which) {
  const auto begin = std::to_string(r.created_at.seconds() * 1'000);
  ask_okx("/api/v5/trade/orders-history?instType=SPOT&instId=USDC-USDT&begin=" + begin,
          [run = me(), r, which](const okx::answer& a) {
            if (a.is != okx::verdict::done) return run->unreadable(a.words);
            const auto there = okx::find_order(a.rows, client_id_of(r));
            if (!there) return run->not_found(r, false);
            run->shown(r, which, *there);
          });
}

void okx_trade::shown(const row& r, std::uint32_t which, const okx::order_row& there) {
  found(r);
  if (!there.ended) return waiting("ordered: not filled yet");
  auto ended = r;
  ended.status = external_status::confirmed;
  ended.detail = fill_text(there);
  record(std::move(ended), [run = me(), which](const row& kept) {
    run->ordered_ = true;
    run->filled(kept, which);
  });
}

void okx_trade::filled(const row& r, std::uint32_t which) {
  const auto fill = read_fill(r.detail);
  if (!fill) return unreadable("an order's row in the outbox cannot be read");
  bought_ = add_saturating(bought_, fill->bought);
  spent_ = add_saturating(spent_, fill->spent);
  go(order_, which + 1);
}

/// What is left is less than an order may have; it stays at the exchange and is part of the loss.
void okx_trade::end() {
  if (!bought_.is_positive()) return held("waits: less than an order may have");
  detail_.note = "final: " + to_string(sub_saturating(x_.amount_in, spent_)) + " USDT are left";
  done(bought_);
}

}  // namespace headroom::chain
