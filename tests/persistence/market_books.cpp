#include "tests/persistence/market_books.hpp"

namespace headroom::test {

const hash256 market_books::condition = id_of<hash256>(50);
const uint256 market_books::yes = id_of<uint256>(51);
const uint256 market_books::no = id_of<uint256>(52);
const address market_books::alice = user_of(1);
const address market_books::bob = user_of(2);

void market_books::SetUp() {
  fill_buffer(1000_usdc);
  fund(100, alice, 100_usdc);
  fund(101, bob, 100_usdc);
}

bet market_books::a_bet_on(const uint256& token, std::uint64_t n, const address& user,
                           usdc amount) {
  auto out = a_bet(n, user, amount);
  out.token = token;
  return out;
}

finish_bet market_books::filled_with(const bet& b, share_amount shares, usdc spent, usdc fee) {
  auto out = filled(b, spent, fee);
  out.shares = shares;
  return out;
}

void market_books::buy(std::uint64_t n, const address& user, const uint256& token,
                       share_amount shares, usdc spent, usdc fee) {
  const auto row = a_bet_on(token, n, user, add_saturating(spent, fee));
  all_taken({accept_bet{row}, filled_with(row, shares, spent, fee)});
}

accept_sale market_books::a_sale(std::uint64_t n, const address& user, const uint256& token,
                                 share_amount shares) {
  sale out;
  out.id = id_of<sale_id>(n);
  out.user = user;
  out.token = token;
  out.shares = shares;
  out.min_price = 400'000_micro;
  out.request_hash = id_of<hash256>(n + 2);
  out.order_hash = id_of<hash256>(n + 3);
  out.signed_order = {0x00, 0xff, 0x5c};
  out.deadline = noon.plus(std::chrono::minutes{5});
  out.created_at = out.updated_at = noon.plus(std::chrono::microseconds{n});
  out.placed_by = "user:" + user.hex();
  return {out};
}

finish_sale market_books::sold(const accept_sale& of, share_amount shares, usdc proceeds,
                               usdc fee) {
  return {of.row.id, of.row.user, sale_status::sold, shares, proceeds, fee, "", noon};
}

finish_sale market_books::unsold(const accept_sale& of) {
  return {of.row.id, of.row.user, sale_status::failed, {}, {}, {}, "no match", noon};
}

record_market market_books::the_market() {
  return {condition, false, "Will it?", {yes, no}, {"Yes", "No"}, noon};
}

open_settlement market_books::resolved(std::uint64_t yes_pays, std::uint64_t no_pays) {
  return {condition, {yes_pays, no_pays}, yes_pays + no_pays, noon};
}

book_redemption market_books::redeemed(std::uint64_t n, usdc received) {
  return {condition,  id_of<operation_id>(n),
          user_of(9), id_of<hash256>(n),
          received,   {share_amount{received.micro}, share_amount{}},
          noon};
}

/// The id follows from user and token, as the house's does.
settle_position market_books::payout(const address& user, const uint256& token, usdc amount) {
  payout_id id;
  id.bytes[0] = 0xab;
  id.bytes[1] = token.bytes.back();
  std::copy(user.bytes.end() - 8, user.bytes.end(), id.bytes.begin() + 8);
  return {id, condition, token, user, amount, noon.plus(std::chrono::hours{1})};
}

close_settlement market_books::closed_with(usdc remainder) {
  return {condition, remainder, noon.plus(std::chrono::hours{2})};
}

void market_books::all_taken(const std::vector<journal_entry>& batch) {
  ASSERT_EQ(verdicts(batch), std::vector<errc>(batch.size(), errc::none));
}

std::string market_books::held(const address& user, const uint256& token) {
  const auto found = reader.find_position(user, token).value();
  if (!found) return "";
  auto out = std::to_string(found->shares.micro) + "+" + std::to_string(found->selling.micro) +
             " " + std::to_string(found->cost.micro);
  if (found->result != settlement_result::none)
    out += ": " + std::string{to_string(found->result)} + " " + std::to_string(found->payout.micro);
  return out;
}

settlement_view market_books::view() {
  const auto found = reader.find_settlement(condition).value();
  EXPECT_TRUE(found.has_value());
  return found.value_or(settlement_view{});
}

}  // namespace headroom::test
