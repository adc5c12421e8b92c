#include "tests/support/ledger_story.hpp"

namespace headroom::test {
namespace {

constexpr timestamp noon{1'763'726'400'123'456};

template <class Id>
constexpr Id numbered(std::uint8_t n) {
  Id out;
  out.bytes[0] = 0xce;
  out.bytes[Id::size - 1] = n;
  return out;
}

constexpr auto alice = numbered<address>(1);
constexpr auto bob = numbered<address>(2);

bet a_bet(std::uint8_t n, const address& user, usdc amount) {
  bet out;
  out.id = numbered<bet_id>(n);
  out.user = user;
  out.token = uint256::of(51);
  out.amount = amount;
  out.max_price = 500'000_micro;
  out.order_hash = numbered<hash256>(n);
  out.signed_order = {1, 2, 3};
  out.deadline = noon.plus(std::chrono::minutes{5});
  out.created_at = out.updated_at = noon;
  return out;
}

finish_bet an_end(std::uint8_t n, const address& user, bet_status status, usdc spent, usdc fee,
                  usdc refunded, usdc excess = {}) {
  finish_bet out{numbered<bet_id>(n), user, status, {spent.micro}, spent, fee, refunded, "", noon};
  out.excess = excess;
  return out;
}

deposit a_deposit(std::uint8_t n, const address& user, usdc amount, usdc fee = {}) {
  deposit out;
  out.id = numbered<deposit_id>(n);
  out.user = user;
  out.amount = amount;
  out.fee = fee;
  out.payment.from = user;
  out.payment.value = amount;
  out.payment.nonce = numbered<hash256>(n);
  out.payment.signature = byte_vector(65, 0x1b);
  out.created_at = out.updated_at = noon;
  return out;
}

settle_deposit settled(std::uint8_t n) {
  return {numbered<deposit_id>(n), numbered<hash256>(n), noon, n};
}

credit_deposit credited(std::uint8_t n, const address& user, usdc amount, usdc fee = {}) {
  return {numbered<deposit_id>(n), user, amount, noon, fee};
}

open_conversion opened(std::uint8_t n, std::uint8_t deposit, usdc amount) {
  conversion out;
  out.id = numbered<conversion_id>(n);
  out.route = "oft_uniswap";
  out.amount = amount;
  out.deposits = {numbered<deposit_id>(deposit)};
  out.created_at = out.updated_at = noon;
  return {out};
}

/// Its deposit goes on in another one.
replace_conversion moved(std::uint8_t old, std::uint8_t n, std::uint8_t deposit, usdc amount) {
  auto row = opened(n, deposit, amount).row;
  row.route = "across";
  return {numbered<conversion_id>(old), row, noon};
}

complete_conversion arrived(std::uint8_t n, usdc to_buffer, usdc to_reserve, usdc loss) {
  return {numbered<conversion_id>(n), {}, to_buffer, to_reserve, loss, noon};
}

/// Deep, and not finalized yet.
conversion_step deep_step() {
  conversion_step out;
  out.name = "swap";
  out.state = "done";
  out.by_depth = true;
  return out;
}

undo_conversion undone(std::uint8_t n, usdc from_buffer, usdc from_reserve, usdc loss) {
  return {numbered<conversion_id>(n), 1, {}, from_buffer, from_reserve, loss, noon};
}

complete_conversion arrived_again(std::uint8_t n, usdc to_buffer, usdc loss) {
  return {numbered<conversion_id>(n),        {deep_step()}, to_buffer, {}, loss,
          noon.plus(std::chrono::seconds{1})};
}

order_conversion ordered(std::uint8_t n, order_word word, int after) {
  order_conversion out;
  out.id = numbered<conversion_id>(n);
  out.order.word = word;
  out.order.by = "cli:ann";
  out.order.reason = "ticket 7";
  out.order.at = noon.plus(std::chrono::seconds{after});
  return out;
}

chain_operation an_operation() {
  chain_operation out;
  out.id = numbered<operation_id>(1);
  out.chain_id = 137;
  out.account = numbered<address>(9);
  out.tx_hash = numbered<hash256>(99);
  out.raw = {0x02};
  out.purpose = "swap";
  out.created_at = noon;
  return out;
}

external_operation a_batch(external_status status) {
  external_operation out;
  out.id = numbered<operation_id>(3);
  out.service = "polymarket.relayer";
  out.account = numbered<address>(9);
  out.sequence = 5;
  out.request_hash = numbered<hash256>(98);
  out.request = R"({"nonce":"5"})";
  out.give_up_at = noon.plus(std::chrono::minutes{4});
  out.purpose = "venue.approve";
  out.status = status;
  out.created_at = out.updated_at = noon;
  return out;
}

accept_sale a_sale(std::uint8_t n, const address& user, share_amount shares) {
  sale out;
  out.id = numbered<sale_id>(n);
  out.user = user;
  out.token = uint256::of(51);
  out.shares = shares;
  out.min_price = 400'000_micro;
  out.order_hash = numbered<hash256>(n);
  out.signed_order = {4, 5};
  out.created_at = out.updated_at = noon;
  return {out};
}

/// Its operations differ from its id in the last byte alone, so no other id may be so near.
withdrawal_id payment(std::uint8_t n) {
  auto out = numbered<withdrawal_id>(0);
  out.bytes[1] = n;
  return out;
}

accept_withdrawal a_withdrawal(std::uint8_t n, const address& user, usdc amount, usdc fee) {
  withdrawal out;
  out.id = payment(n);
  out.user = user;
  out.to = numbered<address>(77);
  out.amount = amount;
  out.fee = fee;
  out.needs_approval = n == 1;
  out.request_hash = numbered<hash256>(n);
  out.placed_by = "key:1";
  out.created_at = out.updated_at = noon;
  return {out, 100_usdc};
}

chain_operation a_transfer(std::uint8_t n) {
  auto out = an_operation();
  out.id = transfer_of(payment(n), 0);
  out.nonce = n;
  out.tx_hash = numbered<hash256>(100 + n);
  out.purpose = withdrawal_purpose;
  return out;
}

finish_withdrawal withdrawn(std::uint8_t n, const address& user, usdc amount, usdc fee,
                            withdrawal_status status) {
  finish_withdrawal out{payment(n), user, amount, fee, status, {}, "", noon};
  if (status == withdrawal_status::confirmed) {
    out.tx_hash = numbered<hash256>(100 + n);
  } else {
    out.failure = "refused";
    out.by = "cli:ada";
  }
  return out;
}

/// Each of alice's and bob's shares pays two thirds of a dollar.
constexpr auto the_market = numbered<hash256>(50);

settle_position paid_out(std::uint8_t n, const address& user, usdc payout) {
  return {numbered<payout_id>(n), the_market, uint256::of(51), user, payout, noon};
}

}  // namespace

std::vector<story_line> ledger_story() {
  auto promised = a_bet(7, alice, 1_usdc);
  promised.order_hash = {};
  promised.signed_order = {};
  return {
      {replenish{numbered<replenish_id>(1), 900_usdc, 100_usdc, "opening", noon},
       "5 0 4 900000000; 5 1 4 100000000"},
      {configure_buffer{10_usdc, true, 2'000_usdc, noon, "key:1"}, ""},
      {refill{numbered<replenish_id>(2), 10_usdc, noon}, "6 0 1 10000000"},
      {note_buffer{noon}, ""},

      {open_deposit{a_deposit(1, alice, 50_usdc)}, ""},
      {settled(1), ""},
      {credited(1, alice, 50_usdc), "2 2 3 50000000"},
      {open_deposit{a_deposit(2, bob, 30_usdc)}, ""},
      {settled(2), ""},
      {credited(2, bob, 30_usdc), "2 2 3 30000000"},
      {open_deposit{a_deposit(3, alice, 5_usdc, 100'000_micro)}, ""},
      {settled(3), ""},
      {credited(3, alice, 5_usdc, 100'000_micro), "2 2 3 4900000; 15 2 7 100000"},
      {open_deposit{a_deposit(4, alice, 6_usdc)}, ""},
      {fail_deposit{numbered<deposit_id>(4), "reverted", noon}, ""},

      {opened(1, 1, 50_usdc), ""},
      {advance_conversion{numbered<conversion_id>(1), {}, 1, noon}, ""},
      {arrived(1, 45_usdc, 3_usdc, 2_usdc), "3 0 2 45000000; 3 1 2 3000000; 4 5 2 2000000"},
      {undone(1, 45_usdc, 3_usdc, 2_usdc), "17 2 0 45000000; 17 2 1 3000000; 18 2 5 2000000"},
      {arrived_again(1, 48_usdc, 2_usdc), "3 0 2 48000000; 4 5 2 2000000"},
      {opened(2, 2, 30_usdc), ""},
      {arrived(2, 31_usdc, {}, {-1'000'000}), "3 0 2 31000000; 4 2 5 1000000"},
      {undone(2, 31_usdc, {}, {-1'000'000}), "17 2 0 31000000; 18 5 2 1000000"},
      {arrived_again(2, 31_usdc, {-1'000'000}), "3 0 2 31000000; 4 2 5 1000000"},
      {settle_proofs{numbered<conversion_id>(2), {}, noon}, ""},
      {opened(3, 3, 5_usdc), ""},
      {fail_conversion{numbered<conversion_id>(3), {}, "stuck", noon}, ""},

      {open_deposit{a_deposit(5, bob, 8_usdc)}, ""},
      {settled(5), ""},
      {credited(5, bob, 8_usdc), "2 2 3 8000000"},
      {opened(9, 5, 8_usdc), ""},
      {moved(9, 4, 5, 8_usdc), ""},
      {ordered(4, order_word::hold, 1), ""},
      {ordered(4, order_word::write_off, 2), ""},
      {write_off_conversion{numbered<conversion_id>(4), 8_usdc, "it never came", noon},
       "19 5 2 8000000"},
      {adopt_transfer{
           {137, numbered<hash256>(77), 3}, bob, 4_usdc, "cli:ann", "sent by hand", noon},
       "16 1 4 4000000"},
      {switch_work{pausable::bets, true, "key:1", "an incident", noon}, ""},

      {accept_bet{a_bet(1, alice, 10_usdc)}, "0 3 0 10000000"},
      {an_end(1, alice, bet_status::filled, 7_usdc, 1_usdc, 2_usdc), "1 0 3 2000000"},
      {accept_bet{a_bet(2, alice, 5_usdc)}, "0 3 0 5000000"},
      {an_end(2, alice, bet_status::failed, {}, {}, 5_usdc), "1 0 3 5000000"},
      {accept_bet{a_bet(3, bob, 6_usdc)}, "0 3 0 6000000"},
      {an_end(3, bob, bet_status::filled, 7_usdc, 1_usdc, {}, 2_usdc), "7 8 0 2000000"},
      {accept_bet{a_bet(4, bob, 4_usdc)}, "0 3 0 4000000"},
      {an_end(4, bob, bet_status::filled, 3_usdc, 1_usdc, {}), ""},

      {record_operations{{an_operation()}}, ""},
      {finish_operation{numbered<operation_id>(1), numbered<hash256>(99),
                        operation_status::confirmed, 17, noon, uint256::of(21'000)},
       ""},
      {record_external{a_batch(external_status::stored)}, ""},
      {record_external{a_batch(external_status::confirmed)}, ""},
      {promise_bet{promised, noon.plus(std::chrono::hours{1})}, ""},
      {record_market{
           the_market, false, "Will it?", {uint256::of(51), uint256::of(52)}, {"Yes", "No"}, noon},
       ""},

      {a_sale(1, alice, {2'000'000}), ""},
      {finish_sale{numbered<sale_id>(1),
                   alice,
                   sale_status::sold,
                   {1'500'000},
                   1_usdc,
                   50'000_micro,
                   "",
                   noon},
       "8 0 3 950000"},
      {a_sale(2, bob, {1'000'000}), ""},
      {finish_sale{numbered<sale_id>(2), bob, sale_status::failed, {}, {}, {}, "no match", noon},
       ""},

      {open_settlement{the_market, {2, 1}, 3, noon}, ""},
      {book_redemption{the_market,
                       numbered<operation_id>(9),
                       numbered<address>(9),
                       numbered<hash256>(9),
                       10'333'333_micro,
                       {share_amount{15'500'000}, share_amount{}},
                       noon},
       ""},
      {paid_out(1, alice, 3'666'666_micro), "9 0 3 3666666"},
      {paid_out(2, bob, 6'666'666_micro), "9 0 3 6666666"},
      {close_settlement{the_market, 1_micro, noon}, "10 0 7 1"},

      {a_withdrawal(1, alice, 10_usdc, 1_usdc), "11 3 0 9000000; 12 3 7 1000000"},
      {approve_withdrawal{payment(1), "cli:ada", noon}, ""},
      {record_operations{{a_transfer(1)}}, ""},
      {finish_operation{transfer_of(payment(1), 0), numbered<hash256>(101),
                        operation_status::confirmed, 18, noon, uint256::of(50'000)},
       ""},
      {withdrawn(1, alice, 10_usdc, 1_usdc, withdrawal_status::confirmed), ""},
      {a_withdrawal(2, bob, 4_usdc, 500'000_micro), "11 3 0 3500000; 12 3 7 500000"},
      {withdrawn(2, bob, 4_usdc, 500'000_micro, withdrawal_status::failed),
       "13 0 3 3500000; 14 7 3 500000"},
      {switch_withdrawals{true, "an incident", "cli:ada", noon}, ""},

      {sign_in{{numbered<hash256>(1), numbered<hash256>(2), alice, "", noon,
                noon.plus(std::chrono::hours{12})}},
       ""},
      {sign_in{{numbered<hash256>(3),
                numbered<hash256>(4),
                {},
                "desk",
                noon,
                noon.plus(std::chrono::hours{12})}},
       ""},
      {sign_out{numbered<hash256>(1), noon}, ""},

      {open_delegation{{numbered<delegation_id>(1),
                        alice,
                        byte_vector(delegated_key_size, 4),
                        5_usdc,
                        20_usdc,
                        {},
                        noon,
                        noon.plus(std::chrono::hours{24})}},
       ""},
      {revoke_delegation{numbered<delegation_id>(1), "user:" + alice.hex(), noon}, ""},
  };
}

std::vector<address> users_of_the_story() { return {alice, bob}; }

std::string text_of(const entry_moves& moves) {
  std::string out;
  for (const auto& [shape, amount] : moves.postings) {
    if (!out.empty()) out += "; ";
    out += std::to_string(static_cast<int>(shape.kind)) + " " +
           std::to_string(static_cast<int>(shape.debit)) + " " +
           std::to_string(static_cast<int>(shape.credit)) + " " + std::to_string(amount.micro);
  }
  return out;
}

}  // namespace headroom::test
