#include "chain/x402/x402.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "chain/evm/abi.hpp"
#include "chain/evm/ethereum_port.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/x402/x402_port.hpp"
#include "net/base64.hpp"
#include "tests/chain/vectors.hpp"

namespace headroom::chain::x402 {
namespace {

using test::json;

const json& vectors() {
  static const auto all = test::load("x402.json");
  return all;
}
const std::int64_t now = vectors().at("now");

terms plasma() {
  terms t;
  t.max_timeout_seconds = 120;  // the vectors'
  t.asset = test::account_of(vectors().at("token_plasma_usdt0"));
  t.pay_to = test::account_of(vectors().at("payTo"));
  t.resource = "https://pay.example.com/deposit";
  return t;
}

/// Version 1 clients know no Plasma: the vectors use base-sepolia.
terms sepolia() {
  auto t = plasma();
  t.chain_id = 84532;
  t.networks_v1 = {"base-sepolia"};
  t.asset = test::account_of(vectors().at("v1").at("eip712").at("domain").at("verifyingContract"));
  t.description = "Deposit TestUSDT0";
  return t;
}

terms terms_of(int version) { return version == 1 ? sepolia() : plasma(); }
usdc amount_of(int version) { return {version == 1 ? 90'000 : 2'500'000}; }
std::string header_of(int version) {
  return version == 1 ? vectors().at("v1").at("xPaymentHeader")
                      : vectors().at("v2").at("paymentSignatureHeader");
}

std::string_view judge(int version, std::string_view header, std::int64_t at = now) {
  const auto parsed = parse_payment(static_cast<std::uint8_t>(version), header);
  if (!parsed.code.empty()) return parsed.code;
  return verify(parsed.value, terms_of(version), amount_of(version), at);
}

/// The good payment's JSON, changed, back in a header.
std::string edited(int version, const std::function<void(json&)>& change) {
  const auto bytes = net::from_base64(header_of(version)).value();
  auto document = json::parse(bytes);
  change(document);
  return net::to_base64(document.dump());
}

std::string magic() {
  std::string out;
  for (int i = 0; i < 16; ++i) out += "6492";
  return out;
}

/// abi.encode(factory, calldata, signature) and the magic word, as wallets send it (ERC-6492).
std::string wrapped(const std::string& signature) {
  const auto inside = abi::encoder{}
                          .account(test::account_of(vectors().at("payTo")))
                          .bytes(byte_vector{0x12, 0x34})
                          .bytes(from_hex(signature).value())
                          .done();
  return to_0x(inside) + magic();
}

TEST(X402, TakesTheGoodPaymentsOfBothVersions) {
  for (const int version : {1, 2}) {
    EXPECT_EQ(judge(version, header_of(version)), "");
    const auto& v = vectors().at(version == 1 ? "v1" : "v2");
    const auto parsed = parse_payment(static_cast<std::uint8_t>(version), header_of(version)).value;
    EXPECT_EQ(eip3009::digest(terms_of(version).token_domain(), parsed.message),
              test::hash_of(v.at("eip712").at("digest")));
    EXPECT_EQ(eip712::separator(terms_of(version).token_domain()),
              test::hash_of(v.at("eip712").at("domainSeparator")));
    const auto a = to_authorization(parsed, terms_of(version)).value();
    EXPECT_EQ(to_0x(settle_call(a)), v.at("calldata_vrs").get<std::string>());
    EXPECT_EQ(to_0x(eip3009::transfer_call(eip3009::message_of(a), byte_view{a.signature})),
              v.at("calldata_bytes").get<std::string>());
    EXPECT_EQ(a.from, test::account_of(vectors().at("signer")));
    EXPECT_EQ(a.value, amount_of(version));
  }
}

TEST(X402, GivesEveryInvalidVectorItsCode) {
  for (const int version : {1, 2}) {
    const auto& list = vectors().at(version == 1 ? "invalid_v1" : "invalid_v2");
    ASSERT_EQ(list.size(), 8U);
    for (const auto& v : list) {
      // Two minutes are within the clocks' difference: this one is looked at earlier.
      const auto at = v.at("name") == "not_yet_valid" ? now - 120 : now;
      EXPECT_EQ(judge(version, v.at("header").get<std::string>(), at),
                v.at("expect").at("our_server_code").get<std::string>())
          << version << " " << v.at("name");
    }
  }
}

json document_of(const std::string& header) {
  return json::parse(net::from_base64(header).value());
}

/// What we say beside the official demand takes nothing from it.
void take_additions(json& document) {
  document.erase("extensions");
  for (auto& accept : document["accepts"]) {
    EXPECT_EQ(accept["extra"].erase("primaryType"), 1U) << "thirdweb's client needs it";
    for (const auto* price : {"rate", "fee", "credited"})
      EXPECT_EQ(accept["extra"].erase(price), 1U) << price;
  }
}

TEST(X402, WritesTheOfficial402) {
  auto header = document_of(required_header({plasma()}, {2'500'000}, ""));
  take_additions(header);
  EXPECT_EQ(header, document_of(vectors().at("v2").at("paymentRequiredHeader").get<std::string>()));
  auto body = json::parse(required_body({sepolia()}, {90'000}, ""));
  take_additions(body);
  EXPECT_EQ(body, vectors().at("v1").at("body402"));
  EXPECT_EQ(make_x402_port({plasma()})->require({2'500'000}, "").header_v2,
            required_header({plasma()}, {2'500'000}, ""));
}

TEST(X402, OffersThePaymentIdentifierAsTheOfficialServerDoes) {
  const auto offered =
      document_of(required_header({plasma()}, {1}, "")).at("extensions").at("payment-identifier");
  EXPECT_EQ(offered.at("info"), (json{{"required", false}}));
  EXPECT_EQ(offered.at("schema").at("properties").at("id").at("minLength"), 16);
  EXPECT_EQ(offered.at("schema").at("required"), json::array({"required"}));
}

TEST(X402, EveryCodeOfOursHasASentence) {
  for (const auto* list : {"invalid_v1", "invalid_v2"})
    for (const auto& v : vectors().at(list))
      EXPECT_NE(describe(v.at("expect").at("our_server_code").get<std::string>()), "") << v;
  const auto body = json::parse(required_body({plasma()}, {1}, "authorization_window_too_long"));
  EXPECT_EQ(body.at("error"), "authorization_window_too_long");
  EXPECT_FALSE(body.at("error_description").get<std::string>().empty());
  EXPECT_FALSE(json::parse(required_body({plasma()}, {1}, "")).contains("error_description"));
}

TEST(X402, ShowsTheReasonInBoth402s) {
  const auto header = net::from_base64(required_header({plasma()}, {1}, "invalid_payload")).value();
  EXPECT_EQ(json::parse(header).at("error"), "invalid_payload");
  EXPECT_EQ(json::parse(required_body({plasma()}, {1}, "invalid_payload")).at("error"),
            "invalid_payload");
  EXPECT_LT(required_header({plasma()}, {INT64_MAX}, "x").size(), 4096U);
}

TEST(X402, AClientEchoingOurOwn402IsNeverRefusedForItsTerms) {
  auto t = plasma();
  t.token_name = "USD\u20ae0";
  const auto offer = json::parse(net::from_base64(required_header({t}, {7}, "")).value());
  const auto header = edited(2, [&](json& d) { d["accepted"] = offer.at("accepts")[0]; });
  const auto parsed = parse_payment(2, header);
  ASSERT_EQ(parsed.code, "");
  EXPECT_EQ(verify(parsed.value, t, {7}, now), "invalid_exact_evm_signature");
}

TEST(X402, WritesTheOfficialSettlementAnswers) {
  const auto& r = vectors().at("responses");
  const auto payer = test::account_of(vectors().at("signer"));
  const auto document = [](const std::string& header) {
    return json::parse(net::from_base64(header).value());
  };
  const auto tx2 = test::hash_of(r.at("settle_success_v2_json").at("transaction"));
  auto v2 = document(response_header(2, plasma(), {"", tx2, payer, {2'500'000}}));
  EXPECT_EQ(v2.at("amount"), "2500000");
  v2.erase("amount");
  EXPECT_EQ(v2, r.at("settle_success_v2_json"));

  const auto tx1 = test::hash_of(r.at("settle_success_v1_json").at("transaction"));
  EXPECT_EQ(response_header(1, sepolia(), {"", tx1, payer, {90'000}}),
            r.at("X-PAYMENT-RESPONSE_success").get<std::string>());
  auto failed = document(
      response_header(2, plasma(), {"invalid_exact_evm_nonce_already_used", {}, payer, {1}}));
  EXPECT_FALSE(failed.at("errorMessage").get<std::string>().empty());
  failed.erase("errorMessage");  // ours beside it
  EXPECT_EQ(failed, document(r.at("PAYMENT-RESPONSE_failure").get<std::string>()));
  const auto pending =
      document(response_header(2, plasma(), {"settlement_pending", tx2, payer, {1}}));
  EXPECT_EQ(pending.at("transaction"), tx2.hex());
  EXPECT_EQ(pending.at("success"), false);
}

TEST(X402, TheWindowHasSixSecondsOfMarginAndIncludesItsEnds) {
  const std::int64_t before = 1'800'000'120;
  EXPECT_EQ(judge(2, header_of(2), before - 6), "");
  EXPECT_EQ(judge(2, header_of(2), before - 5),
            "invalid_exact_evm_payload_authorization_valid_before");
  auto a = to_authorization(parse_payment(1, header_of(1)).value, terms_of(1)).value();
  a.valid_after = 1'800'000'000;
  for (const std::int64_t early : {0, 1, 120})
    EXPECT_EQ(verify_window(a, terms_of(1), a.valid_after - early), "") << early;
  EXPECT_EQ(verify_window(a, terms_of(1), a.valid_after - 121),
            "invalid_exact_evm_payload_authorization_valid_after");
}

TEST(X402, TheWindowMayEndAnHourAheadAndTheClocksMayDiffer) {
  for (const int version : {1, 2}) {
    const auto t = terms_of(version);
    ASSERT_EQ(t.longest_window_seconds, 3'600U);
    auto a = to_authorization(
                 parse_payment(static_cast<std::uint8_t>(version), header_of(version)).value, t)
                 .value();
    a.valid_after = 0;
    for (const std::int64_t ahead : {120, 3'600, 3'720})  // official, many others, a fast clock
      EXPECT_EQ(verify_window(a, t, a.valid_before - ahead), "") << ahead;
    EXPECT_EQ(verify_window(a, t, a.valid_before - 3'721), "authorization_window_too_long");
  }
}

TEST(X402, WithoutATimeTheWindowIsNotJudgedButEverythingElseIs) {
  const std::int64_t over = 1'900'000'000;
  for (const int version : {1, 2}) {
    const auto version_byte = static_cast<std::uint8_t>(version);
    const auto good = parse_payment(version_byte, header_of(version)).value;
    const auto t = terms_of(version);
    EXPECT_EQ(verify(good, t, amount_of(version), over),
              "invalid_exact_evm_payload_authorization_valid_before");
    EXPECT_EQ(verify(good, t, amount_of(version), std::nullopt), "");
    EXPECT_NE(verify(good, t, {1}, std::nullopt), "") << "another amount";
    const auto forged =
        parse_payment(version_byte, edited(version,
                                           [](json& d) {
                                             auto& text = d["payload"]["authorization"]["nonce"];
                                             text = "0x" + std::string(64, '7');
                                           }))
            .value;
    EXPECT_EQ(verify(forged, t, amount_of(version), std::nullopt),
              version == 1 ? "invalid_exact_evm_payload_signature" : "invalid_exact_evm_signature");
    const auto a = to_authorization(good, t).value();
    EXPECT_EQ(verify_window(a, t, a.valid_before - 6), "");
    EXPECT_EQ(verify_window(a, t, a.valid_before - 5),
              "invalid_exact_evm_payload_authorization_valid_before");
  }
}

TEST(X402, AcceptedTermsMustBeOurs) {
  const auto code = [](const char* key, const json& value) {
    return judge(2, edited(2, [&](json& d) { d["accepted"][key] = value; }));
  };
  EXPECT_EQ(code("scheme", "upto"), "invalid_exact_evm_scheme");
  EXPECT_EQ(code("network", "eip155:1"), "invalid_exact_evm_network_mismatch");
  EXPECT_EQ(code("network", "plasma"), "invalid_exact_evm_network_mismatch");
  EXPECT_EQ(code("amount", "2500001"), "invalid_payment_requirements");
  EXPECT_EQ(code("asset", vectors().at("payTo")), "invalid_payment_requirements");
  EXPECT_EQ(code("payTo", vectors().at("signer")), "invalid_payment_requirements");
  EXPECT_EQ(code("maxTimeoutSeconds", 121), "invalid_payment_requirements");
  EXPECT_EQ(code("extra", {{"name", "USDT"}, {"version", "1"}}), "invalid_payment_requirements");
  EXPECT_EQ(code("unknown", "is ignored"), "");
  EXPECT_EQ(code("asset", "0xb8ce59fc3717ada4c02eadf9682a9e934f625ebb"), "");  // any case
}

TEST(X402, VersionOneNamesSchemeAndNetworkItself) {
  const auto code = [](const char* key, const json& value) {
    return judge(1, edited(1, [&](json& d) { d[key] = value; }));
  };
  EXPECT_EQ(code("scheme", "upto"), "unsupported_scheme");
  EXPECT_EQ(code("network", "base"), "invalid_network");
  auto t = plasma();
  const auto parsed = parse_payment(1, edited(1, [](json& d) { d["network"] = "plasma"; })).value;
  EXPECT_EQ(verify(parsed, t, {90'000}, now), "invalid_exact_evm_payload_signature");
}

TEST(X402, OtherKindsOfPaymentAreRefusedByName) {
  EXPECT_EQ(judge(2, edited(2,
                            [](json& d) {
                              d["payload"].erase("authorization");
                              d["payload"]["permit2Authorization"] = json::object();
                            })),
            "unsupported_payload_type");
  EXPECT_EQ(judge(2, edited(2, [&](json& d) { d["payload"]["signature"] = "0x" + magic(); })),
            "eip6492_factory_not_allowed")
      << "an envelope that cannot be opened";
  EXPECT_EQ(judge(2, edited(2, [](json& d) { d["x402Version"] = 1; })), "invalid_x402_version");
  EXPECT_EQ(judge(1, edited(1, [](json& d) { d["x402Version"] = 2; })), "invalid_x402_version");
}

TEST(X402, AWrappedSignatureIsTheOneInside) {
  const auto plain = parse_payment(2, header_of(2)).value;
  const auto header = edited(2, [](json& d) {
    auto& signature = d["payload"]["signature"];
    signature = wrapped(signature.get<std::string>());
  });
  const auto p = parse_payment(2, header).value;
  EXPECT_TRUE(p.wrapped);
  EXPECT_EQ(p.signature, plain.signature);
  EXPECT_EQ(judge(2, header), "") << "the payer's own key signed it";
  EXPECT_EQ(to_authorization(p, plasma())->signature, to_authorization(plain, plasma())->signature);

  const auto of_wallet =
      edited(2, [](json& d) { d["payload"]["signature"] = wrapped("0x" + std::string(200, '1')); });
  const auto w = parse_payment(2, of_wallet).value;
  EXPECT_EQ(verify(w, plasma(), {2'500'000}, now), "eip6492_factory_not_allowed");
  EXPECT_EQ(verify(w, plasma(), {2'500'000}, now, payer_kind::contract), "");
}

TEST(X402, APaymentIdentifierIsReadAndHeldToItsForm) {
  const auto with = [](const json& id) {
    return parse_payment(
        2, edited(2, [&](json& d) {
          d["extensions"]["payment-identifier"]["info"] = {{"required", false}, {"id", id}};
        }));
  };
  EXPECT_EQ(with("pay_0123456789-ABCdef").value.identifier, "pay_0123456789-ABCdef");
  EXPECT_EQ(with(json()).code, "") << "our own offer, echoed";
  for (const json& bad : {json("short"), json(std::string(129, 'a')), json("pay 0123456789abcdef"),
                          json("pay_0123456789abcd\u00e9"), json(7)})
    EXPECT_EQ(with(bad).code, "invalid_payment_identifier") << bad;
  EXPECT_EQ(parse_payment(2, header_of(2)).value.identifier, "");
}

TEST(X402, AccountsOfOursPayNothing) {
  const auto p = parse_payment(2, header_of(2)).value;
  auto t = plasma();
  t.own_accounts = {p.message.from};
  EXPECT_EQ(verify(p, t, {2'500'000}, now), "payer_is_payee");
  EXPECT_EQ(verify(p, t, {2'500'000}, std::nullopt), "payer_is_payee");
  EXPECT_EQ(verify(p, t, {2'500'000}, std::nullopt, payer_kind::contract), "payer_is_payee");
  t = plasma();
  t.pay_to = p.message.from;
  EXPECT_EQ(verify(p, t, {2'500'000}, std::nullopt, payer_kind::contract),
            "invalid_payment_requirements");
  EXPECT_TRUE(t.is_own(t.pay_to));
}

TEST(X402, ExtensionsMayNestDeeply) {
  EXPECT_EQ(judge(2, edited(2,
                            [](json& d) {
                              json deep = "end";
                              for (int i = 0; i < 60; ++i) deep = {{"in", std::move(deep)}};
                              d["extensions"]["bazaar"] = std::move(deep);
                            })),
            "");
}

TEST(X402, NumbersMayBeWrittenAsNumbers) {
  for (const int version : {1, 2})
    EXPECT_EQ(
        judge(version, edited(version,
                              [](json& d) {
                                for (const auto* key : {"value", "validAfter", "validBefore"}) {
                                  auto& x = d["payload"]["authorization"][key];
                                  x = std::stoll(x.get<std::string>());
                                }
                              })),
        "");
}

TEST(X402, ContractSignaturesAreLeftToTheToken) {
  const auto header =
      edited(2, [](json& d) { d["payload"]["signature"] = "0x" + std::string(200, '1'); });
  const auto p = parse_payment(2, header).value;
  EXPECT_EQ(verify(p, plasma(), {2'500'000}, now), "invalid_exact_evm_signature");
  EXPECT_EQ(verify(p, plasma(), {2'500'000}, now, payer_kind::contract), "");
  const auto call = settle_call(to_authorization(p, plasma()).value());
  EXPECT_EQ(to_hex(byte_view{call}.first(4)), "cf092995");
}

TEST(X402, ZeroAndOneAsRecoveryIdBecome27And28InCalldata) {
  const auto header = edited(2, [](json& d) {
    auto text = d["payload"]["signature"].get<std::string>();
    text.replace(130, 2, text.substr(130) == "1b" ? "00" : "01");
    d["payload"]["signature"] = text;
  });
  EXPECT_EQ(judge(2, header), "");
  const auto a = to_authorization(parse_payment(2, header).value, plasma()).value();
  EXPECT_EQ(to_0x(settle_call(a)), vectors().at("v2").at("calldata_vrs").get<std::string>());
  EXPECT_EQ(a.signature.back(), 27);
}

TEST(X402, AnEndlessAuthorizationIsRefused) {
  const auto header = edited(
      2, [](json& d) { d["payload"]["authorization"]["validBefore"] = "9223372036854775808"; });
  const auto p = parse_payment(2, header).value;
  EXPECT_EQ(verify(p, plasma(), {2'500'000}, now, payer_kind::contract),
            "authorization_window_too_long");
  EXPECT_FALSE(to_authorization(p, plasma()));
}

TEST(X402, EveryMissingOrMistypedFieldIsAnInvalidPayload) {
  for (const int version : {1, 2}) {
    const auto path = [&](std::initializer_list<const char*> keys) {
      json::json_pointer out;
      for (const auto* key : keys) out /= std::string{key};
      return out;
    };
    std::vector<json::json_pointer> fields{path({"x402Version"}), path({"payload"}),
                                           path({"payload", "signature"}),
                                           path({"payload", "authorization"})};
    for (const auto* key : {"from", "to", "value", "validAfter", "validBefore", "nonce"})
      fields.push_back(path({"payload", "authorization", key}));
    if (version == 1) {
      for (const auto* key : {"scheme", "network"}) fields.push_back(path({key}));
    } else {
      fields.push_back(path({"accepted"}));
      for (const auto* key :
           {"scheme", "network", "amount", "asset", "payTo", "maxTimeoutSeconds", "extra"})
        fields.push_back(path({"accepted", key}));
      for (const auto* key : {"name", "version"})
        fields.push_back(path({"accepted", "extra", key}));
    }
    for (const auto& field : fields) {
      for (const json& wrong :
           {json(), json(true), json(-1), json(1.5), json::array(), json("x")}) {
        const auto accepts_text =
            json::parse(net::from_base64(header_of(version)).value())[field].is_string();
        const auto name = field.back();
        const bool syntax_only = name == "scheme" || name == "network" || name == "amount" ||
                                 name == "asset" || name == "payTo" || name == "name" ||
                                 name == "version";
        if (wrong.is_string() && accepts_text && syntax_only) continue;  // judged by verify
        EXPECT_EQ(judge(version, edited(version, [&](json& d) { d[field] = wrong; })),
                  "invalid_payload")
            << version << field.to_string() << wrong;
      }
      EXPECT_EQ(
          judge(version,
                edited(version, [&](json& d) { d[field.parent_pointer()].erase(field.back()); })),
          "invalid_payload")
          << version << field.to_string();
    }
  }
}

TEST(X402, NumbersAreStrictDecimals) {
  const auto with_value = [](int version, const std::string& text) {
    return judge(version,
                 edited(version, [&](json& d) { d["payload"]["authorization"]["value"] = text; }));
  };
  for (const auto* text : {"", "-1", "+1", "01", "1.0", "1e6", "0x10", " 1", "1 ", "\u0661"})
    EXPECT_EQ(with_value(2, text), "invalid_payload") << text;
  EXPECT_EQ(with_value(2, std::string(78, '9')), "invalid_payload");  // above 2^256
  EXPECT_EQ(with_value(1, std::string(19, '9')), "invalid_payload");  // version 1: 18 digits
  EXPECT_EQ(with_value(2, std::string(77, '9')), "invalid_exact_evm_signature");
}

TEST(X402, JunkHeadersAreInvalidPayloadsAndNeverThrow) {
  const auto good = header_of(2);
  std::vector<std::string> junk{
      "",
      "=",
      "!!!!",
      "e30=",
      "bnVsbA==",
      "W10=",
      "MQ==",
      "Ig==",
      std::string(max_header_bytes + 4, 'A'),
      good.substr(1),
      good + "=",
      net::to_base64("{\"x402Version\":2,\"payload\":\xff}"),
      net::to_base64("{\"x402Version\":2}{}"),
      net::to_base64(std::string(5000, '[')),
      net::to_base64("{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}")};
  std::string url_alphabet = net::to_base64("{\"x402Version\":2,\"x\":\"~~~>>>\"}");
  std::replace(url_alphabet.begin(), url_alphabet.end(), '/', '_');
  junk.push_back(url_alphabet + "_-==");
  for (std::size_t cut = 1; cut < good.size(); cut += 7) junk.push_back(good.substr(0, cut));
  for (const auto& text : junk) {
    EXPECT_EQ(judge(2, text), "invalid_payload") << text.substr(0, 60);
    EXPECT_NE(judge(1, text), "") << text.substr(0, 60);
  }
}

TEST(Eip3009, HashesSelectorsAndTopicsAreTheStandardOnes) {
  const auto& c = vectors().at("constants");
  EXPECT_EQ(transfer_topic(),
            test::hash_of(c.at("topics").at("Transfer(address,address,uint256)")));
  EXPECT_EQ(eip3009::used_topic(),
            test::hash_of(c.at("topics").at("AuthorizationUsed(address,bytes32)")));
  EXPECT_EQ(eip3009::canceled_topic(),
            test::hash_of(c.at("topics").at("AuthorizationCanceled(address,bytes32)")));
  const auto selector = [](const byte_vector& call) { return to_0x(byte_view{call}.first(4)); };
  EXPECT_EQ(selector(eip3009::state_call({}, {})), "0xe94a0102");
  EXPECT_EQ(selector(eip3009::domain_separator_call()), "0x3644e515");
  EXPECT_EQ(selector(balance_of_call({})), "0x70a08231");
  EXPECT_EQ(selector(decimals_call()), "0x313ce567");
}

/// Logs of the token as a transaction with several authorizations has them.
struct Proof : testing::Test {
  authorization a = to_authorization(parse_payment(2, header_of(2)).value, plasma()).value();
  std::vector<log_entry> logs;

  static hash256 padded(const address& x) {
    hash256 out;
    std::copy(x.bytes.begin(), x.bytes.end(), out.bytes.begin() + 12);
    return out;
  }
  static hash256 nonce(std::uint8_t n) {
    hash256 out;
    out.bytes[0] = n;
    return out;
  }
  Proof& add(std::vector<hash256> topics, byte_vector data = {}) {
    logs.push_back({a.token, std::move(topics), std::move(data), {}, 1, 40 + logs.size()});
    return *this;
  }
  Proof& used(const hash256& n) { return add({eip3009::used_topic(), padded(a.from), n}); }
  Proof& canceled(const hash256& n) { return add({eip3009::canceled_topic(), padded(a.from), n}); }
  Proof& moved(const address& from, const address& to, std::uint64_t micro) {
    const auto value = uint256::of(micro);
    return add({transfer_topic(), padded(from), padded(to)},
               {value.bytes.begin(), value.bytes.end()});
  }
  Proof& paid() { return moved(a.from, a.to, 2'500'000); }
  /// The log's index, or -1.
  int proof(const hash256& n) {
    auto asked = a;
    asked.nonce = n;
    const auto found = eip3009::proof_of(asked, logs);
    return found ? static_cast<int>(found->index) : -1;
  }
  int proof() { return proof(a.nonce); }
};

TEST_F(Proof, IsTheTransferRightAfterTheUse) {
  used(a.nonce).paid();
  EXPECT_EQ(proof(), 41);
  EXPECT_EQ(proof(nonce(1)), -1);
}

TEST_F(Proof, NeedsBothLogsInTheTokensOrder) {
  EXPECT_EQ(proof(), -1);
  paid();
  EXPECT_EQ(proof(), -1);
  used(a.nonce);
  EXPECT_EQ(proof(), -1) << "paid before the use: by something else";
}

TEST_F(Proof, OneTransferProvesOneOfManyAuthorizations) {
  used(nonce(1)).paid();
  for (std::uint8_t n = 2; n < 50; ++n) used(nonce(n)).moved(a.from, a.from, 0);
  EXPECT_EQ(proof(nonce(1)), 41);
  for (std::uint8_t n = 2; n < 50; ++n) EXPECT_EQ(proof(nonce(n)), -1) << int{n};
}

TEST_F(Proof, ALaterTransferIsNotBorrowed) {
  used(nonce(1)).moved(a.from, a.from, 0).used(nonce(2)).paid().paid();
  EXPECT_EQ(proof(nonce(1)), -1);
  EXPECT_EQ(proof(nonce(2)), 43);
}

TEST_F(Proof, EachOfABatchHasItsOwnTransfer) {
  used(nonce(1)).paid().used(nonce(2)).paid();
  EXPECT_EQ(proof(nonce(1)), 41);
  EXPECT_EQ(proof(nonce(2)), 43);
}

TEST_F(Proof, AnotherUseOrACancelBetweenThemIsNoPair) {
  used(nonce(1)).used(nonce(2)).paid();
  EXPECT_EQ(proof(nonce(1)), -1);
  logs.clear();
  used(nonce(1)).canceled(nonce(1)).paid();
  EXPECT_EQ(proof(nonce(1)), -1);
  logs.clear();
  canceled(nonce(1)).paid();
  EXPECT_EQ(proof(nonce(1)), -1);
}

TEST_F(Proof, OtherContractsSayNothing) {
  used(a.nonce).paid();
  for (auto& log : logs) log.emitter = a.to;
  EXPECT_EQ(proof(), -1) << "a forged token";
  logs[0].emitter = a.token;
  EXPECT_EQ(proof(), -1) << "a forged transfer";
  paid();
  EXPECT_EQ(proof(), 42) << "theirs in between changes nothing";
}

TEST_F(Proof, ATransferToOneselfProvesNothing) {
  a.to = a.from;
  used(a.nonce).paid();
  EXPECT_EQ(proof(), -1);
}

TEST_F(Proof, MustBeOfThisPayerPayeeAndExactValue) {
  for (const auto micro : {2'499'999U, 2'500'001U, 0U}) {
    logs.clear();
    used(a.nonce).moved(a.from, a.to, micro);
    EXPECT_EQ(proof(), -1) << micro;
  }
  logs.clear();
  used(a.nonce).moved(a.to, a.to, 2'500'000);
  EXPECT_EQ(proof(), -1);
  logs.clear();
  used(a.nonce).moved(a.from, a.from, 2'500'000);
  EXPECT_EQ(proof(), -1);
  logs.clear();
  used(a.nonce).paid();
  logs[0].topics[1] = padded(a.to);
  EXPECT_EQ(proof(), -1) << "somebody else's nonce";
}

}  // namespace
}  // namespace headroom::chain::x402
