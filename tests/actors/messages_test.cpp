#include <gtest/gtest.h>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include "actors/actors.hpp"
#include "actors/records_actor.hpp"

namespace headroom::test {
namespace {

using namespace actors;

// -- filling: every field that `inspect` names gets a value of its own ---------------------------

class filler {
 public:
  using result_type = void;
  std::size_t fields = 0;  // of the outermost struct

  template <class... Ts>
  void operator()(Ts&&... xs) {
    if (depth_ == 0) fields = (std::size_t{0} + ... + (is_field<Ts> ? 1U : 0U));
    ++depth_;
    (fill(xs), ...);
    --depth_;
  }

 private:
  template <class T>
  static constexpr bool is_field = !caf::meta::is_annotation<std::decay_t<T>>::value;

  template <class T>
  void fill(T& x) {
    if constexpr (caf::meta::is_annotation<T>::value) {
    } else if constexpr (std::is_same_v<T, bool>) {
      x = true;
    } else if constexpr (std::is_enum_v<T>) {
      x = static_cast<T>(1);
    } else if constexpr (std::is_integral_v<T>) {
      x = static_cast<T>(++next_ % 120);
    } else {
      fill_compound(x);
    }
  }
  void fill_compound(std::string& x) { x = "text " + std::to_string(++next_); }
  template <class T>
  void fill_compound(std::vector<T>& x) {
    x.resize(2);
    for (auto& one : x) fill(one);
  }
  template <class T, std::size_t N>
  void fill_compound(std::array<T, N>& x) {
    for (auto& one : x) fill(one);
  }
  void fill_compound(std::map<std::string, std::string>& x) {
    x = {{"a", "1"}, {"b", std::to_string(++next_)}};
  }
  void fill_compound(std::pair<std::string, std::string>& x) {
    x = {"name " + std::to_string(++next_), "text"};
  }
  template <class... Ts>
  void fill_compound(std::variant<Ts...>& x) {
    x = std::variant_alternative_t<sizeof...(Ts) - 1, std::variant<Ts...>>{};
    std::visit([&](auto& last) { fill(last); }, x);
  }
  template <class T>
  requires(std::is_class_v<T>) void fill_compound(T& x) { inspect(*this, x); }

  std::size_t depth_ = 0;
  std::uint64_t next_ = 0;
};

// -- counting: how many fields an aggregate really has -------------------------------------------

struct anything {
  template <class T>
  constexpr operator T() const;
};
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{((void)I, anything{})...}; };
}
template <class T, std::size_t N = 0>
constexpr std::size_t field_count() {
  if constexpr (takes<T>(std::make_index_sequence<N + 1>{})) {
    return field_count<T, N + 1>();
  } else {
    return N;
  }
}

// -- the round trip -------------------------------------------------------------------------------

template <class T>
std::vector<char> bytes_of(caf::actor_system& sys, T& x) {
  std::vector<char> out;
  caf::binary_serializer sink{sys, out};
  EXPECT_FALSE(sink(x));
  return out;
}

template <class T>
class Message : public testing::Test {};

using all_messages = testing::Types<
    // domain/
    usdc, money_source, share_amount, timestamp, bet, authorization, deposit, conversion_step,
    conversion, buffer_row, buffer_status, chain_operation, external_operation, service_key,
    signed_session, delegation, delegations_of, heard_event, committed, balance_row, bet_filter,
    bet_page, deposit_filter, deposit_page, money_on_its_way, conversion_page, chain_fees,
    route_metrics, conversion_metrics, inventory_marks, expected_arrival, buffer_flows,
    buffer_forecast, route_terms, route_verdict, trial_balance, solvency, unfinished_work, sale,
    position, payout_vector, redemption, settlement, position_filter, position_page,
    user_holdings_of, user_holdings, history_entry, history_filter, history_page, settlement_work,
    settlement_view, token_shares, withdrawal, withdrawal_filter, withdrawal_page, moving_money,
    reconciliation>;

template <class... Entries>
testing::Types<Entries...> types_of(const std::variant<Entries...>&);
using all_entries = decltype(types_of(std::declval<journal_entry>()));

