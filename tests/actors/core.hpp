#pragma once

#include <gtest/gtest.h>

#include <sstream>

#include "actors/world.hpp"
#include "tests/actors/neighbours.hpp"
#include "tests/support/memory_books.hpp"
#include "tests/support/seeded_scheduler.hpp"

namespace headroom::test {

/// The books in memory behind a store that can be told how its next calls end.
class scripted_store final : public actors::ledger_store {
 public:
  enum class commit_end { ok, away, lost_before, lost_after };

  explicit scripted_store(memory_books& books) : inner_{books} {}
  std::deque<commit_end> commits;                      // ok once used up
  std::function<bool(const journal_entry&)> away_for;  // a batch with such an entry finds it away
  std::size_t most_in_time = SIZE_MAX;                 // more than so many are too slow
  bool reads_away = false;                             // every read fails
  std::vector<std::size_t> batches;                    // sizes of what was asked to be committed
  std::vector<actors::store_status> said;              // the answers, in order
  std::size_t reads = 0;                               // how often it was asked for rows
  std::vector<std::size_t> batches_before_read;        // of each of them

  actors::store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>& buffer) override;
  actors::store_status load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) override;
  actors::store_status load_buffer(buffer_row& row) override;
  actors::store_status find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) override;
  actors::store_status find_sale(const sale_id& id, std::optional<sale>& row) override;
  actors::store_status find_withdrawal(const withdrawal_id& id,
                                       std::optional<withdrawal>& row) override;

 private:
  actors::store_status end(actors::store_status s);
  memory_store inner_;
};

/// What is logged while it lives, from `info` on.
class logged {
 public:
  logged();
  ~logged();
  logged(const logged&) = delete;
  logged& operator=(const logged&) = delete;
  [[nodiscard]] std::string text() const { return text_.str(); }
  [[nodiscard]] std::size_t count(std::string_view what) const;

 private:
  std::ostringstream text_;
  std::shared_ptr<void> before_;
};

/// Fills when the answer comes. `answers` counts, so that answering twice is seen.
template <class T>
struct reply {
  int answers = 0;
  std::optional<T> value;
  errc code = errc::none;
  std::string detail;
};
template <class T>
using reply_ptr = std::shared_ptr<reply<T>>;

/// One actor system under virtual time. A test starts what it needs; what it does not start is
/// absent from the directory, as during a restart; who is killed stays in it, for no guardian
/// hears.
struct Core : testing::Test {
  Core();
  ~Core() override;

  memory_books books;
  scripted_store store{books};
  memory_reader reader{books};
  venue_script venue;
  payment_script payment;
  wallet_script wallet;
  route_script route;
  virtual_config config;
  caf::actor_system system{config};
  caf::scheduler::test_coordinator& scheduler;
  actors::directory dir{64};
  std::shared_ptr<actors::world> everything;  // what every actor here is handed
  actors::core_settings& settings;            // of it; a test may change them

  actors::world_ptr w() const { return everything; }
  timestamp now();

  // -- starting ----------------------------------------------------------------------------------

  actors::journal_actor start_journal();
  actors::query_actor start_query();
  actors::buffer_actor start_buffer(usdc balance);
  actors::venue_actor start_venue();
  actors::payment_actor start_payment();
  /// The relayer of the payment's chain.
  actors::wallet_actor start_wallet();
  actors::route_actor start_route() { return start_route(route); }
  actors::route_actor start_route(route_script& script);
  actors::conversion_actor start_conversion();
  /// Remembers an actor, so that it does not outlive the test.
  template <class Handle>
  Handle keep(Handle h) {
    everyone_.push_back(caf::actor_cast<caf::strong_actor_ptr>(h));
    return h;
  }
  template <class Handle>
  void kill(const Handle& h) {
    caf::anon_send_exit(h, caf::exit_reason::kill);
    run();
  }

  // -- time --------------------------------------------------------------------------------------

  /// Somebody sets the wall clock; no interval may notice.
  std::chrono::seconds clock_set_by{0};

  void run() { scheduler.run(); }
  void advance(std::chrono::milliseconds by);

  // -- talking -----------------------------------------------------------------------------------

  /// Asks; the answer may come later. Nothing moves until `run` or `advance`.
  template <class T, class Handle, class... Ts>
  reply_ptr<T> ask_later(const Handle& to, Ts... xs) {
    auto box = std::make_shared<reply<T>>();
    keep(system.spawn([=](caf::event_based_actor* me) {
      me->request(to, caf::infinite, xs...)
          .then(
              [box](T& x) {
                ++box->answers;
                box->value = std::move(x);
              },
              [box](caf::error& e) {
                ++box->answers;
                box->code = actors::code_of(e);
                box->detail = actors::detail_of(e);
              });
    }));
    return box;
  }
  template <class T, class Handle, class... Ts>
  reply_ptr<T> ask(const Handle& to, Ts... xs) {
    auto box = ask_later<T>(to, std::move(xs)...);
    run();
    return box;
  }
  template <class Handle, class... Ts>
  void tell(const Handle& to, Ts... xs) {
    caf::anon_send(to, std::move(xs)...);
    run();
  }
  std::string fact(const actors::status_actor& who, const std::string& name);

  // -- people ------------------------------------------------------------------------------------

  static address user(int n);
  static bet_id bet_at(int n);
  static hold_id hold_at(int n) { return hold_of(bet_at(n)); }
  static hash256 hash_at(int n);
  /// The books give this user `amount`, as a credited deposit would.
  void give(const address& who, usdc amount);

  hash256 next_random();

 private:
  std::vector<caf::strong_actor_ptr> everyone_;
  std::uint64_t randoms_ = 0;
};

}  // namespace headroom::test
