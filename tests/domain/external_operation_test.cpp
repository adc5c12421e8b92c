#include "domain/external_operation.hpp"

#include <gtest/gtest.h>

namespace headroom::test {
namespace {

using enum external_status;

external_operation a_row(external_status status, const char* detail = "") {
  external_operation out;
  out.id.bytes[0] = 1;
  out.service = "a.service";
  out.account.bytes[0] = 2;
  out.sequence = 5;
  out.request_hash.bytes[0] = 3;
  out.request = "{}";
  out.status = status;
  out.detail = detail;
  return out;
}

TEST(ExternalOperation, ItsStatusOnlyGrowsAndItsEndStays) {
  struct row {
    external_status stored;
    external_status said;
    external_news news;
  };
  constexpr row table[] = {
      {stored, stored, external_news::nothing},
      {stored, accepted, external_news::onward},
      {stored, confirmed, external_news::onward},
      {stored, failed, external_news::onward},
      {stored, in_doubt, external_news::onward},
      {accepted, stored, external_news::nothing},
      {accepted, accepted, external_news::nothing},
      {accepted, confirmed, external_news::onward},
      {accepted, failed, external_news::onward},
      {accepted, in_doubt, external_news::onward},
      {confirmed, stored, external_news::nothing},
      {confirmed, accepted, external_news::nothing},
      {confirmed, confirmed, external_news::nothing},
      {confirmed, failed, external_news::other_end},
      {confirmed, in_doubt, external_news::other_end},
      {failed, confirmed, external_news::other_end},
      {failed, failed, external_news::nothing},
      {in_doubt, accepted, external_news::nothing},
      {in_doubt, confirmed, external_news::other_end},
      {in_doubt, in_doubt, external_news::nothing},
  };
  for (const auto& r : table)
    EXPECT_EQ(news_of(a_row(r.said), a_row(r.stored)), r.news)
        << static_cast<int>(r.stored) << " and then " << static_cast<int>(r.said);
}

TEST(ExternalOperation, MoreIsSaidOfAnOpenOneAndNoMoreOfAnEndedOne) {
  EXPECT_EQ(news_of(a_row(accepted, "seen"), a_row(accepted)), external_news::onward);
  EXPECT_EQ(news_of(a_row(failed, "other words"), a_row(failed)), external_news::nothing);
}

TEST(ExternalOperation, AnIdStandsForOneRequest) {
  const auto stored_row = a_row(stored);
  const auto other = [&](auto change) {
    auto said = a_row(confirmed);
    change(said);
    return news_of(said, stored_row);
  };
  EXPECT_EQ(other([](auto& x) { x.request_hash.bytes[0] = 9; }), external_news::other_request);
  EXPECT_EQ(other([](auto& x) { x.request += " "; }), external_news::other_request);
  EXPECT_EQ(other([](auto& x) { ++x.sequence; }), external_news::other_request);
  EXPECT_EQ(other([](auto& x) { x.account.bytes[0] = 9; }), external_news::other_request);
  EXPECT_EQ(other([](auto& x) { x.service += "2"; }), external_news::other_request);
  EXPECT_EQ(other([](auto& x) { x.purpose = "in other words"; }), external_news::onward);
}

}  // namespace
}  // namespace headroom::test
