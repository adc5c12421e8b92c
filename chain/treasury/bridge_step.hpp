#pragma once

#include "chain/evm/finality.hpp"
#include "chain/evm/log_search.hpp"
#include "chain/treasury/route_leg.hpp"

namespace headroom::chain {

/// What a leg remembers of moves it waits for. Lost at a restart, which costs looks alone.
struct arrival_memory {
  using time_point = caf::actor_clock::time_point;

  struct entry {
    time_point first_look;
    std::optional<time_point> ready_since{};  // the other side could be completed by anybody
    std::uint32_t looks = 0;                  // that found nothing
  };
  std::map<hash256, entry> waited;  // by what the bridge calls the move (route_detail::guid)
  std::uint64_t taken_chunk = 0;    // what the nodes took of a log search lately; 0: unknown
};

/// A step that begins with one transaction of ours, which leaves an event on its own chain.
class sending_step : public route_step {
 protected:
  using route_step::route_step;

  struct event_place {
    address emitter;
    std::vector<std::optional<hash256>> topics;
  };

  /// Before a second send: nothing of this amount may have left by a transaction that no operation
  /// of ours owns, whatever the earlier attempts are believed to have been.
  /// @param place    of the event that a send of ours leaves on `from`.
  /// @param sent_by  what such an event says has left; nothing: unreadable.
  void check_sends(const leg_chain& from, std::uint64_t head, event_place place,
                   std::function<std::optional<uint256>(const log_entry&)> sent_by,
                   std::function<void()> then);
};

/// A step across a bridge: one transaction of ours, then an event on another chain, named by a hash
/// which is on record in `detail`. It counts when its block is final; "none" is believed of several
/// nodes only. bridge_arrival has the second half; bridge_sends looks for sends nobody knows of.
class bridge_step : public sending_step {
 protected:
  bridge_step(const leg_house& house, actors::run_step x, promise p, arrival_memory& memory,
              leg_chain to);

  /// From the block on record to the head, which is one question while the range is one that nodes
  /// take; the head itself is asked for only when there is something to judge by it. Ends in
  /// `arrived`, `not_arrived` or an answer.
  void look_for_arrival();

  [[nodiscard]] virtual event_place place_of_arrival() const = 0;
  /// What the event brought; nothing: it is not the one that is waited for.
  [[nodiscard]] virtual std::optional<usdc> brought_by(const log_entry& log) const = 0;
  /// Of which token its transaction must show that we got what the event says: what a bridge calls
  /// an arrival names no token. Nothing: the event itself is about the token.
  [[nodiscard]] virtual std::optional<address> token_of_arrival() const { return std::nullopt; }
  /// More than that is not what was sent.
  [[nodiscard]] virtual usdc most_of_arrival() const { return x_.amount_in; }
  /// Whether others can make events of the same name and topics. Else such an event that is not
  /// what was sent is a fault.
  [[nodiscard]] virtual bool others_may_emit() const { return false; }
  /// The words of `detail` for an arrival that is not final yet: "executed", "filled".
  [[nodiscard]] virtual std::string_view arrived_word() const = 0;
  virtual void not_arrived(arrival_memory::entry& waited) = 0;
  /// Its block is final.
  virtual void arrived() {}

  arrival_memory& memory_;
  const leg_chain to_;

 private:
  [[nodiscard]] std::shared_ptr<bridge_step> me() {
    return std::static_pointer_cast<bridge_step>(shared_from_this());
  }
  void search_arrival();
  void find_arrival(const chain_head& head);
  void search_from(std::uint64_t lowest, const chain_head& head, std::uint32_t rounds);
  [[nodiscard]] const log_entry* arrival_in(const std::vector<log_entry>& logs) const;
  void judge(const log_entry& log, std::uint32_t node);
  void arrival_is_final(const log_entry& log, std::uint32_t node, usdc amount);
  void check_receipts(const log_entry& log, std::uint32_t node, usdc amount);
  void weigh(const log_entry& log, std::uint32_t node, usdc amount,
             const std::vector<rpc_result>& words);
  void take(const log_entry& log, usdc amount);
  void nothing_found();
};

}  // namespace headroom::chain