using all_actor_messages = testing::Types<
    // actors/actors.hpp, from top to bottom
    status_report, deduct, release, abandoned, balance_committed, buffer_committed, balance_view,
    buffer_limits, replenish_buffer, append, place_bet, order_quote, quote_order, signed_order,
    submit_order, look_up_order, cancel_order, venue_answer, pay_deposit, signed_payment,
    verified_payment, paid_deposit, deposit_keys, payment_finding, contract_signature,
    contract_call, send_transaction, event_log, operation_report, run_step, step_progress,
    route_info, route_quote, route_flight, rescue_step, route_view, waiting_money, route_listing,
    list_conversions, conversion_work, wallet_backlog, wallet_account, wallet_nonces, find_external,
    open_externals, onchain_balances, actor_info, kind_info, actor_listing, readiness, quote_sale,
    sell_position, find_market, look_at_condition, condition_state, redeem_condition,
    redeem_progress, held_on_chain, token_holdings, unpaid_positions, outcome_view, market_view,
    list_markets, market_page, get_market, get_price, token_price, quote_bet, bet_quote,
    redeem_quote, redeemed_quote, request_withdrawal, decide_withdrawal, pause_withdrawals,
    withdrawals_view, transfer_usdc, transfer_progress, grounds, named_transfer, settle_conversion,
    adopt_arrival, cancel_nonce, resync_wallet, resolve_bet, repair_answer,
    // actors/records_actor.hpp
    course_filter, buffer_point, awaited_money, buffer_course, deed_filter, operator_deed,
    deed_page, unsettled_markets>;

template <class T>
void expect_round_trip() {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("testing"));
  caf::actor_system sys{config};
  T sent;
  filler fill;
  inspect(fill, sent);
  EXPECT_EQ(fill.fields, field_count<T>()) << "a field is missing from inspect";

  auto bytes = bytes_of(sys, sent);
  T received;
  EXPECT_NE(bytes_of(sys, received), bytes) << "the filling changed something";
  caf::binary_deserializer source{sys, bytes};
  EXPECT_FALSE(source(received));
  EXPECT_EQ(bytes_of(sys, received), bytes);

  // A cut message is an error, never half a value taken for a whole one.
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    T half;
    caf::binary_deserializer cut{sys, bytes.data(), n};
    EXPECT_TRUE(cut(half)) << n << " of " << bytes.size() << " bytes";
  }
}

TYPED_TEST_SUITE(Message, all_messages);
TYPED_TEST(Message, SurvivesTheWireWithEveryField) { expect_round_trip<TypeParam>(); }

template <class T>
class EntryMessage : public testing::Test {};
TYPED_TEST_SUITE(EntryMessage, all_entries);
TYPED_TEST(EntryMessage, SurvivesTheWireWithEveryField) { expect_round_trip<TypeParam>(); }

/// Each kind of entry, as the journal is asked for it.
TYPED_TEST(EntryMessage, ArrivesAsTheKindThatWasSent) {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("testing"));
  caf::actor_system sys{config};
  append sent{TypeParam{}};
  filler fill;
  inspect(fill, std::get<TypeParam>(sent.entry));
  auto bytes = bytes_of(sys, sent);
  append received;
  caf::binary_deserializer source{sys, bytes};
  EXPECT_FALSE(source(received));
  EXPECT_EQ(received.entry.index(), sent.entry.index());
  EXPECT_EQ(bytes_of(sys, received), bytes);
}

TEST(MessageText, AnEntryOfAKindThatNobodyKnowsIsAnError) {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("testing"));
  caf::actor_system sys{config};
  append sent{refill{}};
  auto bytes = bytes_of(sys, sent);
  for (const auto wrong : {std::variant_size_v<journal_entry>, std::size_t{255}}) {
    bytes.at(0) = static_cast<char>(wrong);
    append received;
    caf::binary_deserializer source{sys, bytes};
    EXPECT_EQ(source(received), caf::sec::unknown_type) << wrong;
  }
}

template <class T>
class ActorMessage : public testing::Test {};
TYPED_TEST_SUITE(ActorMessage, all_actor_messages);
TYPED_TEST(ActorMessage, SurvivesTheWireWithEveryField) { expect_round_trip<TypeParam>(); }

TEST(MessageText, AnErrorKeepsItsCodeAndItsWords) {
  const auto e = make_error(errc::exceeds_max_bet, "too much");
  EXPECT_EQ(code_of(e), errc::exceeds_max_bet);
  EXPECT_EQ(detail_of(e), "too much");
  EXPECT_EQ(code_of(make_error(errc::in_doubt)), errc::in_doubt);
  EXPECT_EQ(detail_of(make_error(errc::in_doubt)), "");
  EXPECT_EQ(code_of({}), errc::none);
  EXPECT_EQ(code_of(caf::sec::request_timeout), errc::timed_out);
  EXPECT_EQ(code_of(caf::sec::request_receiver_down), errc::unavailable);
  EXPECT_EQ(code_of(caf::sec::runtime_error), errc::internal);
  EXPECT_TRUE(never_received(caf::sec::request_receiver_down));
  EXPECT_FALSE(never_received(caf::sec::request_timeout));
}

}  // namespace
}  // namespace headroom::test
