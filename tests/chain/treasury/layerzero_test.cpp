#include "chain/treasury/layerzero.hpp"

#include <gtest/gtest.h>

#include "chain/evm/abi.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain {
namespace {

byte_vector a_packet() {
  byte_vector out{1};
  const auto number = [&](std::uint64_t value, int size) {
    for (int i = size - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  const auto fill = [&](std::uint8_t byte, std::size_t n) { out.insert(out.end(), n, byte); };
  number(7, 8);
  number(30383, 4);
  fill(0, 12), fill(0xaa, 20);
  number(30109, 4);
  fill(0, 12), fill(0xbb, 20);
  fill(0xcc, 32);
  fill(0xdd, 40);
  return out;
}

TEST(LayerZero, ReadsAPacketFieldByField) {
  const auto p = layerzero::read_packet(a_packet());
  ASSERT_TRUE(p);
  EXPECT_EQ(p->nonce, 7U);
  EXPECT_EQ(p->source_eid, 30383U);
  EXPECT_EQ(p->destination_eid, 30109U);
  EXPECT_EQ(p->receiver.bytes[0], 0xbb);
  EXPECT_EQ(p->sender.bytes[11], 0);
  EXPECT_EQ(p->sender.bytes[12], 0xaa);
  EXPECT_EQ(p->guid.bytes[31], 0xcc);
  EXPECT_EQ(p->message, byte_vector(40, 0xdd));
}

TEST(LayerZero, AnythingElseIsNoPacket) {
  auto bytes = a_packet();
  EXPECT_FALSE(layerzero::read_packet(byte_view{bytes}.first(112)));
  bytes[0] = 2;
  EXPECT_FALSE(layerzero::read_packet(bytes));
  bytes = a_packet();
  bytes[49] = 1;  // a receiver that is no EVM account
  EXPECT_FALSE(layerzero::read_packet(bytes));
  EXPECT_FALSE(layerzero::read_packet({}));
}

TEST(LayerZero, FindsTheMessagesPacketInTheReceipt) {
  const auto log_with = [](const byte_vector& packet) {
    log_entry log;
    log.topics = {keccak256("PacketSent(bytes,bytes,address)")};
    log.data = abi::encoder{}.bytes(packet).bytes({}).account({}).done();
    return log;
  };
  auto other = a_packet();
  other[81] = 0xce;
  const std::vector<log_entry> logs{{}, log_with(other), log_with(a_packet())};
  hash256 guid;
  guid.bytes.fill(0xcc);
  const auto p = layerzero::find_packet(logs, guid);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->guid, guid);
  EXPECT_EQ(p->nonce, 7U);
  EXPECT_FALSE(layerzero::find_packet(logs, hash256{}));
}

TEST(LayerZero, CallsHaveTheirSelectors) {
  const auto p = *layerzero::read_packet(a_packet());
  EXPECT_TRUE(to_0x(layerzero::receive_call(p)).starts_with("0x0c0c389e"));
  EXPECT_TRUE(to_0x(layerzero::payload_hash_call(p)).starts_with("0xc9fc7bcd"));
  EXPECT_EQ(to_0x(layerzero::endpoint_call()), "0x5e280f11");
}

}  // namespace
}  // namespace headroom::chain
