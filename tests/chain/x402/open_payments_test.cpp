#include "chain/x402/open_payments.hpp"

#include <gtest/gtest.h>

namespace headroom::chain {
namespace {

const auto noon = timestamp::of_seconds(1'800'000'000);
timestamp after(int seconds) { return noon.plus(std::chrono::seconds{seconds}); }

authorization signed_by(std::uint8_t payer, std::uint8_t nonce, usdc value) {
  authorization a;
  a.from.bytes[0] = payer;
  a.nonce.bytes[0] = nonce;
  a.value = value;
  return a;
}

TEST(OpenPayments, CountWhatThePayerPromisedBeside) {
  open_payments open;
  open.hold(signed_by(1, 1, 5_usdc), after(60));
  open.hold(signed_by(1, 2, 7_usdc), after(60));
  open.hold(signed_by(2, 3, 100_usdc), after(60));
  EXPECT_EQ(open.beside(signed_by(1, 9, 1_usdc), noon), 12_usdc);
  EXPECT_EQ(open.beside(signed_by(1, 2, 7_usdc), noon), 5_usdc) << "not beside itself";
  EXPECT_EQ(open.beside(signed_by(3, 1, 1_usdc), noon), 0_usdc);
  EXPECT_EQ(open.nonces_beside(signed_by(1, 9, {}), noon, 10).size(), 2U);
  EXPECT_EQ(open.nonces_beside(signed_by(1, 9, {}), noon, 1).size(), 1U);
}

TEST(OpenPayments, AreHeldOnceAndReleased) {
  open_payments open;
  for (int i = 0; i < 3; ++i) open.hold(signed_by(1, 1, 5_usdc), after(60));
  EXPECT_EQ(open.size(), 1U);
  EXPECT_EQ(open.beside(signed_by(1, 9, {}), noon), 5_usdc);
  open.release(signed_by(1, 1, {}).from, signed_by(1, 1, {}).nonce);
  open.release(signed_by(2, 1, {}).from, signed_by(2, 1, {}).nonce);
  EXPECT_EQ(open.size(), 0U);
  EXPECT_EQ(open.beside(signed_by(1, 9, {}), noon), 0_usdc);
}

TEST(OpenPayments, RunOutUnlessRenewed) {
  open_payments open;
  open.hold(signed_by(1, 1, 5_usdc), after(60));
  open.hold(signed_by(1, 2, 7_usdc), after(60));
  open.hold(signed_by(1, 2, 7_usdc), after(90));
  open.hold(signed_by(1, 2, 7_usdc), after(10));  // a shorter word does not shorten
  EXPECT_EQ(open.beside(signed_by(1, 9, {}), after(60)), 7_usdc);
  EXPECT_EQ(open.nonces_beside(signed_by(1, 9, {}), after(60), 10).size(), 1U);
  open.sweep(after(60));
  EXPECT_EQ(open.size(), 1U);
  open.sweep(after(90));
  EXPECT_EQ(open.size(), 0U);
}

TEST(OpenPayments, SaturateInsteadOfOverflowing) {
  open_payments open;
  for (std::uint8_t n = 1; n < 4; ++n) open.hold(signed_by(1, n, usdc{INT64_MAX}), after(60));
  EXPECT_EQ(open.beside(signed_by(1, 9, {}), noon), usdc{INT64_MAX});
}

}  // namespace
}  // namespace headroom::chain
