#pragma once

#include <functional>
#include <map>
#include <memory>

#include "actors/actors.hpp"
#include "actors/log_limit.hpp"
#include "actors/world.hpp"
#include "chain/evm/erc20.hpp"
#include "chain/evm/finality.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/treasury/route_detail.hpp"

/// What the steps of every route have in common: where an operation of a wallet stands, sending
/// one, what to make of a dropped one, and the words that a step may answer with.
namespace headroom::chain {

/// A step as its last look left it, while it is under way or cannot be read.
struct step_under_way {
  usdc amount;
  caf::actor_clock::time_point seen;
  std::string problem;  // why nothing new may start on the route because of it; "": it may
  std::vector<operation_id> operations;
};

/// What a route counts; one in its state.
struct route_tally {
  using time_point = caf::actor_clock::time_point;
  using step_key = std::pair<conversion_id, std::uint32_t>;

  std::uint64_t asked = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t unreadable = 0;
  std::string last_problem;
  actors::log_limit lines;
  std::map<step_key, step_under_way> moves;  // after a restart: as they are looked at again
  std::map<std::uint64_t, tag_watch> tags;  // by chain: its `finalized`, as far as it was asked for

  /// For `status`.
  [[nodiscard]] std::map<std::string, std::string> facts(std::string route) const;
  /// What is under way. Forgets steps that nobody has asked for in a quarter of an hour: an
  /// operator has ended them.
  [[nodiscard]] actors::route_flight flight(time_point now);
  [[nodiscard]] bool knows(const operation_id& id) const;
};

struct leg_chain;

/// One run of one step. Lives in the callbacks of its own questions; answers exactly once. A route
/// derives its own from it, and keeps nothing between runs but what `detail` carries.
class route_step : public std::enable_shared_from_this<route_step> {
 public:
  using promise = caf::typed_response_promise<actors::step_progress>;
  using report = actors::operation_report;

  route_step(const route_step&) = delete;
  route_step& operator=(const route_step&) = delete;
  virtual ~route_step() = default;

 protected:
  /// @param tally  of the route's state, which outlives its runs.
  route_step(actors::route_actor::pointer self, const actors::world& w, route_tally& tally,
             actors::run_step x, promise p);

  /// Counts it. False when there is nothing to do: then it has been answered.
  [[nodiscard]] bool begin();

  // -- wallets -----------------------------------------------------------------------------------

  /// Where the operation stands; `then` for everything but an unreachable wallet (no_word).
  void where_is(const actors::wallet_account& who, const operation_id& id,
                std::function<void(const report&)> then);
  /// Sends it once, ever. A call that would revert now, or cannot be paid for, is not sent: nothing
  /// moved, the next look tries again with fresh numbers.
  void send(const actors::wallet_account& who, const operation_id& id, std::string purpose,
            actors::contract_call call);
  /// Lets `spender` take the wallet's tokens, once for all: conversions run side by side, and exact
  /// allowances would overwrite each other. It can do so only in calls that the wallet makes.
  void approve(const leg_chain& chain, const operation_id& id, const address& token,
               const address& spender);
  /// The wallet has named the transaction that used the nonce instead (wallet_doubt.cpp), however
  /// long ago. Only when no node has a receipt of any attempt of ours has nothing moved.
  void check_dropped(const rpc_actor& rpc, const operation_id& id);
  /// The wallet cannot tell: it may have moved the money, so nothing starts in its place.
  void undecided(const report& r);

  /// The wallet did not say where an operation stands.
  virtual void no_word(const caf::error& why);
  /// It has stored and broadcast what it was asked to.
  virtual void sent(const report& r);
  /// It has sent nothing: the call `reverts`, or there is no gas for it.
  virtual void not_sent(bool reverts, const std::string& why);

  // -- nodes -------------------------------------------------------------------------------------

  /// `then(results)` when all have answered; counts what is asked.
  void ask(const rpc_actor& rpc, std::vector<rpc_request> calls,
           std::function<void(std::vector<rpc_result>&)> then);
  /// Likewise of a service.
  void fetch(const http_actor& web, http_call call,
             std::function<void(const net::http_result&)> then);
  /// Whether the wallet's tokens cover this step and what older conversions have yet to send; says
  /// so when they do not.
  /// @param balance  the answer to balanceOf; `token`, `chain`: for a human.
  [[nodiscard]] bool covered(const rpc_result& balance, std::string_view token,
                             std::string_view chain);

