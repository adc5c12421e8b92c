#include "tests/chain/polymarket/crossed_house.hpp"
#include "tests/chain/polymarket/post_rows.hpp"

/// Each fault switch of the venue's double (sandbox/clob/faults.mjs), crossed with the death of
/// whoever waits, in memory and in virtual time.
///
/// Unresolved on purpose, placing with an alert: an order that is LIVE for ever and whose cancel is
/// never confirmed; one that matched and gets no trade, or a trade that is never sent; and, while
/// the chain is silent, an order that the venue killed or filled in part.
namespace headroom::test {
namespace {

using std::chrono::milliseconds;

constexpr auto killed =
    "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed.";
constexpr auto at_once = milliseconds{0};

// -- what comes back for a POST ------------------------------------------------------------------

post_plan says(unsigned status, std::string body, bool takes) {
  post_plan out;
  out.status = status;
  out.body = std::move(body);
  out.takes = takes;
  return out;
}
/// `status` in an accepted order's answer.
post_plan accepted(const std::string& status) {
  return says(200,
              json{{"success", true},
                   {"errorMsg", ""},
                   {"orderID", chain::test::row_hash().hex()},
                   {"status", status}}
                  .dump(),
              true);
}
post_plan error_500(bool takes) {
  return says(500, R"({"error":"could not run the execution"})", takes);
}
post_plan duplicated() {
  return says(400, R"({"error":"order 0xa is invalid. Duplicated."})", true);
}
post_plan dropped(bool takes) {
  post_plan out;
  out.takes = takes;
  return out;
}
post_plan late(milliseconds lands_after) {
  post_plan out;
  out.takes = out.silent = true;
  out.lands_after = lands_after;
  return out;
}

// -- what becomes of the order -------------------------------------------------------------------

order_plan fills(std::vector<post_plan> posts) {
  order_plan p;
  p.posts = std::move(posts);
  return p;
}
order_plan fills_later(std::vector<post_plan> posts, const char* until_then, milliseconds after) {
  auto p = fills(std::move(posts));
  p.shown = {{at_once, until_then}, {after, "MATCHED"}};
  p.fills_after = after;
  return p;
}
order_plan never_fills(std::vector<post_plan> posts, std::vector<view_plan> shown) {
  auto p = fills(std::move(posts));
  p.shown = std::move(shown);
  p.fills_after.reset();
  return p;
}
order_plan is_killed(std::vector<post_plan> posts) {
  return never_fills(std::move(posts), {{at_once, killed}});
}
order_plan matches(std::vector<match_plan> plans) {
  auto p = fills({accepted("matched")});
  p.matches = std::move(plans);
  return p;
}
order_plan with_cancel(order_plan p, cancel_word word) {
  p.cancels = word;
  return p;
}
order_plan in_part() {
  auto p = matches({{60, match_end::confirmed}});
  p.shown = {{at_once, "CANCELED"}};
  return p;
}
order_plan in_silence(order_plan p) {
  p.chain_silent = true;
  return p;
}
order_plan hidden(bool trades_too) {
  auto p = fills({accepted("matched")});
  p.object_hidden = true;
  p.trades_hidden = trades_too;
  return p;
}
order_plan repeated() {
  auto p = fills({accepted("matched")});
  p.trades_repeated = true;
  return p;
}

order_plan unreadable(order_plan p) {
  p.reads_fail = true;
  return p;
}

struct fault {
  const char* name;
  order_plan plan;
  money_end end;
  order_fill fill = order_fill::whole;  // of a bet
};

std::vector<fault> of_the_post() {
  using enum money_end;
  const auto matched = accepted("matched");
  return {
      {"dropped_before_accept_once", fills({dropped(false), matched}), filled},
      {"dropped_before_accept_always", is_killed({dropped(false)}), given_back},
      {"dropped_after_accept_filled", fills({dropped(true)}), filled},
      {"dropped_after_accept_killed", is_killed({dropped(true)}), given_back},
      {"dropped_after_accept_killed_and_forgotten", never_fills({dropped(true)}, {{at_once, ""}}),
       given_back},
      {"error_500_before_accept_once", fills({error_500(false), matched}), filled},
      {"error_500_before_accept_always", is_killed({error_500(false)}), given_back},
      {"error_500_after_accept_filled", fills({error_500(true)}), filled},
      {"error_500_after_accept_killed", is_killed({error_500(true)}), given_back},
      {"answer_after_the_timeout_filled", fills({late(at_once)}), filled},
      {"answer_after_the_timeout_killed", is_killed({late(at_once)}), given_back},
      {"lands_after_the_timeout", fills({late(milliseconds{8'000}), dropped(false)}), filled},
      {"duplicated_filled", fills({duplicated()}), filled},
      {"duplicated_killed", is_killed({duplicated()}), given_back},
  };
}

std::vector<fault> of_a_kept_order() {
  using enum money_end;
  const milliseconds three{3'000}, eight{8'000}, beyond_the_deadline{40'000};
  const auto live = accepted("live");
  const auto delayed = accepted("delayed");
  const auto for_ever = never_fills({live}, {{at_once, "LIVE"}});
  return {
      {"live_then_filled", fills_later({live}, "LIVE", three), filled},
      {"live_then_cancelled", for_ever, given_back},
      {"live_for_ever_though_cancelled", with_cancel(for_ever, cancel_word::lies), given_back},
      {"live_for_ever_and_deaf", with_cancel(for_ever, cancel_word::deaf), unresolved},
      {"live_and_filled_after_its_cancel",
       with_cancel(fills_later({live}, "LIVE", beyond_the_deadline), cancel_word::lies), filled},
      {"delayed_then_matched", fills_later({delayed}, "DELAYED", eight), filled},
      {"delayed_then_unmatched",
       never_fills({delayed}, {{at_once, "DELAYED"}, {eight, "UNMATCHED"}}), given_back},
  };
}

std::vector<fault> of_a_match() {
  using enum money_end;
  const auto matched = accepted("matched");
  return {
      {"trade_retried", matches({{100, match_end::retried}}), filled},
      {"trade_failed", matches({{100, match_end::failed}}), given_back},
      {"trade_failed_but_filled", matches({{100, match_end::failed_but_filled}}), filled},
      {"one_of_two_trades_failed", matches({{60, match_end::confirmed}, {40, match_end::failed}}),
       filled},
      {"matched_for_ever", matches({{100, match_end::stuck}}), unresolved},
      {"matched_for_ever_but_filled", matches({{100, match_end::stuck_but_filled}}), filled},
      {"matched_without_a_trade", never_fills({matched}, {{at_once, "MATCHED"}}), unresolved},
      {"partial_fak", in_part(), filled, order_fill::part},
      {"trades_repeated", repeated(), filled},
      {"object_never_shown", hidden(false), filled},
      {"nothing_ever_shown", hidden(true), filled},
      {"reads_fail_filled", unreadable(fills({matched})), filled},
      {"reads_fail_killed", unreadable(is_killed({dropped(true)})), given_back},
      {"chain_silent_filled", in_silence(fills({matched})), filled},
      {"chain_silent_killed", in_silence(is_killed({dropped(true)})), unresolved},
      {"chain_silent_partial_fak", in_silence(in_part()), unresolved, order_fill::part},
  };
}

struct Switch : CrossedHouse {};

TEST_P(Switch, EndsInTheRightMoneyState) { play(); }

std::vector<crossed_case> crossed(const std::vector<fault>& faults) {
  std::vector<crossed_case> out;
  for (const auto& f : faults)
    for (const auto side : {order_side::buy, order_side::sell})
      for (const auto when : crashes)
        out.push_back({name_of(side, f.name, when), side, f.plan, f.end, when, f.fill});
  return out;
}

std::string shown_name(const testing::TestParamInfo<crossed_case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(OfThePost, Switch, testing::ValuesIn(crossed(of_the_post())), shown_name);
INSTANTIATE_TEST_SUITE_P(OfAKeptOrder, Switch, testing::ValuesIn(crossed(of_a_kept_order())),
                         shown_name);
INSTANTIATE_TEST_SUITE_P(OfAMatch, Switch, testing::ValuesIn(crossed(of_a_match())), shown_name);

}  // namespace
}  // namespace headroom::test
