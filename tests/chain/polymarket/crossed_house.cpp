#include "tests/chain/polymarket/crossed_house.hpp"

#include <algorithm>

#include "actors/alerts.hpp"
#include "actors/buffer_actor.hpp"
#include "chain/polymarket/venue_actor.hpp"

namespace headroom::test {
namespace {

using chain::polymarket::charged;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto user_had = 100_usdc;
constexpr auto buffer_had = 1000_usdc;
constexpr auto bet_amount = 10_usdc;
constexpr std::int64_t shares_had = 100'000'000;
constexpr auto shares_cost = 50_usdc;
constexpr std::int64_t shares_asked = 40'004'321;
constexpr std::int64_t shares_offered = 40'000'000;  // it sells in steps of 0.01

sale_id the_sale() {
  sale_id out;
  out.bytes[15] = 1;
  return out;
}

/// A client whose answers take a while; it answers those in its own turn.
using slow_http = chain::http_actor::extend<caf::reacts_to<actors::wake_atom>>;

struct door_state {
  static inline const char* name = "door";
  struct late {
    caf::typed_response_promise<net::http_result> promise;
    net::http_result answer;
  };
  std::multimap<caf::actor_clock::time_point, late> answers;
};

slow_http::behavior_type door(actors::self_pointer<slow_http, door_state> self,
                              std::shared_ptr<scripted_order> there) {
  return {
      [self, there](const chain::http_call& x) -> caf::result<net::http_result> {
        auto said = there->heard(x.request, x.timeout);
        if (said.after.count() == 0) return std::move(said.result);
        auto promise = self->make_response_promise<net::http_result>();
        self->state.answers.emplace(self->clock().now() + said.after,
                                    door_state::late{promise, std::move(said.result)});
        self->delayed_send(self, said.after, actors::wake_atom::value);
        return promise;
      },
      [self](actors::wake_atom) {
        auto& all = self->state.answers;
        while (!all.empty() && all.begin()->first <= self->clock().now()) {
          auto next = all.extract(all.begin());
          next.mapped().promise.deliver(std::move(next.mapped().answer));
        }
      },
  };
}

bool is_end(const journal_entry& e) {
  return std::holds_alternative<finish_bet>(e) || std::holds_alternative<finish_sale>(e);
}

bool is_before(crash c) { return c == crash::bet_before || c == crash::house_before; }
bool is_of_house(crash c) { return c == crash::house_before || c == crash::house_after; }

usdc sum(usdc a, usdc b) { return add_saturating(a, b); }
usdc less(usdc a, usdc b) { return sub_saturating(a, b); }

}  // namespace

std::string to_string(crash c) {
  switch (c) {
    case crash::none: return "no_crash";
    case crash::bet_before: return "its_actor_dies_before_the_answer";
    case crash::house_before: return "all_die_before_the_answer";
    case crash::bet_after: return "its_actor_dies_after_the_answer";
    case crash::house_after: return "all_die_after_the_answer";
  }
  return {};
}

std::string name_of(order_side side, const std::string& what, crash when) {
  return (side == order_side::buy ? "buy_" : "sell_") + what + "_" + to_string(when);
}

// -- the house -----------------------------------------------------------------------------------

CrossedHouse::CrossedHouse() : there{std::make_shared<scripted_order>(GetParam().plan)} {
  settings.journal.retry = milliseconds{20};
  everything->random = [this] {  // a second signature would be another order
    hash256 out;
    out.bytes[7] = static_cast<std::uint8_t>(++salts);
    return out;
  };
  there->clock = [this] { return now(); };
  there->stored_hash = [this] { return hash_in_books(); };
  there->venue.clock = [this] { return now().seconds(); };
  there->venue.markets[token.decimal()].fee = json{{"r", 0.05}, {"e", 1}};
  start_journal();
  give(alice, user_had);
  books.positions[{token, alice}] = {alice, token, {shares_had}, {}, shares_cost};
  start_buffer(buffer_had);
  start_real_venue();
}

void CrossedHouse::start_real_venue() {
  namespace pm = chain::polymarket;
  // Of anvil's second key.
  constexpr auto key = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
  const pm::venue_accounts accounts{
      {"main", std::make_shared<chain::private_key>(*chain::private_key::parse(key))}};
  pm::venue_settings at_venue;
  at_venue.url = "http://venue";
  const auto the_chain = keep(system.spawn([there = there]() -> chain::rpc_actor::behavior_type {
    return {[there](const chain::rpc_request& x) { return there->on_chain(x); }};
  }));
  const chain::http_actor orders = keep(system.spawn(door, there));
  const chain::http_actor reads = keep(system.spawn(door, there));
  const actors::venue_actor h = keep(system.spawn(pm::venue_behavior, w(), at_venue, accounts,
                                                  pm::venue_doors{orders, reads}, the_chain));
  dir.handles.set(h);
  run();
}

void CrossedHouse::pass(milliseconds by) {
  auto& clock = scheduler.clock();
  const auto until = clock.now() + by;
  while (!clock.schedule().empty() && clock.schedule().begin()->first <= until) {
    clock.trigger_timeout();
    run();
  }
  if (clock.now() < until) clock.advance_time(until - clock.now());
}

// -- the story -----------------------------------------------------------------------------------

void CrossedHouse::place() {
  const auto deadline = now().plus(seconds{30});
  if (buys()) {
    told_of_bet = ask<bet>(dir.users.open_bet(bet_at(1)),
                           actors::place_bet{bet_at(1), alice, token, bet_amount, 500'000_micro,
                                             deadline, hash_at(1), "", GetParam().fill});
  } else {
    told_of_sale =
        ask<sale>(dir.users.open_sale(the_sale()), actors::sell_position{the_sale(),
                                                                         alice,
                                                                         token,
                                                                         {shares_asked},
                                                                         400'000_micro,
                                                                         order_fill::part,
                                                                         deadline,
                                                                         hash_at(1),
                                                                         ""});
  }
}

void CrossedHouse::kill_order() {
  if (buys()) return kill(dir.users.find_bet(bet_at(1)));
  kill(dir.users.find_sale(the_sale()));
}

void CrossedHouse::restart_house() {
  kill(dir.handles.get<actors::venue_actor>());
  kill(dir.handles.get<actors::journal_actor>());
  kill(dir.handles.get<actors::buffer_actor>());
  if (const auto balance = dir.users.find_balance(alice)) kill(balance);
  start_journal();
  dir.handles.set(keep(system.spawn(actors::buffer_behavior, w())));
  start_real_venue();
}

void CrossedHouse::resume() {
  using actors::resume_atom;
  if (buys())
    return tell(dir.users.open_bet(bet_at(1)), resume_atom::value, books.bets.at(bet_at(1)));
  tell(dir.users.open_sale(the_sale()), resume_atom::value, books.sales.at(the_sale()));
}

void CrossedHouse::die_and_resume() {
  const auto when = GetParam().when;
  if (when == crash::none) return;
  if (is_before(when)) {
    pass(scripted_order::answer_takes / 2);
    ASSERT_EQ(answers(), 0) << "its POST is open";
  } else {
    store.away_for = is_end;
    pass(seconds{20});
  }
  ASSERT_TRUE(is_open());
  kill_order();
  if (is_of_house(when)) restart_house();
  store.away_for = {};
  resume();
}

void CrossedHouse::play() {
  place();
  ASSERT_EQ(there->posts(), 1U);
  const auto hash = hash_in_books();
  die_and_resume();
  if (HasFatalFailure()) return;
  for (int i = 0; i < 140 && is_open(); ++i) pass(seconds{5});
  pass(seconds{30});
  EXPECT_EQ(hash_in_books(), hash);
  EXPECT_EQ(there->different_orders(), 1U) << "never a second signed order";
  EXPECT_EQ(answers(), 1) << "whoever asked hears once";
  expect_end();
}

// -- what must be true then ----------------------------------------------------------------------

bool CrossedHouse::is_open() const {
  return buys() ? books.bets.at(bet_at(1)).status == bet_status::placing
                : books.sales.at(the_sale()).status == sale_status::placing;
}

hash256 CrossedHouse::hash_in_books() const {
  if (buys()) {
    const auto i = books.bets.find(bet_at(1));
    return i == books.bets.end() ? hash256{} : i->second.order_hash;
  }
  const auto i = books.sales.find(the_sale());
  return i == books.sales.end() ? hash256{} : i->second.order_hash;
}

int CrossedHouse::answers() const { return buys() ? told_of_bet->answers : told_of_sale->answers; }

usdc CrossedHouse::user_available() {
  const auto r = ask<actors::balance_view>(dir.users.balance_of(alice), actors::get_atom::value);
  return r->value ? r->value->available : usdc{-1};
}

void CrossedHouse::expect_end() {
  const auto end = GetParam().end;
  const auto taken = there->taken();
  if (end != money_end::unresolved) {
    EXPECT_EQ(taken != charged{}, end == money_end::filled) << "the case is not what it says";
  }
  const bool open = end == money_end::unresolved;
  EXPECT_EQ(dir.users.live_bets() + dir.users.live_sales(), open ? 1U : 0U);
  const auto& alerts = dir.gauges.alerts();
  EXPECT_EQ(alerts.lasts("bet.unresolved", bet_at(1).text()), open && buys());
  EXPECT_EQ(alerts.lasts("sale.unresolved", the_sale().text()), open && !buys());
  EXPECT_EQ(books.venue_loss, usdc{});
  EXPECT_EQ(books.revenue, usdc{});
  buys() ? expect_bet() : expect_sale();
}

/// Everybody shows what the books have.
void CrossedHouse::expect_money(usdc user_has, usdc buffer_has) {
  EXPECT_EQ(books.balances.at(alice).balance, user_has);
  EXPECT_EQ(books.buffer.balance, buffer_has);
  EXPECT_EQ(user_available(), user_has);
  EXPECT_EQ(dir.gauges.buffer_available(), buffer_has);
}

void CrossedHouse::expect_bet() {
  const auto end = GetParam().end;
  const auto taken = end == money_end::filled ? there->taken() : charged{};
  const auto paid = sum(taken.spent, taken.fee);
  const auto& row = books.bets.at(bet_at(1));
  const auto& held = books.positions.at({token, alice});
  const auto& told = told_of_bet->value;
  EXPECT_EQ(row.shares.micro, taken.shares.micro);
  EXPECT_EQ(row.spent, taken.spent);
  EXPECT_EQ(row.fee, taken.fee);
  EXPECT_EQ(held.shares.micro, shares_had + taken.shares.micro);
  EXPECT_EQ(held.cost, sum(shares_cost, paid));
  if (told && told->status != bet_status::placing) {
    EXPECT_EQ(told->status, row.status) << "what was told holds";
  }
  if (end == money_end::unresolved) {
    EXPECT_EQ(row.status, bet_status::placing);
    return expect_money(less(user_had, bet_amount), less(buffer_had, bet_amount));
  }
  EXPECT_EQ(row.status, end == money_end::filled ? bet_status::filled : bet_status::failed);
  EXPECT_EQ(sum(paid, row.refunded), bet_amount);
  expect_money(less(user_had, paid), less(buffer_had, paid));
}

void CrossedHouse::expect_sale() {
  const auto end = GetParam().end;
  const auto taken = end == money_end::filled ? there->taken() : charged{};
  const auto& row = books.sales.at(the_sale());
  const auto& held = books.positions.at({token, alice});
  const auto& told = told_of_sale->value;
  const bool open = end == money_end::unresolved;
  EXPECT_EQ(row.shares.micro, shares_offered);
  EXPECT_EQ(row.sold.micro, taken.shares.micro);
  EXPECT_EQ(row.proceeds, taken.spent);
  EXPECT_EQ(row.fee, taken.fee);
  EXPECT_EQ(held.shares.micro, shares_had - (open ? shares_offered : taken.shares.micro));
  EXPECT_EQ(held.selling.micro, open ? shares_offered : 0);
  // The shares cost fifty cents each, and take their cost along.
  EXPECT_EQ(held.cost.micro, shares_cost.micro - taken.shares.micro / 2);
  if (told && told->status != sale_status::placing) {
    EXPECT_EQ(told->status, row.status) << "what was told holds";
  }
  EXPECT_EQ(row.status, open                       ? sale_status::placing
                        : end == money_end::filled ? sale_status::sold
                                                   : sale_status::failed);
  const auto brought = less(taken.spent, taken.fee);
  expect_money(sum(user_had, brought), sum(buffer_had, brought));
}

}  // namespace headroom::test
