#include "chain/treasury/cctp.hpp"

#include <gtest/gtest.h>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/treasury/iris.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

using test::json;

address account(std::uint8_t n) {
  address out;
  out.bytes[19] = n;
  return out;
}

struct Cctp : testing::Test {
  json v = test::load("bridges.json");
  const address messenger = account(10);
  const address transmitter = account(11);
  const cctp::transfer ours{6, 7, account(1), account(5), uint256::of(100'000'000), account(6)};

  byte_vector bytes(const char* name) { return test::bytes_of(v.at(name)); }
  log_entry sent(const byte_vector& message) const {
    log_entry log;
    log.emitter = transmitter;
    log.topics = {keccak256("MessageSent(bytes)")};
    log.data = abi::encoder{}.bytes(message).done();
    return log;
  }
};

TEST_F(Cctp, WritesItsCallsAsEthersDoes) {
  cctp::burn_call b;
  b.amount = 100'000'000;
  b.destination_domain = 7;
  b.recipient = account(5);
  b.token = account(1);
  b.max_fee = 10'000;
  b.finality = cctp::fast_finality;
  EXPECT_EQ(to_0x(cctp::burn_data(b)), v.at("burn_call").get<std::string>());
  const byte_vector attestation{1, 2};
  EXPECT_EQ(to_0x(cctp::receive_data(bytes("attested_message"), attestation)),
            v.at("receive_call").get<std::string>());
  EXPECT_EQ(cctp::burnt_topic(), test::hash_of(v.at("topics").at("burnt")));
  EXPECT_EQ(cctp::received_topic(), test::hash_of(v.at("topics").at("received")));
}

TEST_F(Cctp, AMessageIsTheSameBeforeAndAfterTheAttestersFilledItIn) {
  const auto emitted = cctp::read_message(bytes("burn_message"), messenger);
  const auto attested = cctp::read_message(bytes("attested_message"), messenger);
  ASSERT_TRUE(emitted && attested);
  EXPECT_EQ(emitted->what, ours);
  EXPECT_EQ(attested->what, ours);
  EXPECT_TRUE(emitted->nonce.is_zero());
  EXPECT_EQ(attested->nonce.hex(), to_0x(byte_vector(32, 0xab)));
  EXPECT_EQ(attested->fee.to_u64(), 9'000U);
}

TEST_F(Cctp, AMessageThatIsChangedOrCutIsNotOurs) {
  const auto good = bytes("burn_message");
  for (std::size_t size = 0; size < good.size(); size += 7)
    EXPECT_FALSE(cctp::read_message(byte_view{good}.first(size), messenger)) << size;
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(cctp::read_message(longer, messenger)) << "hook data";
  EXPECT_FALSE(cctp::read_message(good, account(12))) << "another messenger's";
  auto restricted = good;
  restricted[139] = 1;
  EXPECT_FALSE(cctp::read_message(restricted, messenger)) << "only somebody else may receive it";
}

TEST_F(Cctp, FindsItsBurnAmongOthersAndNeverOneOfTwo) {
  auto other = bytes("burn_message");
  other[148 + 99] ^= 1;  // the amount
  std::vector<log_entry> logs{sent(other), sent(bytes("burn_message"))};
  EXPECT_TRUE(cctp::find_burn(logs, transmitter, messenger, ours));
  EXPECT_FALSE(cctp::find_burn(logs, account(13), messenger, ours));
  logs.push_back(logs[1]);
  EXPECT_FALSE(cctp::find_burn(logs, transmitter, messenger, ours)) << "which of them?";
}

net::http_result answered(unsigned status, const std::string& body) {
  net::http_result r;
  r.outcome = net::http_outcome::answered;
  r.status = status;
  r.body = body;
  return r;
}

TEST_F(Cctp, NotFoundIsNotYetAndEverythingElseThatIsNoAnswerIsAProblem) {
  const auto any = [](byte_view) { return true; };
  EXPECT_EQ(iris::read_messages(answered(404, "{}"), any).problem, "");
  EXPECT_EQ(iris::read_messages(answered(200, R"({"messages":[]})"), any).problem, "");
  for (const unsigned status : {429U, 500U, 503U})
    EXPECT_NE(iris::read_messages(answered(status, "{}"), any).problem, "") << status;
  EXPECT_NE(iris::read_messages({}, any).problem, "");
  EXPECT_NE(iris::read_messages(answered(200, "[]"), any).problem, "");
}

TEST_F(Cctp, APendingMessageHasItsNonceAndACompleteOneIsPickedByItsContent) {
  const auto nonce = "0x" + to_hex(byte_vector(32, 0xab));
  const auto pending = answered(200, json{{"messages",
                                           {{{"message", "0x"},
                                             {"eventNonce", nonce},
                                             {"attestation", "PENDING"},
                                             {"status", "pending_confirmations"}}}}}
                                         .dump());
  const auto mine = [&](byte_view b) {
    const auto m = cctp::read_message(b, messenger);
    return m && m->what == ours;
  };
  const auto waits = iris::read_messages(pending, mine);
  EXPECT_FALSE(waits.done);
  ASSERT_TRUE(waits.nonce);
  EXPECT_EQ(waits.nonce->hex(), nonce);
  auto other = bytes("attested_message");
  other[148 + 99] ^= 1;
  const auto complete = [&](const byte_vector& message) {
    return json{{"message", to_0x(message)},
                {"eventNonce", nonce},
                {"attestation", "0x0102"},
                {"status", "complete"}};
  };
  const auto both = answered(
      200, json{{"messages", {complete(other), complete(bytes("attested_message"))}}}.dump());
  const auto found = iris::read_messages(both, mine);
  ASSERT_TRUE(found.done);
  EXPECT_EQ(found.done->message, bytes("attested_message"));
  EXPECT_EQ(found.done->attestation, (byte_vector{1, 2}));
}

TEST_F(Cctp, AFeeIsRoundedUpAndAnUnknownOneIsNone) {
  const auto fees = answered(
      200,
      R"([{"finalityThreshold":1000,"minimumFee":1.3},{"finalityThreshold":2000,"minimumFee":0}])");
  EXPECT_EQ(iris::read_fee_bps(fees, 1'000), 2U);
  EXPECT_EQ(iris::read_fee_bps(fees, 2'000), 0U);
  EXPECT_FALSE(iris::read_fee_bps(fees, 500));
  EXPECT_FALSE(iris::read_fee_bps(answered(500, "[]"), 1'000));
}

}  // namespace
}  // namespace headroom::chain
