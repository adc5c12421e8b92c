#pragma once

#include <deque>
#include <functional>

#include "actors/observed.hpp"

namespace headroom::test {

/// What the venue says, one answer per question; `otherwise` once the list is used up.
struct venue_script {
  errc quote_error = errc::none;
  std::chrono::seconds quote_wait{0};  // that comes with it
  errc sign_error = errc::none;
  std::deque<actors::venue_answer> posts;
  std::deque<actors::venue_answer> looks;
  std::deque<bool> cancels;
  actors::venue_answer post_otherwise;
  actors::venue_answer look_otherwise{venue_verdict::absent, {}, {}, {}, {}};
  bool mute = false;  // takes posts and answers at the next wake_atom
  /// The exchange's chain: final up to now, and it knows nothing of any order. Not set: silent.
  std::function<timestamp()> chain_time;
  std::vector<hash256> posted;
  std::vector<timestamp> deadlines;  // that came with them
  std::vector<hash256> looked_up;
  std::vector<bool> followed;  // that came with them
  std::uint32_t cancelled = 0;
  std::uint32_t orders_signed = 0;
  std::vector<std::string> quoted_for;  // by of each quote
  std::vector<caf::typed_response_promise<actors::venue_answer>> unanswered;
};
[[nodiscard]] actors::venue_answer filled(usdc spent, usdc fee);
[[nodiscard]] actors::venue_answer says(venue_verdict verdict, std::string reason = {});

/// A payment that reads as `payment`, what time and chain have against it, and what becomes of it.
struct payment_script {
  errc read_error = errc::none;
  std::string read_detail;
  bool proven = true;  // signed by the payer's own key
  authorization payment;
  std::function<void()> at_read;  // before a header is read
  hash256 idempotency_key;
  hash256 payment_identifier;
  errc prove_error = errc::none;  // what its contract has against the signature
  std::string prove_detail;
  std::uint32_t asked_to_prove = 0;
  bool paid = false;  // the verification finds it paid already
  errc verify_error = errc::none;
  std::string verify_detail;
  std::function<void()> at_verify;  // what happens meanwhile
  std::uint32_t verified = 0;       // how often it was asked
  std::deque<actors::payment_finding> findings;
  actors::payment_finding otherwise{actors::payment_state::unknown, {}, {}};
  std::uint32_t looked = 0;
  std::deque<actors::payment_finding> findings_at;  // in a transaction that was named
  actors::payment_finding otherwise_at{actors::payment_state::unknown, {}, {}};
  std::vector<hash256> looked_at;
  bool mute = false;  // the chain hangs
};

struct wallet_script {
  bool down = false;
  bool mute = false;  // takes what it is asked to send and says nothing
  std::deque<actors::operation_report> reports;
  actors::operation_report report{operation_state::pending, {}, 0, {}, {}};
  std::vector<operation_id> sent;
  std::uint32_t asked = 0;
};

struct route_script {
  std::string name = "scripted";
  std::vector<std::string> steps{"bridge", "swap"};
  bool silent = false;  // fails every question about a step
  bool mute = false;    // takes it and says nothing
  std::deque<actors::step_progress> words;
  actors::step_progress otherwise;
  std::uint32_t expected_seconds = 0;
  std::vector<actors::run_step> asked;
  money_source from{};
  std::string disabled;
  /// What it says of an amount; not set: one to one, in a second.
  std::function<actors::route_quote(usdc)> quote;
  actors::route_flight flight{true, 0, {}};
  bool hushed = false;  // answers nothing about amounts and flights, ever
  std::vector<usdc> quoted;
  std::vector<caf::typed_response_promise<actors::route_quote>> unquoted;
  std::vector<caf::typed_response_promise<actors::route_flight>> unseen;
  std::vector<caf::typed_response_promise<actors::step_progress>> unanswered;
};

template <class Tag>
struct scripted_state {
  static inline const char* name = Tag::name;
};
struct venue_tag {
  static constexpr const char* name = "scripted-venue";
};
struct payment_tag {
  static constexpr const char* name = "scripted-payment";
};
struct wallet_tag {
  static constexpr const char* name = "scripted-wallet";
};
struct route_tag {
  static constexpr const char* name = "scripted-route";
};

actors::venue_actor::behavior_type scripted_venue(
    actors::self_pointer<actors::venue_actor, scripted_state<venue_tag>> self, venue_script* s);
actors::payment_actor::behavior_type scripted_payment(
    actors::self_pointer<actors::payment_actor, scripted_state<payment_tag>> self,
    payment_script* s);
actors::wallet_actor::behavior_type scripted_wallet(
    actors::self_pointer<actors::wallet_actor, scripted_state<wallet_tag>> self, wallet_script* s);
actors::route_actor::behavior_type scripted_route(
    actors::self_pointer<actors::route_actor, scripted_state<route_tag>> self, route_script* s);

}  // namespace headroom::test
