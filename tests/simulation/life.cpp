#include "tests/simulation/life.hpp"

#include "actors/alerts.hpp"
#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/deposit_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "actors/sale_actor.hpp"
#include "actors/withdrawal_actor.hpp"
#include "actors/withdrawal_desk.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/treasury/audit_actor.hpp"
#include "chain/treasury/cashier_actor.hpp"
#include "chain/x402/payment_actor.hpp"
#include "tests/simulation/world_actors.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

constexpr milliseconds audit_every{5'000};

core_settings settings_for_simulation() {
  core_settings s;
  s.bet.max_live = 8;
  s.journal.retry = milliseconds{10};
  s.balance.idle = milliseconds{400};
  s.patience.load = milliseconds{2'000};
  s.patience.append = milliseconds{4'000};
  s.buffer.tick = milliseconds{2'000};
  s.conversion.poll = milliseconds{500};
  s.conversion.minimum = 15_usdc;
  s.conversion.longest_wait = milliseconds{5'000};
  s.conversion.wait_below_target = milliseconds{2'000};
  s.conversion.step_timeout = milliseconds{8'000};
  s.conversion.stuck_after = milliseconds{8'000};
  s.conversion.alert_after = milliseconds{10'000};
  s.bet.placing.grace = milliseconds{20'000};
  s.bet.overdue = milliseconds{10'000};
  s.conversion.retry = std::chrono::seconds{1};
  s.conversion.longest_retry = s.conversion.retry;  // schedules are short, and money must arrive
  s.conversion.routes.push_back({sim_route_name, 0, 0, {}, {}});
  for (const auto& law : other_routes()) s.conversion.routes.push_back(law.terms);
  s.conversion.choice = s.conversion.choose_again = milliseconds{1'000};
  s.buffer.history = {};  // the outflow is no part of it
  auto& w = s.withdrawal;
  w.fee = 10'000_micro;
  w.fee_bps = 10;
  w.per_user_per_day = withdrawn_a_day;
  w.approval_above = 6_usdc;
  w.poll = milliseconds{500};
  w.longest_poll = milliseconds{4'000};
  w.step_timeout = milliseconds{8'000};
  return s;
}

screening screen(const address& to) {
  return to == service_account() ? screening::not_payable : screening::clear;
}

chain::finality_rule finality_of(const chain_double& chain) {
  return {chain.law().confirmations, final_by::either};
}

chain::payment_settings payment_settings_of(const outside& out) {
  chain::payment_settings s;
  s.terms = payment_terms();
  s.relayer = service_account();
  s.finality = finality_of(out.plasma);
  return s;
}

chain::wallet_settings wallet_settings_of(const chain_double& chain) {
  chain::wallet_settings s;
  s.chain_id = chain.law().chain_id;
  s.finality = finality_of(chain);
  s.bump_after = milliseconds{10'000};
  return s;
}

chain::cashier_settings cashier_settings_of(const outside& out) {
  chain::cashier_settings s;
  s.chain_id = polygon_id;
  s.usdc = polygon_usdc();
  s.account = service_account();
  s.finality = finality_of(out.polygon);
  return s;
}

chain::audit_settings audit_settings_of() {
  chain::audit_settings s;
  s.plasma_usdt0 = plasma_usdt0();
  s.polygon_usdt0 = polygon_usdt0();
  s.polygon_usdc = polygon_usdc();
  s.plasma_owner = s.polygon_owner = service_account();
  s.check_every = audit_every;
  return s;
}

}  // namespace

life::life(outside& out, people& all, std::mt19937_64& rng, std::int64_t epoch_us,
           schedule_result& result)
    : out_{out},
      people_{all},
      rng_{rng},
      result_{result},
      store_{out.books},
      reader_{out.books},
      system_{config_},
      scheduler_{system_, rng()},
      dir_{settings_for_simulation().bet.max_live},
      epoch_us_{epoch_us} {
  world_ = std::make_shared<const world>(world{dir_, [this] { return now(); },
                                               [this] { return random_hash(); },
                                               settings_for_simulation(), screen});
  dir_.users.set_factories(
      [this](const address& user) { return system_.spawn(balance_behavior, world_, user); },
      [this](const bet_id& id) { return system_.spawn(bet_behavior, world_, id); },
      [this] { return system_.spawn(deposit_behavior, world_); },
      [this](const sale_id& id) { return system_.spawn(sale_behavior, world_, id); });
  dir_.users.set_withdrawal_factory(
      [this](const withdrawal_id& id) { return system_.spawn(withdrawal_behavior, world_, id); });
  dir_.handles.set_relayer(service_wallet());
  out_.somebody_knows = [this](const conversion_id& id) {
    const auto& alerts = dir_.gauges.alerts();
    return alerts.lasts("conversion.held", id.text()) ||
           alerts.lasts("conversion.unreadable", id.text());
  };
  const wall_clock clock = [this] { return now(); };
  plasma_ = system_.spawn(sim_node, &out_, &out_.plasma_nodes, clock);
  polygon_ = system_.spawn(sim_node, &out_, &out_.polygon_nodes, clock);
  guardian_ = system_.spawn(guardian_behavior, world_, parts(),
                            [this](const std::string& why) { died_of_ = why; });
  dir_.handles.set(guardian_);
}

component life::wallet_part(std::string name, const wallet_account& who, const chain_double& chain,
                            const chain::rpc_actor& rpc) {
  return {std::move(name), [this, who, &chain, rpc](caf::actor_system&) {
            const wallet_actor h =
                system_.spawn(chain::wallet_behavior, world_, wallet_settings_of(chain),
                              chain::transaction_signer{service_key()}, rpc);
            dir_.handles.set_wallet(who, h);
            return caf::actor_cast<caf::actor>(h);
          }};
}

void life::add_route_parts(std::vector<component>& all) {
  all.push_back({"route", [this](caf::actor_system&) {
                   const route_actor h = system_.spawn(sim_route, world_, &out_);
                   dir_.handles.set_route(sim_route_name, h);
                   return caf::actor_cast<caf::actor>(h);
                 }});
  for (auto& [name, way] : out_.routes)
    all.push_back({"route " + name, [this, &name = name, &way = way](caf::actor_system&) {
                     const route_actor h = system_.spawn(other_route, &out_, &way,
                                                         wall_clock{[this] { return now(); }});
                     dir_.handles.set_route(name, h);
                     return caf::actor_cast<caf::actor>(h);
                   }});
}

void life::add_withdrawal_parts(std::vector<component>& all) {
  all.push_back(wallet_part("paying wallet", paying_wallet(), out_.polygon, polygon_));
  all.push_back(part<cashier_actor>("cashier", false, [this] {
    return system_.spawn(chain::cashier_behavior, world_, cashier_settings_of(out_), polygon_);
  }));
  all.push_back(part<withdrawal_desk_actor>(
      "withdrawals", false, [this] { return system_.spawn(withdrawal_desk_behavior, world_); }));
}

std::vector<component> life::parts() {
  std::vector<component> all;
  all.push_back(part<journal_actor>(
      "journal", true, [this] { return system_.spawn(journal_behavior, world_, &store_); }));
  all.push_back(part<query_actor>("query", false,
                                  [this] { return system_.spawn(query_behavior, &reader_); }));
  all.push_back(part<buffer_actor>("buffer", false,
                                   [this] { return system_.spawn(buffer_behavior, world_); }));
  all.push_back(wallet_part("wallet", service_wallet(), out_.plasma, plasma_));
  all.push_back(part<payment_actor>("payment", false, [this] {
    return payment_actor{system_.spawn(chain::payment_behavior, world_, payment_settings_of(out_),
                                       chain::payment_nodes{plasma_, plasma_})};
  }));
  all.push_back(part<venue_actor>("venue", true, [this] {
    return system_.spawn(sim_venue, &out_, wall_clock{[this] { return now(); }});
  }));
  add_route_parts(all);
  all.push_back(part<conversion_actor>("conversion", false, [this] {
    out_.conversions_since = now();
    return system_.spawn(conversion_behavior, world_);
  }));
  all.push_back(part<audit_actor>("audit", false, [this] {
    return system_.spawn(chain::audit_behavior, world_, audit_settings_of(), plasma_, polygon_);
  }));
  add_withdrawal_parts(all);
  return all;
}

std::vector<caf::strong_actor_ptr> life::everybody() {
  std::vector<caf::strong_actor_ptr> all;
  const auto add = [&](const auto& handle) {
    all.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
  };
  add(guardian_);
  add(dir_.handles.get<journal_actor>());
  add(dir_.handles.get<query_actor>());
  add(dir_.handles.get<buffer_actor>());
  add(dir_.handles.wallet(service_wallet()));
  add(dir_.handles.get<payment_actor>());
  add(dir_.handles.get<venue_actor>());
  add(dir_.handles.wallet(paying_wallet()));
  add(dir_.handles.get<cashier_actor>());
  add(dir_.handles.get<withdrawal_desk_actor>());
  for (const auto& name : dir_.handles.route_names()) add(dir_.handles.route(name));
  add(dir_.handles.get<conversion_actor>());
  add(dir_.handles.get<audit_actor>());
  add(plasma_);
  add(polygon_);
  for (const auto& x : dir_.users.all_bets()) add(x);
  for (const auto& x : dir_.users.all_balances()) add(x);
  for (const auto& x : dir_.users.all_deposits()) add(x);
  for (const auto& x : dir_.users.all_withdrawals()) add(x);
  for (auto& x : out_.helpers) all.push_back(std::move(x));
  out_.helpers.clear();
  return all;
}

life::~life() {
  for (int round = 0; round < 20 && system_.registry().running() > 0; ++round)
    scheduler_.kill_all(everybody());
  out_.helpers.clear();
  out_.somebody_knows = nullptr;
}

bool life::run(std::size_t budget, bool with_kills) {
  for (std::size_t n = 0; n < budget; ++n) {
    if (n % 16 == 0) {
      customers_act();
      operator_acts();
      payers_act();
      takers_act();
      people_.bring_deposits(out_, now());
      desk_acts();
      watch();
      if (with_kills && rng_() % 4 == 0) kill_somebody();
      if (n % 64 == 0 && unrest().empty()) break;
    }
    if (!died_of_.empty() || !out_.violation.empty() || !scheduler_.step()) break;
  }
  result_.steps += scheduler_.steps();
  result_.trace = result_.trace * 31 + scheduler_.trace();
  return unrest().empty();
}

void life::run_for(milliseconds time) {
  const auto end = now().plus(time);
  while (now() < end && scheduler_.step()) {
  }
}

std::string life::compare_views() {
  std::string wrong;
  scheduler_settle();
  const auto check = [&](const std::string& who, usdc view, usdc books) {
    if (view != books)
      wrong += who + " shows " + to_string(view) + ", the books have " + to_string(books) + "; ";
  };
  check("buffer", dir_.gauges.buffer_available().value_or(usdc{-1}), out_.books.buffer.balance);
  for (std::size_t i = 0; i < user_count; ++i) {
    const auto view = ask<balance_view>(dir_.users.find_balance(user_at(i)), get_atom::value);
    if (!view) continue;  // it left for being idle
    const auto books = out_.books.balances[user_at(i)].balance;
    check("balance " + std::to_string(i), view->available, books);
    if (const auto shown = dir_.users.look_at_balance(user_at(i)))
      check("figure of balance " + std::to_string(i), *shown, books);
  }
  out_.plasma_nodes.wrong = out_.polygon_nodes.wrong = {};  // the nodes tell the truth from now on
  // A node that stands still does so for 20 s at most; then two looks decide.
  constexpr int looks = 20'000 / audit_every.count() + 3;
  auto verdict = ask<solvency>(dir_.handles.get<audit_actor>(), solvency_atom::value);
  for (int i = 0; i < 2 * looks && (i < looks || !verdict || !verdict->onchain_known); ++i) {
    run_for(audit_every);
    verdict = ask<solvency>(dir_.handles.get<audit_actor>(), solvency_atom::value);
  }
  if (!verdict || !verdict->checked || !verdict->onchain_known) {
    wrong += "the audit does not compare; ";
  } else if (!verdict->solvent) {
    wrong += "the audit finds " + to_string(verdict->difference) + " and " +
             to_string(verdict->shortfall) + " missing on the chains; ";
  }
  return wrong;
}

std::string life::unrest() const {
  for (const auto& c : people_.customers)
    if (!c.answered)
      return "bet " + c.request.id.text() + (c.asked ? " is asked for" : " waits to be asked");
  for (const auto& p : people_.payers)
    if (!p.answered)
      return "payment " + p.message.nonce.hex() + (p.asked ? " is asked for" : " waits");
  for (const auto& [id, b] : out_.books.bets)
    if (b.status == bet_status::placing) return "bet " + id.text() + " is placing";
  for (const auto& [id, d] : out_.books.deposits)
    if (d.status != deposit_status::completed && d.status != deposit_status::failed)
      return "deposit " + id.text() + " is " + std::string{to_string(d.status)};
  for (const auto& x : people_.wishes)
    if (!x.answered) return "the operator waits for the buffer";
  if (!people_.proven.empty()) return "a deposit has not come yet";
  for (const auto& t : people_.takers)
    if (!t.answered)
      return "withdrawal " + t.request.id.text() + (t.asked ? " is asked for" : " waits");
  for (const auto& [id, w] : out_.books.withdrawals.rows)
    if (is_open(w)) return "withdrawal " + id.text() + " is open";
  if (!people_.desk.pause.over) return "withdrawals stand still, or will";
  for (const auto& [id, attempts] : out_.books.operations.all())
    for (const auto& row : attempts)
      if (row.status == operation_status::stored)
        return "operation " + id.text() + " (" + row.purpose + ") is not over";
  if (dir_.users.live_withdrawals() != 0) return "a withdrawal actor lives";
  return dir_.users.live_bets() == 0 ? "" : "a bet actor lives";
}

hash256 life::random_hash() {
  hash256 h;
  for (auto& b : h.bytes) b = static_cast<std::uint8_t>(out_.rng());
  return h;
}

void life::scheduler_settle() {
  for (int n = 0; n < 3000; ++n)
    if (!scheduler_.step()) return;
}

void life::watch() {
  const auto& books = out_.books;
  if (books.buffer.balance.micro < 0 || books.buffer.reserve.micro < 0)
    out_.complain("the buffer is below zero");
  for (const auto& [user, row] : books.balances)
    if (row.balance.micro < 0) out_.complain("the balance of " + user.hex() + " is below zero");
  if (out_.polygon.tip()->ledger->balance(polygon_usdc(), service_account()) < 0)
    out_.complain("more was paid on Polygon than there was");
  std::map<std::string, usdc> under_way;
  for (const auto& [id, c] : books.conversions)
    if (c.status == conversion_status::running)
      under_way[c.route] = add_saturating(under_way[c.route], c.amount);
  for (const auto& law : other_routes())
    if (law.terms.in_flight.is_positive() && under_way[law.info.name] > law.terms.in_flight)
      out_.complain("more is under way on " + law.info.name + " than its operator allows");
}

void life::kill_somebody() {
  const auto kill = [](const auto& handle) {
    if (handle) caf::anon_send_exit(handle, caf::exit_reason::kill);
  };
  const auto one_of = [&](const auto& handles) {
    if (!handles.empty()) kill(handles[rng_() % handles.size()]);
  };
  constexpr std::size_t singletons = 12;
  const auto whom = rng_() % kills_.size();
  if (++kills_[whom] > 5 && whom < singletons) return;  // the guardian gives up at six in a minute
  ++result_.kills;
  switch (whom) {
    case 0: return kill(dir_.handles.get<journal_actor>());
    case 1: return kill(dir_.handles.get<buffer_actor>());
    case 2: return kill(dir_.handles.get<venue_actor>());
    case 3: return kill(dir_.handles.get<conversion_actor>());
    case 4: return kill(dir_.handles.route(sim_route_name));
    case 5: return kill(dir_.handles.wallet(service_wallet()));
    case 6: return kill(dir_.handles.get<payment_actor>());
    case 7: return kill(dir_.handles.get<audit_actor>());
    case 8: return kill(dir_.handles.wallet(paying_wallet()));
    case 9: return kill(dir_.handles.get<cashier_actor>());
    case 10: return kill(dir_.handles.get<withdrawal_desk_actor>());
    case 11:
      return kill(dir_.handles.route(
          std::next(out_.routes.begin(), static_cast<std::ptrdiff_t>(rng_() % 3))->first));
    case 12: return kill(dir_.users.find_balance(user_at(rng_() % user_count)));
    case 13: return one_of(dir_.users.all_deposits());
    case 14: return one_of(dir_.users.all_withdrawals());
    default: return one_of(dir_.users.all_bets());
  }
}

}  // namespace headroom::test
