#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/journal.hpp"
#include "domain/ledger.hpp"

/// The story of one bet, sale, deposit, conversion or withdrawal, told from what the books keep of
/// it: its order, the names of its gaps, and whether its postings sum up. Holds no signature, no
/// signed order, no key and nothing of a request but its id.
namespace headroom {

enum class timeline_kind : std::uint8_t {
  bet = 0,
  sale = 1,
  deposit = 2,
  conversion = 3,
  withdrawal = 4
};
[[nodiscard]] std::string_view to_string(timeline_kind k) noexcept;
[[nodiscard]] std::optional<timeline_kind> parse_timeline_kind(std::string_view text) noexcept;

/// Who of the house, or outside of it, an event is of: one lane of the picture.
enum class timeline_lane : std::uint8_t {
  http = 0,       // the front: asked, answered
  balance = 1,    // the user's balance
  buffer = 2,     // the buffer
  journal = 3,    // what the books committed
  ledger = 4,     // postings
  venue = 5,      // orders and their outcomes
  chain = 6,      // transactions
  route = 7,      // steps of conversions
  service = 8,    // REST services that act for us
  operators = 9,  // what humans ordered
  house = 10      // the service itself
};
[[nodiscard]] std::string_view to_string(timeline_lane l) noexcept;

/// Where an event stands, and where a page goes on: by time, then by what comes first of one
/// moment, then by a name.
struct timeline_place {
  timestamp at;
  std::uint8_t rank = 0;
  std::string key;
  friend auto operator<=>(const timeline_place&, const timeline_place&) = default;

  /// "<microseconds>.<rank>.<key>", opaque to clients.
  [[nodiscard]] std::string text() const;
  /// Nothing when the text is not one of ours; "" is the beginning.
  [[nodiscard]] static std::optional<timeline_place> parse(std::string_view text);
};

/// Of one moment: an intent before its posting, a broadcast before its receipt.
namespace timeline_rank {
inline constexpr std::uint8_t before = 10, told = 20, ordered = 25, posted = 30, sent = 40,
                              ended = 50, noted = 60, flight = 70;
}

struct timeline_event {
  timeline_place place;
  timeline_lane lane = timeline_lane::journal;
  std::string what;           // stable: "bet.placed", "posting.bet_refund", "tx.confirmed"
  std::string actor;          // who did it: an actor's kind, or an operator
  std::int64_t took_us = -1;  // below zero: not known
  bool has_amount = false;
  usdc amount;
  std::string detail;  // for a human; may be strangers' words
  bool kept = true;    // by the books; no: this process remembers it, and the next one will not
};

/// Puts both in order; of two at one place the first list's stays.
[[nodiscard]] std::vector<timeline_event> merged(std::vector<timeline_event> events,
                                                 std::vector<timeline_event> more);

/// What nothing happened in, from an event's time to the next one's.
struct timeline_gap {
  timestamp from;
  timestamp to;
  std::string named;  // "waiting for venue 61 ms"
};
/// Shorter ones are not worth a name.
inline constexpr std::int64_t least_gap_us = 1'000;
/// An order's outcome is asked for and answered within this; later it was in doubt.
inline constexpr std::int64_t venue_answers_within_us = 15'000'000;

/// Of events in their order; `before`: the last one of the page before.
[[nodiscard]] std::vector<timeline_gap> gaps_of(const std::optional<timeline_event>& before,
                                                std::span<const timeline_event> events);
/// "61 ms", "2.4 s", "3 min 5 s", "2 h 1 min", "4 d 3 h"; rounded towards zero.
[[nodiscard]] std::string time_text(std::int64_t us);

struct timeline_posting {
  posting_shape shape;
  usdc amount;
  timestamp at;
};

/// One transaction of the outbox, without its bytes.
struct timeline_operation {
  std::string id;
  std::uint32_t attempt = 0;
  std::uint64_t chain_id = 0;  // zero: a service's, not a chain's
  std::string service;         // "" of a chain
  std::uint64_t nonce = 0;     // or the account's sequence at the service
  hash256 tx_hash;             // zero: not known
  std::string purpose;
  std::string status;
  std::uint64_t block_number = 0;  // zero: not mined
  std::string fee_wei;             // decimal
  timestamp created_at;
  timestamp updated_at;
};

/// What a posting changed of an account in all.
struct timeline_sum {
  account of;
  usdc change;
};
/// Of every account that they touch.
[[nodiscard]] std::vector<timeline_sum> sums_of(std::span<const posting> postings);

/// Whether the postings are those that the row should have made by now (domain/ledger.hpp says
/// which): not one less, not one more.
[[nodiscard]] bool sums_up(const bet& row, std::span<const posting> postings);
[[nodiscard]] bool sums_up(const sale& row, std::span<const posting> postings);
[[nodiscard]] bool sums_up(const deposit& row, std::span<const posting> postings);
[[nodiscard]] bool sums_up(const conversion& row, std::span<const posting> postings);
[[nodiscard]] bool sums_up(const withdrawal& row, std::span<const posting> postings);

/// Nothing of its own goes on: a filled bet has ended, whatever its market comes to.
[[nodiscard]] bool has_ended(const bet& row) noexcept;
[[nodiscard]] bool has_ended(const sale& row) noexcept;
[[nodiscard]] bool has_ended(const deposit& row) noexcept;
[[nodiscard]] bool has_ended(const conversion& row) noexcept;
[[nodiscard]] bool has_ended(const withdrawal& row) noexcept;

/// Whose story it is.
struct timeline_subject {
  timeline_kind kind = timeline_kind::bet;
  std::string id;
  std::string status;
  address user;  // zero: of no one user
  usdc amount;
  timestamp created_at;
  timestamp updated_at;
  std::string question;  // of its market, in the venue's words; "" where there is none on record
  std::string outcome;
};

/// What is asked for. `cursor`: an earlier page's `next_cursor`, "" for the first page.
struct timeline_request {
  timeline_kind kind = timeline_kind::bet;
  std::array<std::uint8_t, 16> id{};
  std::string cursor;
  std::uint32_t limit = 1'000;  // 1 to 1,000
};
inline constexpr std::uint32_t most_timeline_events = 1'000;

/// One page of it. Postings and operations are those that its events are about.
struct timeline_page {
  timeline_subject subject;
  std::vector<timeline_event> events;
  std::vector<timeline_gap> gaps;
  std::vector<timeline_posting> postings;
  std::vector<timeline_operation> operations;
  std::vector<timeline_sum> sums;  // of all its postings, whatever the page
  bool complete = false;    // it has ended, nothing of it is under way, and the postings sum up
  std::string next_cursor;  // "" on the last page
  std::optional<timeline_event> before;  // the last event of the page before
};

/// Cuts the page to `limit` events of all those from `from` on, and names its gaps. `events` are in
/// order and one longer than `limit` when there are more; the first may be the one at `from`.
void cut_page(timeline_page& page, const timeline_place& from, std::size_t limit);

}  // namespace headroom
