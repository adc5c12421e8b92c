#include "webhooks/signature.hpp"

#include <gtest/gtest.h>

#include "net/base64.hpp"

namespace headroom::test {
namespace {

using webhooks::sign;
using webhooks::signatures_of;

byte_vector bytes_of(std::string_view base64) {
  const auto out = net::from_base64(base64).value();
  return {out.begin(), out.end()};
}

/// The one that the official libraries are tested with (github.com/standard-webhooks/
/// standard-webhooks, libraries/javascript/src/index.test.ts, "sign function works").
const byte_vector published_secret = bytes_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
constexpr std::string_view published_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t published_time = 1'614'265'330;
constexpr std::string_view published_body = R"({"test": 2432232314})";
constexpr std::string_view published = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

TEST(WebhookSignature, IsTheStandardsOwnVector) {
  EXPECT_EQ(sign(published_secret, published_id, published_time, published_body), published);
}

/// Each of the three is in what is signed, and the key.
TEST(WebhookSignature, EveryPartIsSigned) {
  const auto good = sign(published_secret, "a", 1, "b");
  EXPECT_NE(sign(published_secret, "c", 1, "b"), good);
  EXPECT_NE(sign(published_secret, "a", 2, "b"), good);
  EXPECT_NE(sign(published_secret, "a", 1, "c"), good);
  EXPECT_NE(sign(byte_vector(24, 7), "a", 1, "b"), good);
}

TEST(WebhookSignature, ASecretIsWrittenWithItsPrefix) {
  EXPECT_EQ(webhooks::secret_text(published_secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
}

TEST(WebhookSignature, BothSecretsSignUntilTheOldOnesTimeIsOver) {
  webhook w;
  w.secret = byte_vector(32, 1);
  const auto at = timestamp::of_seconds(published_time);
  const auto now = sign(w.secret, "id", published_time, "body");
  EXPECT_EQ(signatures_of(w, "id", at, "body"), now);
  w.old_secret = published_secret;
  w.old_secret_until = at.plus(std::chrono::seconds{1});
  const auto both = now + " " + sign(published_secret, "id", published_time, "body");
  EXPECT_EQ(signatures_of(w, "id", at, "body"), both);
  w.old_secret_until = at;
  EXPECT_EQ(signatures_of(w, "id", at, "body"), now);
}

}  // namespace
}  // namespace headroom::test