  // -- how sure (route_proofs.cpp) --------------------------------------------------------------

  /// `then` once the block is final enough for what the step moves, by the node that shows it: of
  /// a large amount, or after a reorganisation, by the tag alone. Else it has been answered; and in
  /// a look `again` a block that is the chain's own is enough, the answer says how sure it is.
  /// @param place  of the chain in the step, for a human: "source", "destination".
  /// @param what   happened in it, likewise: "executed", "filled".
  void when_final(const leg_chain& chain, const block_ref& block, std::optional<std::uint32_t> node,
                  std::string_view place, std::string what, std::function<void()> then);
  /// Likewise of a transaction of ours that brought what the step moves; `then` gets its events as
  /// the chain has them now.
  void when_confirmed(const leg_chain& chain, const report& r, std::string what,
                      std::function<void(const report&)> then);
  /// Likewise of one that only sent it: what it sent arrives elsewhere, and that is judged there.
  void when_left(const leg_chain& chain, const report& r, std::function<void(const report&)> then);
  /// By which a block of that chain counts for what the step moves.
  [[nodiscard]] finality_rule rule_on(const leg_chain& chain) const noexcept;
  /// What a node called finalized there, in a look that asked for it.
  void saw_tag(const leg_chain& chain, std::optional<std::uint64_t> tagged);
  /// Whether a block there that counts may be undone yet.
  [[nodiscard]] bool is_by_depth(const leg_chain& chain, std::uint64_t block,
                                 std::optional<std::uint64_t> tagged) const;
  /// It is the chain's own, and does not count yet: waits, or is held while the tag stands still.
  void not_final(const leg_chain& chain, const finality_rule& rule, std::string what);
  /// Nothing of it is to be seen: in a look `again` no node must show `tx` to call it gone.
  void not_seen(const leg_chain& chain, const hash256& tx, std::string note);
  /// Only whether what was done is there still is asked: nothing may be sent.
  [[nodiscard]] bool asked_again() const noexcept { return x_.wish == step_wish::again; }

  // -- answers -----------------------------------------------------------------------------------

  void in_flight(const report& r, std::string note);
  void waiting(std::string note);
  void held(std::string note);
  void done(usdc amount);
  void failed(const hash256& tx, std::string why);
  void unreadable(std::string why);
  /// To be said before `waiting`: until a later look does not say it, nothing new may start on this
  /// route.
  void stop_route(std::string why) { stops_ = std::move(why); }
  /// How an answer reaches whoever asked; a part of a step tells it to the whole
  /// (across_split.hpp).
  /// @param stops  what stop_route said; "": nothing.
  virtual void deliver(actors::step_progress said, const std::string& stops);
  /// What a run of one part has used and asked is the step's.
  void include(const actors::step_progress& part);
  /// To another run, which answers in the place of this one.
  [[nodiscard]] promise hand_over() { return std::move(promise_); }

  /// Whether a line about this conversion may be written now: at most once a minute for one cause.
  [[nodiscard]] bool may_say(std::string_view cause);

  actors::route_actor::pointer self_;
  const actors::world& w_;
  const actors::run_step x_;
  route_detail detail_;
  hash256 tx_;
  std::uint32_t calls_ = 0;
  bool short_of_money_ = false;
  bool by_depth_ = false;    // something that the answer rests on may be undone yet
  bool money_left_ = false;  // for `held`: what it moves is in the wallet no more
  bool gone_ = false;        // in a look `again`: no node shows what it was done by
  usdc at_stake_;            // says how sure it must be: what goes together, however it is cut

 private:
  [[nodiscard]] bool demands_tag(const finality_rule& rule) const noexcept;
  void judge_receipt(const leg_chain& chain, const report& r, std::string_view place,
                     std::string what, std::function<void(const report&)> then);
  void refused(const caf::error& why);
  void look_for_receipts(const rpc_actor& rpc, std::vector<hash256> attempts);
  void remember(const actors::step_progress& said, const std::string& stops);
  void answer(step_state state, usdc amount);

  route_tally& tally_;
  std::string stops_;
  std::vector<operation_id> operations_;
  promise promise_;
};

/// One transaction of one attempt of one step of one conversion: always the same id.
[[nodiscard]] operation_id operation_of(const actors::run_step& x, std::string_view what);
[[nodiscard]] std::vector<log_entry> entries_of(const actors::operation_report& r);

}  // namespace headroom::chain
