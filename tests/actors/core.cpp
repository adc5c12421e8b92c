#include "tests/actors/core.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/deposit_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "actors/sale_actor.hpp"
#include "actors/withdrawal_actor.hpp"

namespace headroom::test {

using namespace actors;
using std::chrono::milliseconds;

// -- the store -----------------------------------------------------------------------------------

store_status scripted_store::end(store_status s) {
  said.push_back(s);
  return s;
}

store_status scripted_store::commit(std::span<const journal_entry> batch,
                                    std::vector<entry_outcome>& outcomes,
                                    std::optional<buffer_row>& buffer) {
  batches.push_back(batch.size());
  auto how = commit_end::ok;
  if (!commits.empty()) {
    how = commits.front();
    commits.pop_front();
  }
  if (away_for && std::any_of(batch.begin(), batch.end(), away_for)) how = commit_end::away;
  if (batch.size() > most_in_time) return end(store_status::too_slow);
  if (how == commit_end::away) return end(store_status::unavailable);
  if (how == commit_end::lost_before) return end(store_status::in_doubt);
  const auto status = inner_.commit(batch, outcomes, buffer);
  return end(how == commit_end::lost_after ? store_status::in_doubt : status);
}

store_status scripted_store::load_balances(std::span<const address> users,
                                           std::vector<balance_row>& rows) {
  ++reads;
  if (users.size() > most_in_time) return store_status::too_slow;
  return reads_away ? store_status::unavailable : inner_.load_balances(users, rows);
}
store_status scripted_store::load_buffer(buffer_row& row) {
  ++reads;
  batches_before_read.push_back(batches.size());
  return reads_away ? store_status::unavailable : inner_.load_buffer(row);
}
store_status scripted_store::find_bets(std::span<const bet_id> ids,
                                       std::vector<std::optional<bet>>& rows) {
  ++reads;
  return reads_away ? store_status::unavailable : inner_.find_bets(ids, rows);
}
store_status scripted_store::find_sale(const sale_id& id, std::optional<sale>& row) {
  ++reads;
  return reads_away ? store_status::unavailable : inner_.find_sale(id, row);
}

store_status scripted_store::find_withdrawal(const withdrawal_id& id,
                                             std::optional<withdrawal>& row) {
  ++reads;
  return reads_away ? store_status::unavailable : inner_.find_withdrawal(id, row);
}

// -- the log -------------------------------------------------------------------------------------

logged::logged() : before_{spdlog::default_logger()} {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)));
  spdlog::set_level(spdlog::level::info);
}

logged::~logged() {
  spdlog::set_default_logger(std::static_pointer_cast<spdlog::logger>(before_));
  spdlog::set_level(spdlog::level::off);
}

std::size_t logged::count(std::string_view what) const {
  const auto all = text();
  std::size_t n = 0;
  for (auto at = all.find(what); at != all.npos; at = all.find(what, at + 1)) ++n;
  return n;
}

// -- the fixture ---------------------------------------------------------------------------------

Core::Core()
    : scheduler{dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())},
      everything{std::make_shared<world>(
          world{dir, [this] { return now(); }, [this] { return next_random(); }, {}})},
      settings{everything->settings} {
  settings.conversion.minimum = 1_micro;  // what a test credits is converted at once
  spdlog::set_level(spdlog::level::off);
  settings.conversion.route = route.name;
  settings.buffer.history = {};  // a test of it turns it on
  dir.users.set_factories(
      [this](const address& a) { return keep(system.spawn(balance_behavior, w(), a)); },
      [this](const bet_id& id) { return keep(system.spawn(bet_behavior, w(), id)); },
      [this] { return keep(system.spawn(deposit_behavior, w())); },
      [this](const sale_id& id) { return keep(system.spawn(sale_behavior, w(), id)); });
  dir.users.set_withdrawal_factory(
      [this](const withdrawal_id& id) { return keep(system.spawn(withdrawal_behavior, w(), id)); });
  venue.post_otherwise = filled(10_usdc, {});
  venue.chain_time = [this] { return now(); };
}

Core::~Core() {
  for (int round = 0; round < 20 && system.registry().running() > 0; ++round) {
    const auto all = std::exchange(everyone_, {});
    for (const auto& a : all)
      caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
    venue.unanswered.clear();
    run();
    advance(std::chrono::seconds{6});  // an actor that awaits an answer hears of its end later
  }
  spdlog::set_level(spdlog::level::info);
}

hash256 Core::next_random() {
  hash256 h;
  ++randoms_;
  for (std::size_t i = 0; i < 8; ++i) h.bytes[i] = static_cast<std::uint8_t>(randoms_ >> (8 * i));
  return h;
}

timestamp Core::now() {
  const auto since_start = scheduler.clock().now().time_since_epoch();
  return timestamp::of_seconds(1'800'000'000)
      .plus(std::chrono::duration_cast<std::chrono::microseconds>(since_start) + clock_set_by);
}

void Core::advance(milliseconds by) {
  constexpr milliseconds step{10};
  for (auto left = by; left.count() > 0; left -= step) {
    scheduler.advance_time(std::min(left, step));
    run();
  }
}

journal_actor Core::start_journal() {
  auto h = keep(system.spawn(journal_behavior, w(), &store));
  dir.handles.set(h);
  return h;
}
query_actor Core::start_query() {
  auto h = keep(system.spawn(query_behavior, &reader));
  dir.handles.set(h);
  return h;
}
buffer_actor Core::start_buffer(usdc balance) {
  books.buffer.balance = balance;
  ++books.buffer.version;
  auto h = keep(system.spawn(buffer_behavior, w()));
  dir.handles.set(h);
  run();
  return h;
}
venue_actor Core::start_venue() {
  auto h = keep(system.spawn(scripted_venue, &venue));
  dir.handles.set(h);
  return h;
}
payment_actor Core::start_payment() {
  auto h = keep(system.spawn(scripted_payment, &payment));
  dir.handles.set(h);
  return h;
}
wallet_actor Core::start_wallet() {
  auto h = keep(system.spawn(scripted_wallet, &wallet));
  const wallet_account who{payment.payment.chain_id, payment.payment.to};
  dir.handles.set_wallet(who, h);
  dir.handles.set_relayer(who);
  return h;
}
route_actor Core::start_route(route_script& script) {
  auto h = keep(system.spawn(scripted_route, &script));
  dir.handles.set_route(script.name, h);
  return h;
}
conversion_actor Core::start_conversion() {
  auto h = keep(system.spawn(conversion_behavior, w()));
  dir.handles.set(h);
  return h;
}

std::string Core::fact(const status_actor& who, const std::string& name) {
  const auto r = ask<status_report>(who, status_atom::value);
  if (!r->value) return "no status: " + std::string{to_string(r->code)};
  const auto i = r->value->facts.find(name);
  return i == r->value->facts.end() ? "no such fact" : i->second;
}

address Core::user(int n) {
  address a;
  a.bytes[19] = static_cast<std::uint8_t>(n);
  return a;
}
bet_id Core::bet_at(int n) {
  bet_id id;
  id.bytes[15] = static_cast<std::uint8_t>(n);
  id.bytes[14] = static_cast<std::uint8_t>(n >> 8);
  return id;
}
hash256 Core::hash_at(int n) {
  hash256 h;
  h.bytes[31] = static_cast<std::uint8_t>(n);
  return h;
}
void Core::give(const address& who, usdc amount) {
  auto& row = books.balances[who];
  row.user = who;
  row.balance = add_saturating(row.balance, amount);
  ++row.version;
}

}  // namespace headroom::test
