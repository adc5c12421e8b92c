#include <gtest/gtest.h>

#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/rlp.hpp"
#include "net/base64.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain {
namespace {

using actors::address_error;
using test::json;

TEST(Keccak, AgreesWithEthers) {
  for (const auto& v : test::load("ethereum.json").at("keccak"))
    EXPECT_EQ(keccak256(v.at("text").get<std::string>()), test::hash_of(v.at("hash")));
}

TEST(Eip55, PrintsTheChecksum) {
  for (const auto& a : test::load("ethereum.json").at("addresses"))
    EXPECT_EQ(checksummed(test::account_of(a)), a.get<std::string>());
}

TEST(Eip55, ReadsChecksummedLowerAndUpper) {
  const auto parsed = [](std::string_view text) {
    address out;
    EXPECT_EQ(parse_address(text, out), address_error::none) << text;
    return out;
  };
  const auto a = parsed("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  EXPECT_EQ(parsed("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"), a);
  EXPECT_EQ(parsed("0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266"), a);
}

TEST(Eip55, TellsAWrongChecksumFromBadSyntax) {
  const auto error = [](std::string_view text) {
    address out;
    return parse_address(text, out);
  };
  EXPECT_EQ(error("0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266"), address_error::checksum);
  EXPECT_EQ(error("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92267"), address_error::checksum);
  for (const auto* text :
       {"", "0x", "f39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0XF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb9226",
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb922660", "0xf39fd6e51aad88f6f4ce6ab8827279cfffb9226g",
        " 0xf39fd6e51aad88f6f4ce6ab8827279cfffb9226"})
    EXPECT_EQ(error(text), address_error::syntax) << text;
}

TEST(Base64, WritesAndReadsRfc4648) {
  const std::pair<std::string_view, std::string_view> cases[]{{"", ""},
                                                              {"f", "Zg=="},
                                                              {"fo", "Zm8="},
                                                              {"foo", "Zm9v"},
                                                              {"foob", "Zm9vYg=="},
                                                              {"fooba", "Zm9vYmE="},
                                                              {"foobar", "Zm9vYmFy"},
                                                              {"\xfb\xff", "+/8="}};
  for (const auto& [plain, text] : cases) {
    EXPECT_EQ(net::to_base64(plain), text);
    const auto bare = text.substr(0, text.find('='));  // as JavaScript's atob takes it
    for (const auto form : {text, bare}) {
      const auto back = net::from_base64(form);
      ASSERT_TRUE(back) << form;
      EXPECT_EQ(std::string(back->begin(), back->end()), plain);
    }
  }
}

TEST(Base64, RefusesEverythingElse) {
  for (const auto* text : {"Z", "Zg=", "Zg===", "====", "Zh", "Zh==", "Zm9=", "Z===", "=Zg=",
                           "Zg==Zg==", "Zm8==", "-_8=", "-_8", "Zm 9v", "Zm9v\n", "Zm9v!"})
    EXPECT_FALSE(net::from_base64(text)) << text;
}

TEST(Rlp, AgreesWithEthers) {
  for (const auto& v : test::load("ethereum.json").at("rlp")) {
    const auto expected = test::bytes_of(v.at("encoded"));
    if (v.contains("item")) {
      const auto item = test::bytes_of(v.at("item"));
      EXPECT_EQ(rlp::bytes(item), expected);
      const auto back = rlp::items(expected);
      ASSERT_TRUE(back && back->size() == 1);
      EXPECT_TRUE(std::equal(item.begin(), item.end(), back->front().payload.begin(),
                             back->front().payload.end()));
      continue;
    }
    std::vector<byte_vector> items;
    for (const auto& item : v.at("list")) items.push_back(rlp::bytes(test::bytes_of(item)));
    EXPECT_EQ(rlp::list(items), expected);
  }
}

TEST(Rlp, RefusesWhatIsNotCanonical) {
  // short and long forms that should be shorter, sizes past the end, a leading zero in a size
  for (const auto* text : {"8100", "817f", "b800", "b80101", "b90001", "83aabb", "c2", "f800", "b8",
                           "bfffffffffffffffff", "ffffffffffffffffffff", "b837aabb"})
    EXPECT_FALSE(rlp::items(from_hex(text).value())) << text;
  EXPECT_FALSE(rlp::items(from_hex("820001").value())->front().number());  // leading zero
  EXPECT_FALSE(rlp::items(from_hex("89010000000000000000").value())->front().number());  // 2^64
  EXPECT_EQ(rlp::items(from_hex("80").value())->front().number(), 0U);
}

TEST(AbiReader, NeverReadsPastTheEnd) {
  const auto data = abi::encoder{}.number(7).bytes(byte_vector(40, 0xaa)).done();
  const abi::reader good{data};
  EXPECT_EQ(good.number(0), 7U);
  ASSERT_TRUE(good.bytes(1));
  EXPECT_EQ(good.bytes(1)->size(), 40U);
  for (std::size_t size = 0; size < data.size(); ++size) {
    const abi::reader cut{byte_view{data}.first(size)};
    (void)cut.bytes(0);
    (void)cut.bytes(9);
    if (size < 64 + 32 + 40) {
      EXPECT_FALSE(cut.bytes(1)) << size;
    }
  }
  auto wild = data;
  wild[32] = 0xff;  // an offset beyond 64 bits
  EXPECT_FALSE(abi::reader{wild}.bytes(1));
  wild = data;
  for (std::size_t i = 64; i < 96; ++i) wild[i] = 0xff;  // a size beyond 64 bits
  EXPECT_FALSE(abi::reader{wild}.bytes(1));
  wild = data;
  for (std::size_t i = 88; i < 96; ++i) wild[i] = 0xff;  // a size that would wrap
  EXPECT_FALSE(abi::reader{wild}.bytes(1));
}

TEST(AbiReader, RefusesDirtyAddressesAndFlags) {
  auto data = abi::encoder{}.account(address{}).number(2).done();
  EXPECT_TRUE(abi::reader{data}.account(0));
  EXPECT_FALSE(abi::reader{data}.flag(1));
  data[11] = 1;
  EXPECT_FALSE(abi::reader{data}.account(0));
}

}  // namespace
}  // namespace headroom::chain
