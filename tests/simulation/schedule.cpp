#include <array>
#include <map>
#include <variant>

#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/guardian_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "tests/simulation/world_actors.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

constexpr std::size_t user_count = 4;
constexpr std::size_t bet_count = 16;
constexpr std::size_t deposit_count = 4;
constexpr std::size_t inflow_count = 3;
constexpr std::size_t step_limit = 60'000;

address user_at(std::size_t i) {
  address a;
  a.bytes[0] = 0xaa;
  a.bytes[19] = static_cast<std::uint8_t>(i + 1);
  return a;
}

/// What one user of the API asked for and was told.
struct customer_bet {
  place_bet request;
  bool asked = false;     // a request is open
  bool answered = false;  // a final answer was given
  bool refused = false;   // the answer was an error: nothing may have happened, or may happen
  bet answer;
  timestamp ask_again_at;
};

/// What the operator does with the buffer, asked until it is answered.
struct operator_wish {
  std::variant<replenish_buffer, buffer_limits> request;
  bool asked = false;
  bool answered = false;
  timestamp ask_again_at;
};

core_settings settings_for_simulation() {
  core_settings s;
  s.max_live_bets = 8;
  s.journal_retry = milliseconds{10};
  s.balance_idle = milliseconds{400};
  s.load_timeout = milliseconds{2'000};
  s.append_timeout = milliseconds{4'000};
  s.buffer_tick = milliseconds{2'000};
  s.conversion_poll = milliseconds{500};
  s.placing.grace = milliseconds{20'000};
  s.overdue = milliseconds{10'000};
  s.conversion_attempts = 50;  // failing for good is a unit test's matter: here money must arrive
  return s;
}

/// One life of the service: from start to a crash or to rest.
class life {
 public:
  life(outside& out, std::vector<customer_bet>& customers, std::vector<operator_wish>& wishes,
       std::mt19937_64& rng, std::int64_t epoch_us, schedule_result& result)
      : out_{out},
        customers_{customers},
        wishes_{wishes},
        rng_{rng},
        result_{result},
        store_{out.books},
        reader_{out.books},
        system_{config_},
        scheduler_{system_, rng()},
        dir_{settings_for_simulation().max_live_bets},
        epoch_us_{epoch_us} {
    out_.clock = [this] { return now(); };
    world_ = std::make_shared<const world>(world{dir_, [this] { return now(); },
                                                 [this] { return random_hash(); },
                                                 settings_for_simulation()});
    dir_.set_factories(
        [this](const address& user) { return system_.spawn(balance_behavior, world_, user); },
        [this](const bet_id& id) { return system_.spawn(bet_behavior, world_, id); },
        [] { return deposit_actor{}; });
    std::vector<component> parts;
    parts.push_back(part<journal_actor>(
        "journal", true, [this] { return system_.spawn(journal_behavior, world_, &store_); }));
    parts.push_back(part<query_actor>("query", false,
                                      [this] { return system_.spawn(query_behavior, &reader_); }));
    parts.push_back(part<buffer_actor>("buffer", false,
                                       [this] { return system_.spawn(buffer_behavior, world_); }));
    parts.push_back(
        part<venue_actor>("venue", true, [this] { return system_.spawn(sim_venue, &out_); }));
    parts.push_back(
        part<route_actor>("route", false, [this] { return system_.spawn(sim_route, &out_); }));
    parts.push_back(part<conversion_actor>(
        "conversion", false, [this] { return system_.spawn(conversion_behavior, world_); }));
    guardian_ = system_.spawn(guardian_behavior, world_, std::move(parts),
                              [this](const std::string& why) { died_of_ = why; });
    dir_.set(guardian_);
  }

  ~life() {
    for (int round = 0; round < 20 && system_.registry().running() > 0; ++round) {
      std::vector<caf::strong_actor_ptr> all;
      const auto add = [&](const auto& handle) {
        all.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
      };
      add(guardian_);
      add(dir_.get<journal_actor>());
      add(dir_.get<query_actor>());
      add(dir_.get<buffer_actor>());
      add(dir_.get<venue_actor>());
      add(dir_.get<route_actor>());
      add(dir_.get<conversion_actor>());
      for (const auto& x : dir_.all_bets()) add(x);
      for (const auto& x : dir_.all_balances()) add(x);
      for (auto& x : out_.helpers) all.push_back(std::move(x));
      out_.helpers.clear();
      scheduler_.kill_all(all);
    }
    out_.helpers.clear();
  }

  life(const life&) = delete;
  life& operator=(const life&) = delete;

  [[nodiscard]] timestamp now() { return {epoch_us_ + scheduler_.now_us()}; }

  /// Runs until everything is at rest or `budget` steps are over; true when at rest.
  bool run(std::size_t budget, bool with_kills) {
    for (std::size_t n = 0; n < budget; ++n) {
      if (n % 16 == 0) {
        customers_act();
        operator_acts();
        if (with_kills && rng_() % 4 == 0) kill_somebody();
        if (n % 64 == 0 && at_rest()) return true;
      }
      if (!died_of_.empty() || !scheduler_.step()) break;
    }
    result_.steps += scheduler_.steps();
    result_.trace = result_.trace * 31 + scheduler_.trace();
    return at_rest();
  }

  /// Every live owner's view must be the books' (nothing is tentative at rest).
  std::string compare_views() {
    std::string wrong;
    scheduler_settle();
    const auto check = [&](const std::string& who, usdc view, usdc books) {
      if (view != books)
        wrong += who + " shows " + to_string(view) + ", the books have " + to_string(books) + "; ";
    };
    check("buffer", dir_.buffer_available().value_or(usdc{-1}), out_.books.buffer.balance);
    for (std::size_t i = 0; i < user_count; ++i) {
      const auto owner = dir_.find_balance(user_at(i));
      if (!owner) continue;
      caf::scoped_actor self{system_};
      auto pending = self->request(owner, caf::infinite, get_atom::value);
      for (int n = 0; n < 2000 && scheduler_.step(); ++n) {
      }
      pending.receive(
          [&](const balance_view& v) {
            const auto books = out_.books.balances[user_at(i)].balance;
            check("balance " + std::to_string(i), v.available, books);
            if (const auto shown = dir_.look_at_balance(user_at(i)))
              check("figure of balance " + std::to_string(i), *shown, books);
          },
          [](const caf::error&) {});  // it left for being idle
    }
    return wrong;
  }

  /// What is still to happen, "" when everything is final.
  [[nodiscard]] std::string unrest() const {
    for (const auto& c : customers_)
      if (!c.answered)
        return "bet " + c.request.id.text() + (c.asked ? " is asked for" : " waits to be asked");
    for (const auto& [id, b] : out_.books.bets)
      if (b.status == bet_status::placing) return "bet " + id.text() + " is placing";
    for (const auto& [id, d] : out_.books.deposits)
      if (d.status != deposit_status::completed)
        return "deposit " + id.text() + " is " + std::string{to_string(d.status)};
    for (const auto& x : wishes_)
      if (!x.answered) return "the operator waits for the buffer";
    return dir_.live_bets() == 0 ? "" : "a bet actor lives";
  }

  [[nodiscard]] const std::string& died_of() const { return died_of_; }

 private:
  template <class Handle, class Spawn>
  component part(std::string name, bool holds_promises, Spawn spawn) {
    return {std::move(name),
            [this, spawn](caf::actor_system&) {
              Handle h = spawn();
              dir_.set(h);
              return caf::actor_cast<caf::actor>(h);
            },
            holds_promises};
  }

  hash256 random_hash() {
    hash256 h;
    for (auto& b : h.bytes) b = static_cast<std::uint8_t>(out_.rng());
    return h;
  }

  void scheduler_settle() {
    for (int n = 0; n < 3000; ++n)
      if (!scheduler_.step()) return;
  }

  void customers_act() {
    for (auto& c : customers_) {
      if (c.answered || c.asked || now() < c.ask_again_at) continue;
      const auto actor = dir_.open_bet(c.request.id);
      if (!actor) continue;
      c.asked = true;
      if (c.request.deadline.us == 0)
        c.request.deadline = now().plus(std::chrono::seconds{1 + static_cast<int>(rng_() % 60)});
      // An actor of this life asks: an answer of a crashed service reaches nobody.
      auto one = system_.spawn([this, &c, actor](caf::event_based_actor* me) -> caf::behavior {
        me->request(actor, std::chrono::seconds{15}, c.request)
            .then(
                [this, &c, me](const bet& b) {
                  heard(c, b);
                  me->quit();
                },
                [this, &c, me](const caf::error& e) {
                  heard(c, e);
                  me->quit();
                });
        me->set_default_handler(caf::drop);
        return {[](tick_atom) {}};
      });
      out_.helpers.push_back(caf::actor_cast<caf::strong_actor_ptr>(one));
    }
  }

  void operator_acts() {
    const auto buffer = dir_.get<buffer_actor>();
    if (!buffer) return;
    for (auto& x : wishes_) {
      if (x.answered || x.asked || now() < x.ask_again_at) continue;
      x.asked = true;
      auto one = system_.spawn([this, &x, buffer](caf::event_based_actor* me) -> caf::behavior {
        std::visit(
            [&](const auto& request) {
              me->request(buffer, std::chrono::seconds{15}, request)
                  .then(
                      [&x, me](const buffer_status&) {
                        x.answered = true;
                        me->quit();
                      },
                      [this, &x, me](const caf::error&) {
                        x.asked = false;
                        x.ask_again_at = now().plus(milliseconds{static_cast<int>(rng_() % 2000)});
                        me->quit();
                      });
            },
            x.request);
        me->set_default_handler(caf::drop);
        return {[](tick_atom) {}};
      });
      out_.helpers.push_back(caf::actor_cast<caf::strong_actor_ptr>(one));
    }
  }

  void heard(customer_bet& c, const bet& b) {
    c.asked = false;
    c.answer = b;
    if (b.status == bet_status::placing) {  // 202: ask again later
      c.ask_again_at = now().plus(milliseconds{static_cast<int>(rng_() % 4000)});
      return;
    }
    c.answered = true;
  }

  void heard(customer_bet& c, const caf::error& e) {
    c.asked = false;
    const auto kind = consequence_of(code_of(e));
    if (kind == consequence::rejected) {
      c.answered = c.refused = true;
      return;
    }
    c.ask_again_at = now().plus(milliseconds{static_cast<int>(rng_() % 2000)});
  }

  void kill_somebody() {
    const auto kill = [](const auto& handle) {
      if (handle) caf::anon_send_exit(handle, caf::exit_reason::kill);
    };
    const auto whom = rng_() % kills_.size();
    if (++kills_[whom] > 5 && whom < 5) return;  // the guardian gives up at six in a minute
    ++result_.kills;
    switch (whom) {
      case 0: return kill(dir_.get<journal_actor>());
      case 1: return kill(dir_.get<buffer_actor>());
      case 2: return kill(dir_.get<venue_actor>());
      case 3: return kill(dir_.get<conversion_actor>());
      case 4: return kill(dir_.get<route_actor>());
      case 5: return kill(dir_.find_balance(user_at(rng_() % user_count)));
      default: {
        const auto bets = dir_.all_bets();
        if (!bets.empty()) kill(bets[rng_() % bets.size()]);
      }
    }
  }

  bool at_rest() const { return unrest().empty(); }

  std::array<unsigned, 8> kills_{};
  outside& out_;
  std::vector<customer_bet>& customers_;
  std::vector<operator_wish>& wishes_;
  std::mt19937_64& rng_;
  schedule_result& result_;
  memory_store store_;
  memory_reader reader_;
  virtual_config config_;
  caf::actor_system system_;
  seeded_scheduler scheduler_;
  directory dir_;
  std::int64_t epoch_us_;
  world_ptr world_;
  guardian_actor guardian_;
  std::string died_of_;
};

/// The books as they must be, computed from what the outside did and nothing else.
std::string compare_with_model(outside& out, const std::vector<customer_bet>& customers,
                               const std::map<address, usdc>& deposited, usdc opening,
                               usdc paid_in) {
  std::map<address, usdc> owed = deposited;
  usdc buffer{opening.micro + out.arrived.micro + paid_in.micro};
  std::map<hash256, int> orders_of_bets;
  for (const auto& [id, b] : out.books.bets) {
    ++orders_of_bets[b.order_hash];
    const auto i = out.orders.find(b.order_hash);
    const bool filled = i != out.orders.end() && i->second.filled;
    if (filled != (b.status == bet_status::filled))
      return "bet " + id.text() + " is " + std::string{to_string(b.status)} + " but the venue " +
             (filled ? "filled it" : "did not fill it");
    if (!filled) continue;
    const auto paid = i->second.spent.micro + i->second.fee.micro;
    owed[b.user].micro -= paid;
    buffer.micro -= paid;
  }
  for (const auto& [hash, order] : out.orders)
    if (order.filled && orders_of_bets[hash] != 1)
      return "the venue filled an order that no bet in the books owns";
  for (const auto& [user, amount] : owed) {
    const auto& row = out.books.balances[user];
    if (row.balance != amount)
      return "balance of " + user.hex() + " is " + to_string(row.balance) + ", the model says " +
             to_string(amount);
  }
  const usdc held{out.books.buffer.balance.micro + out.books.buffer.reserve.micro};
  if (held != buffer)
    return "buffer and reserve are " + to_string(held) + ", the model says " + to_string(buffer);
  if (out.books.in_transit.micro != 0) return "money is left in transit";
  for (const auto& c : customers) {
    const auto i = out.books.bets.find(c.request.id);
    if (c.refused && i != out.books.bets.end()) return "a refused bet is in the books";
    if (c.refused) continue;
    if (i == out.books.bets.end()) return "an acknowledged bet is not in the books";
    if (i->second.status != c.answer.status || i->second.spent != c.answer.spent ||
        i->second.refunded != c.answer.refunded || i->second.order_hash != c.answer.order_hash)
      return "an acknowledged bet is not what was acknowledged";
  }
  return {};
}

}  // namespace

schedule_result run_schedule(std::uint64_t seed) {
  std::mt19937_64 rng{seed * 0x9e3779b97f4a7c15ULL + 1};
  outside out;
  out.rng.seed(rng());
  out.books.rng.seed(rng());
  out.books.faults = {30, 20, 20};
  const usdc opening = rng() % 3 == 0 ? 9_usdc : 90_usdc;  // sometimes the buffer is the limit
  out.books.buffer.balance = opening;
  out.books.buffer.version = 1;
  out.books.buffer.min_size = 20_usdc;

  std::map<address, usdc> deposited;
  for (std::size_t i = 0; i < deposit_count; ++i) {
    deposit d;
    d.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    d.user = user_at(i % user_count);
    d.payment.from = d.user;
    d.payment.nonce.bytes[0] = static_cast<std::uint8_t>(i + 1);
    d.amount = usdc{static_cast<std::int64_t>(10'000'000 + rng() % 25'000'000)};
    d.status = deposit_status::pending;
    deposited[d.user] = add_saturating(deposited[d.user], d.amount);
    out.books.deposits.emplace(d.id, d);
  }
  std::vector<customer_bet> customers(bet_count);
  for (std::size_t i = 0; i < bet_count; ++i) {
    auto& r = customers[i].request;
    r.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    r.user = user_at(rng() % user_count);
    r.amount = usdc{static_cast<std::int64_t>(4'100'000 + rng() % 4'000'000)};
    r.max_price = {500'000};
    r.request_hash.bytes[0] = static_cast<std::uint8_t>(i + 1);
  }

  std::vector<operator_wish> wishes(inflow_count);
  usdc paid_in;
  for (std::size_t i = 0; i < inflow_count; ++i) {
    replenish_buffer x;
    x.id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    x.amount = usdc{static_cast<std::int64_t>(1'000'000 + rng() % 30'000'000)};
    x.reference = "wire";
    paid_in = add_saturating(paid_in, x.amount);
    wishes[i].request = x;
  }
  if (rng() % 2 == 0) {  // a cap: what does not fit waits in the reserve
    buffer_limits cap;
    cap.set_max = cap.has_max = true;
    cap.max_size = usdc{static_cast<std::int64_t>(30'000'000 + rng() % 60'000'000)};
    wishes.push_back({cap, false, false, {}});
  }
  for (auto& x : wishes)
    x.ask_again_at = {1'800'000'000'000'000 + static_cast<std::int64_t>(rng() % 3'000'000)};

  schedule_result result;
  std::int64_t epoch_us = 1'800'000'000'000'000;
  const auto crashes = rng() % 4;
  for (std::uint64_t n = 0; n <= crashes; ++n) {
    life service{out, customers, wishes, rng, epoch_us, result};
    const bool last = n == crashes;
    if (last) out.books.faults = {};
    const bool rested = service.run(last ? step_limit : 20 + rng() % 700, !last);
    if (!service.died_of().empty()) {
      result.violation = "the service gave up: " + service.died_of();
    } else if (last && !rested) {
      result.violation =
          "not at rest after " + std::to_string(step_limit) + " steps: " + service.unrest();
    } else if (last) {
      result.violation = compare_with_model(out, customers, deposited, opening, paid_in);
      if (result.violation.empty()) result.violation = service.compare_views();
    }
    if (!result.violation.empty()) break;
    epoch_us = service.now().us + 1'000'000;
    for (auto& c : customers) c.asked = false;  // a crash answers nobody
    for (auto& x : wishes) x.asked = false;
    if (!last) ++result.crashes;
  }
  for (const auto& [id, b] : out.books.bets)
    ++(b.status == bet_status::filled ? result.filled : result.failed);
  for (const auto& c : customers) result.refused += c.refused;
  return result;
}

}  // namespace headroom::test
