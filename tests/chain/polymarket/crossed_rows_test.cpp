#include "tests/chain/polymarket/crossed_house.hpp"
#include "tests/chain/polymarket/post_rows.hpp"

/// Each documented answer to POST /order, with what may really have become of the order, crossed
/// with the death of whoever waits for it: the money ends where the exchange says.
///
/// Unresolved on purpose: a "matched" that no trade and no event ever follows. Nobody can prove
/// that it will not be broadcast tomorrow, so a human looks (`headroom bets resolve`).
namespace headroom::test {
namespace {

using chain::test::post_row;
using chain::test::post_rows;
using std::chrono::milliseconds;

constexpr auto killed =
    "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed.";
constexpr order_side sides[] = {order_side::buy, order_side::sell};

post_plan says(const post_row& r, bool takes) {
  post_plan out;
  out.status = r.status;
  out.body = r.body;
  out.takes = takes;
  return out;
}

bool is_killed(const post_row& r) { return r.reason == "fok_not_filled" || r.reason == "no_match"; }
/// The venue has it, and is not done with it.
bool is_kept(const post_row& r) {
  return r.reason == "live" || r.reason == "delayed" || r.reason == "unmatched";
}

/// It fills after this answer, or after the next POST when this one was not accepted.
order_plan filling(const post_row& r) {
  order_plan p;
  const bool accepted = r.verdict != venue_verdict::not_now;
  p.posts = {says(r, accepted)};
  if (!accepted) p.posts.push_back(says(post_rows().front(), true));
  if (is_kept(r)) {
    p.shown = {{milliseconds{0}, r.reason == "delayed" ? "DELAYED" : "LIVE"},
               {milliseconds{3'000}, "MATCHED"}};
    p.fills_after = milliseconds{3'000};
  }
  return p;
}

/// It never fills; of what was not taken the venue says the same each time.
order_plan untouched(const post_row& r) {
  order_plan p;
  p.fills_after.reset();
  const bool accepted =
      r.verdict == venue_verdict::matched || is_kept(r) || is_killed(r) || r.reason == "duplicated";
  p.posts = {says(r, accepted)};
  if (r.reason == "live") p.shown = {{milliseconds{0}, "LIVE"}};
  if (r.reason == "delayed")
    p.shown = {{milliseconds{0}, "DELAYED"}, {milliseconds{8'000}, "UNMATCHED"}};
  if (r.reason == "unmatched") p.shown = {{milliseconds{0}, "UNMATCHED"}};
  if (is_killed(r) || r.reason == "duplicated") p.shown = {{milliseconds{0}, killed}};
  return p;
}

money_end end_of_untouched(const post_row& r) {
  return r.verdict == venue_verdict::matched ? money_end::unresolved : money_end::given_back;
}

/// A definite no fills nothing, and a pause beyond the deadline leaves no other POST.
bool may_fill(const post_row& r) {
  switch (r.verdict) {
    case venue_verdict::refused: return false;
    case venue_verdict::not_now: return r.wait == 0;
    default: return true;
  }
}

std::string name_of_row(std::size_t i, const char* what) {
  const auto& r = post_rows()[i];
  return std::to_string(r.status) + "_" + std::string{r.reason} + "_row" + std::to_string(i) + "_" +
         what;
}

std::string shown_name(const testing::TestParamInfo<crossed_case>& info) { return info.param.name; }

// -- as the answer to the first POST -------------------------------------------------------------

struct RowOfTheFirstPost : CrossedHouse {};

TEST_P(RowOfTheFirstPost, EndsInTheRightMoneyState) { play(); }

std::vector<crossed_case> first_posts() {
  std::vector<crossed_case> out;
  for (std::size_t i = 0; i < post_rows().size(); ++i)
    for (const auto side : sides)
      for (const auto when : {crash::none, crash::bet_before, crash::house_after}) {
        const auto& r = post_rows()[i];
        out.push_back({name_of(side, name_of_row(i, "untouched"), when), side, untouched(r),
                       end_of_untouched(r), when});
        if (may_fill(r))
          out.push_back({name_of(side, name_of_row(i, "filled"), when), side, filling(r),
                         money_end::filled, when});
      }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Each, RowOfTheFirstPost, testing::ValuesIn(first_posts()), shown_name);

// -- as the answer to the second POST of an order whose first one was lost
// -------------------------

struct RowOfTheSecondPost : CrossedHouse {};

TEST_P(RowOfTheSecondPost, EndsInTheRightMoneyState) { play(); }

/// The first was taken, and for four seconds nobody shows it: so the same bytes go again, and
/// whatever is said of these proves nothing about the first.
order_plan filled_by_the_first(const post_row& r) {
  order_plan p;
  p.posts = {post_plan{}, says(r, false)};
  p.posts[0].takes = true;
  p.posts[1].insists = true;
  p.shown = {{milliseconds{0}, ""}, {milliseconds{4'000}, "MATCHED"}};
  p.fills_after = milliseconds{4'000};
  return p;
}

order_plan first_never_arrived(const post_row& r) {
  auto p = untouched(r);
  p.posts.insert(p.posts.begin(), post_plan{});
  return p;
}

std::vector<crossed_case> second_posts() {
  std::vector<crossed_case> out;
  for (std::size_t i = 0; i < post_rows().size(); ++i)
    for (const auto side : sides) {
      const auto& r = post_rows()[i];
      out.push_back({name_of(side, name_of_row(i, "untouched"), crash::none), side,
                     first_never_arrived(r), end_of_untouched(r)});
      out.push_back({name_of(side, name_of_row(i, "filled"), crash::none), side,
                     filled_by_the_first(r), money_end::filled});
    }
  return out;
}
INSTANTIATE_TEST_SUITE_P(Each, RowOfTheSecondPost, testing::ValuesIn(second_posts()), shown_name);

}  // namespace
}  // namespace headroom::test
