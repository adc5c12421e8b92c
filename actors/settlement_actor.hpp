#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "actors/log_limit.hpp"
#include "actors/observed.hpp"
#include "actors/world.hpp"

namespace headroom::actors {

/// keccak-256. Handed in: it names payouts and redeeming transactions for good.
using digest_function = std::function<hash256(byte_view)>;

/// Looks at conditions of open positions, one after the other; what a condition is due follows from
/// its row in the books alone, so a look may end anywhere and the next one goes on.
struct settlement_state {
  static inline const char* name = "settlement";
  using time_point = caf::actor_clock::time_point;

  /// One look at one condition, from its row in the books to its rest.
  struct run {
    std::uint64_t epoch = 0;
    bool at_chain = false;  // an operator wants it: whatever the API says
    settlement_view view;   // as last read

    std::vector<address> accounts;
    std::size_t next_account = 0;  // to be redeemed
    std::size_t known_rounds = 0;  // of it, that the books have under another id
    bool redeemed = false;         // all were asked
    bool booked = false;           // one that the view does not show
    bool under_way = false;        // one of them is
    bool paid_nothing = false;     // a receipt shows burned shares and no money
    std::string refused;           // why one will not
    std::size_t empty_handed = 0;  // accounts that hold nothing that pays
    std::string seen;              // why what somebody else did is not booked

    bool slice_due = false;       // its timer is set
    caf::actor_id journal = 0;    // that has the slice; it may die without a word
    std::vector<address> paying;  // whose positions the slice pays
    std::size_t unanswered = 0;
    std::size_t settled = 0;
    errc refusal = errc::none;  // of the slice, for good

    std::vector<caf::typed_response_promise<settlement_view>> askers;
  };
  struct memory {
    time_point next_look{};
    std::optional<time_point> troubled_since{};
  };

  world_ptr w;
  digest_function digest;
  std::map<hash256, run> live;
  std::uint64_t epochs = 0;
  std::unordered_map<hash256, memory> known;  // a cache: what is forgotten is looked at earlier
  std::deque<hash256> waiting;                // found, due, for a place among the live
  hash256 after;               // the page behind it is the next; zero: from the start
  bool reading = false;        // a page
  std::deque<uint256> tokens;  // of unknown markets, for a place among `asked`
  std::set<uint256> asked;
  std::map<uint256, time_point> next_ask;
  std::map<hash256, timestamp> open;  // resolved and not paid out, since when
  log_limit lines;
  std::uint64_t recorded = 0;
  std::uint64_t redeemed = 0;
  std::uint64_t paid = 0;
  std::uint64_t closed = 0;
};

using settlement_self = self_pointer<settlement_actor, settlement_state>;

settlement_actor::behavior_type settlement_behavior(settlement_self self, world_ptr w,
                                                    digest_function digest);

/// A position is paid once.
[[nodiscard]] payout_id payout_of_position(const digest_function& digest, const uint256& token,
                                           const address& user);
/// The n-th redeeming of a condition for an account: always the same id.
[[nodiscard]] operation_id redeeming_of(const digest_function& digest, const hash256& condition,
                                        const address& account, std::size_t round);

/// One that somebody else's transaction made: always the same id, whoever books it.
[[nodiscard]] operation_id redemption_seen_in(const digest_function& digest,
                                              const hash256& condition, const address& account,
                                              const hash256& transaction);

/// Kinds of alerts. The subject is a condition, but for unknown_market: a token.
namespace settlement_alert {
inline constexpr std::string_view shortage = "settlement.short";
inline constexpr std::string_view paid_nothing = "settlement.paid_nothing";
inline constexpr std::string_view refused = "settlement.refused";
inline constexpr std::string_view burned = "settlement.burned";
inline constexpr std::string_view surplus = "settlement.surplus";
inline constexpr std::string_view stopped = "settlement.stopped";
inline constexpr std::string_view unreadable = "settlement.unreadable";
inline constexpr std::string_view elsewhere = "settlement.redeemed_elsewhere";
inline constexpr std::string_view unknown_market = "settlement.unknown_market";
inline constexpr std::string_view all[] = {shortage,   paid_nothing, refused,
                                           burned,     surplus,      stopped,
                                           unreadable, elsewhere,    unknown_market};
}  // namespace settlement_alert

}  // namespace headroom::actors
