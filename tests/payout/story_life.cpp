#include "tests/payout/story_life.hpp"

#include "actors/alerts.hpp"
#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "actors/sale_actor.hpp"
#include "actors/settlement_actor.hpp"
#include "chain/evm/keccak.hpp"
#include "tests/payout/chain_script.hpp"
#include "tests/payout/venue_script.hpp"

namespace headroom::test {
namespace {

using namespace actors;
using std::chrono::milliseconds;

constexpr faulty_store::odds bad_days{8, 8, 8, 4, 1, 8};
constexpr milliseconds customer_patience{15'000};

core_settings settings_of_story() {
  core_settings s;
  s.bet.max_live = 160;
  // Longer than an order may be under way (4 s), the last final block is behind (5 s) and an answer
  // may take (5 s) together: then the proof reaches beyond all three.
  s.bet.placing.grace = milliseconds{15'000};
  s.bet.overdue = milliseconds{10'000};
  s.journal.retry = milliseconds{10};
  s.balance.idle = milliseconds{20'000};
  s.patience.load = milliseconds{2'000};
  s.patience.append = milliseconds{4'000};
  s.settlement.poll = milliseconds{2'000};
  s.settlement.look_interval = milliseconds{6'000};
  s.settlement.step_timeout = milliseconds{5'000};
  s.settlement.slice = 10;  // a market is paid in several
  s.guardian.restarts_per_minute = 1'000'000;
  return s;
}

}  // namespace

story_life::story_life(const fresh_database& db, story_world& out, story_people& people,
                       std::int64_t epoch_us, story_counts& counts)
    : db_{db},
      out_{out},
      people_{people},
      counts_{counts},
      real_store_{{db.conninfo()}},
      reader_{{db.conninfo()}},
      store_{real_store_, out.rng,
             [this] {
               const auto pid = std::to_string(real_store_.backend_pid());
               db_.run("SELECT pg_terminate_backend(" + pid + ", 5000)");  // waits for its end
             }},
      system_{config_},
      scheduler_{system_, out.rng()},
      dir_{settings_of_story().bet.max_live},
      epoch_us_{epoch_us} {
  store_.faults = bad_days;
  world_ = std::make_shared<const world>(
      world{dir_, [this] { return now(); }, [this] { return random_hash(); }, settings_of_story()});
  dir_.users.set_factories(
      [this](const address& user) { return system_.spawn(balance_behavior, world_, user); },
      [this](const bet_id& id) { return system_.spawn(bet_behavior, world_, id); },
      [] { return deposit_actor{}; },
      [this](const sale_id& id) { return system_.spawn(sale_behavior, world_, id); });
  guardian_ = system_.spawn(guardian_behavior, world_, parts(),
                            [this](const std::string& why) { died_of_ = why; });
  dir_.handles.set(guardian_);
}

std::vector<component> story_life::parts() {
  const auto clock = [this] { return now(); };
  std::vector<component> all;
  all.push_back(part<journal_actor>(
      "journal", true, [this] { return system_.spawn(journal_behavior, world_, &store_); }));
  all.push_back(part<query_actor>("query", false,
                                  [this] { return system_.spawn(query_behavior, &reader_); }));
  all.push_back(part<buffer_actor>("buffer", false,
                                   [this] { return system_.spawn(buffer_behavior, world_); }));
  all.push_back(part<venue_actor>("venue", true,
                                  [=, this] { return system_.spawn(venue_script, &out_, clock); }));
  all.push_back(part<resolution_actor>(
      "resolution", false, [=, this] { return system_.spawn(chain_script, &out_, clock); }));
  all.push_back(part<settlement_actor>("settlement", false, [this] {
    return system_.spawn(settlement_behavior, world_,
                         digest_function{[](byte_view data) { return chain::keccak256(data); }});
  }));
  return all;
}

std::vector<caf::strong_actor_ptr> story_life::everybody() {
  std::vector<caf::strong_actor_ptr> all;
  const auto add = [&](const auto& handle) {
    all.push_back(caf::actor_cast<caf::strong_actor_ptr>(handle));
  };
  add(guardian_);
  add(dir_.handles.get<journal_actor>());
  add(dir_.handles.get<query_actor>());
  add(dir_.handles.get<buffer_actor>());
  add(dir_.handles.get<venue_actor>());
  add(dir_.handles.get<resolution_actor>());
  add(dir_.handles.get<settlement_actor>());
  for (const auto& x : dir_.users.all_bets()) add(x);
  for (const auto& x : dir_.users.all_sales()) add(x);
  for (const auto& x : dir_.users.all_balances()) add(x);
  for (auto& x : out_.helpers) all.push_back(std::move(x));
  out_.helpers.clear();
  return all;
}

story_life::~story_life() {
  counts_.steps += scheduler_.steps();
  counts_.commits += store_.commits;
  counts_.failed_commits += store_.failed;
  for (int round = 0; round < 20 && system_.registry().running() > 0; ++round)
    scheduler_.kill_all(everybody());
  counts_.ended_at = now();
  out_.helpers.clear();
  people_.bets.forget_questions();
  people_.sales.forget_questions();
}

// -- how it goes ----------------------------------------------------------------------------------

bool story_life::step() {
  if (scheduler_.steps() % 16 == 0) {
    people_.go_on(now());
    people_ask();
    if (!calm_ && out_.rng() % 32 == 0) kill_somebody();
  }
  return died_of_.empty() && scheduler_.step();
}

void story_life::run_until(std::size_t bets) {
  for (std::uint64_t n = 0; step(); ++n)
    if (n % 64 == 0 && (people_.told() >= bets || people_.are_done())) return;
}

std::string story_life::run_to_rest(std::uint64_t budget) {
  for (std::uint64_t n = 0; n < budget && step(); ++n) {
    if (!out_.broken.empty()) return out_.broken;
    if (n % 256 != 0 || !people_.are_done()) continue;
    calm_down();
    if (unrest().empty()) return {};
  }
  if (!died_of_.empty()) return "the service gave up: " + died_of_;
  return "not at rest: " + unrest();
}

/// From now on nothing new goes wrong in the house: what did before must come to its end.
void story_life::calm_down() {
  calm_ = true;
  store_.faults = {};
}

std::string story_life::unrest() {
  if (const auto waits = people_.waiting_for(); !waits.empty()) return waits;
  const auto open = reader_.unfinished(1, 1);
  const auto due = reader_.work_of_settlements({}, 1);
  if (!open || !due) return "the books cannot be read";
  if (!open->placing_bets.empty())
    return "bet " + open->placing_bets.front().id.text() + " is placing";
  if (!open->placing_sales.empty())
    return "sale " + open->placing_sales.front().id.text() + " is placing";
  if (!due->unrecorded.empty()) return "the market of a token is not recorded";
  if (!due->conditions.empty()) {
    const auto& condition = due->conditions.front();
    const auto view = reader_.find_settlement(condition);
    std::string text = "condition " + condition.hex() + " is not paid out";
    if (view && *view)
      text += ": received " + to_string((*view)->row.received) + ", paid " +
              to_string((*view)->row.paid) + ", owed " + to_string((*view)->owed) + ", unpaid " +
              std::to_string((*view)->unpaid) + ", at the venue " +
              std::to_string((*view)->at_venue);
    return text;
  }
  if (dir_.users.live_bets() + dir_.users.live_sales() != 0) return "an order's actor lives";
  return {};
}

std::string story_life::compare_views() {
  for (int n = 0; n < 3'000 && scheduler_.step(); ++n) {
  }
  buffer_row buffer;
  if (real_store_.load_buffer(buffer) != store_status::ok) return "the buffer cannot be read";
  const auto shown = dir_.gauges.buffer_available();
  if (shown != buffer.balance)
    return "the buffer shows " + to_string(shown.value_or(usdc{-1})) + ", the books have " +
           to_string(buffer.balance);
  for (const auto& [user, amount] : people_.deposited) {
    const auto view = dir_.users.look_at_balance(user);
    if (!view) continue;  // it left for being idle
    const auto row = reader_.find_balance(user);
    if (!row) return "a balance cannot be read";
    if (*view != row->balance)
      return "balance of " + user.hex() + " shows " + to_string(*view) + ", the books have " +
             to_string(row->balance);
  }
  for (const auto& x : dir_.gauges.alerts().list())
    if (x.lasts && x.kind.starts_with("settlement."))
      return "an alarm lasts: " + x.kind + " " + x.subject + ": " + x.text;
  return {};
}

hash256 story_life::random_hash() {
  hash256 h;
  for (auto& b : h.bytes) b = static_cast<std::uint8_t>(out_.rng());
  return h;
}

void story_life::kill_somebody() {
  const auto kill = [](const auto& handle) {
    if (handle) caf::anon_send_exit(handle, caf::exit_reason::kill);
  };
  const auto one_of = [&](const auto& handles) {
    if (!handles.empty()) kill(handles[out_.rng() % handles.size()]);
  };
  ++counts_.kills;
  switch (out_.rng() % 16) {
    case 0: return kill(dir_.handles.get<journal_actor>());
    case 1: return kill(dir_.handles.get<buffer_actor>());
    case 2: return kill(dir_.handles.get<venue_actor>());
    case 3: return kill(dir_.handles.get<query_actor>());
    case 4: return kill(dir_.handles.get<resolution_actor>());
    case 5:
    case 6:
    case 7: return kill(dir_.handles.get<settlement_actor>());
    case 8:
    case 9: return one_of(dir_.users.all_sales());
    case 10: return one_of(dir_.users.all_balances());
    default: return one_of(dir_.users.all_bets());
  }
}

// -- who asks -------------------------------------------------------------------------------------

template <class Row, class Open, class Wish, class Heard>
void story_life::ask_open(wishes<Wish>& some, Open open, Heard heard) {
  for (auto* x : some.open) {
    if (x->answered || x->asked || now() < x->ask_again_at) continue;
    const auto actor = open(x->request.id);
    if (!actor) continue;
    x->asked = true;
    ask_as_somebody<Row>(
        system_, out_.helpers, actor, customer_patience, x->request,
        [this, x, heard](const Row& row) {
          x->asked = false;
          x->answer = row;
          x->answered = row.status != decltype(row.status)::placing;
          x->ask_again_at = out_.within(now(), 100, 4'000);  // 202: later
          if (x->answered) heard(*x);
        },
        [this, x, heard](const caf::error& e) {
          x->asked = false;
          x->answered = x->refused = consequence_of(code_of(e)) == consequence::rejected;
          x->ask_again_at = out_.within(now(), 100, 2'000);
          if (x->answered) heard(*x);
        });
  }
}

void story_life::people_ask() {
  ask_open<bet>(
      people_.bets, [this](const bet_id& id) { return dir_.users.open_bet(id); },
      [this](const bet_wish& x) { x.refused ? people_.refused(x) : people_.may_sell(x); });
  ask_open<sale>(
      people_.sales, [this](const sale_id& id) { return dir_.users.open_sale(id); },
      [](const sale_wish&) {});
}

}  // namespace headroom::test
