#include "http/repair_wishes.hpp"

#include <algorithm>
#include <charconv>

#include "http/problem.hpp"

namespace headroom::http {
namespace {

constexpr std::uint32_t highest_log_index = 1'000'000'000;

std::string_view target_of(const body_fields& body, const char* what) {
  const auto target = body.text("target");
  if (!target) throw bad_field("target", std::string{"must be "} + what);
  return *target;
}

hash256 read_transaction(std::string_view name, std::string_view text) {
  const auto hash = text.starts_with("0x") ? hash256::parse(text) : std::nullopt;
  if (!hash) throw bad_field(std::string{name}, "must be a transaction: 0x, 64 hex digits");
  return *hash;
}

std::string read_chain(std::string_view text) {
  for (const auto* name : {"plasma", "polygon", "base"})
    if (text == name) return name;
  throw bad_field("target", "the chain must be plasma, polygon or base");
}

actors::named_transfer read_transfer(const body_fields& body, std::string_view hash_field) {
  actors::named_transfer out;
  out.tx = read_transaction(hash_field, body.required(hash_field));
  if (const auto index = body.text("log_index")) {
    out.has_log_index = true;
    out.log_index = read_count("log_index", *index, 0, highest_log_index);
  }
  if (const auto beyond = body.text("beyond_books")) {
    if (*beyond != "true" && *beyond != "false")
      throw bad_field("beyond_books", R"(must be "true" or "false")");
    out.beyond_books = *beyond == "true";
  }
  return out;
}

address read_account(const body_fields& body, const actors::ethereum_port& ethereum) {
  const auto text = body.text("account");
  return text ? read_address(ethereum, "account", *text) : address{};
}

/// "polygon/17".
actors::cancel_nonce read_cancel(const body_fields& body, const actors::ethereum_port& ethereum,
                                 const actors::grounds& why) {
  const auto target = target_of(body, "chain/nonce, like polygon/17");
  const auto slash = target.find('/');
  const auto digits = slash == std::string_view::npos ? "" : target.substr(slash + 1);
  actors::cancel_nonce out;
  out.chain = read_chain(target.substr(0, slash));
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out.nonce);
  if (read.ec != std::errc{} || read.ptr != end || out.nonce > INT64_MAX)
    throw bad_field("target", "must be chain/nonce, like polygon/17");
  out.account = read_account(body, ethereum);
  out.why = why;
  return out;
}

actors::resolve_bet read_resolution(const body_fields& body, const actors::grounds& why) {
  actors::resolve_bet out;
  out.id = read_id<bet_id>("target", target_of(body, "the bet's id"));
  const auto outcome = body.required("outcome");
  if (outcome != "filled" && outcome != "failed")
    throw bad_field("outcome", "must be filled or failed");
  out.filled = outcome == "filled";
  const auto amount = [&](std::string_view name) {
    if (!body.has(name))
      throw bad_field(std::string{name}, "shares, spent and fee are given all or none");
    if (!out.filled) throw bad_field(std::string{name}, "is for what was filled");
    return read_amount_or_zero(name, *body.text(name));
  };
  out.given = body.has("shares") || body.has("spent") || body.has("fee");
  if (out.given) {
    out.shares = amount("shares");
    out.spent = amount("spent");
    out.fee = amount("fee");
  }
  out.why = why;
  return out;
}

}  // namespace

void allow_only(const body_fields& body, std::initializer_list<std::string_view> allowed) {
  for (const auto name : repair_fields)
    if (body.has(name) && std::find(allowed.begin(), allowed.end(), name) == allowed.end())
      throw bad_field(std::string{name}, "this action has none");
}

std::optional<repair_wish> read_repair(std::string_view action, const body_fields& body,
                                       const actors::ethereum_port& ethereum,
                                       const actors::grounds& why) {
  if (action == "settle_conversion") {
    allow_only(body, {"tx_hash", "log_index", "beyond_books"});
    const auto target = target_of(body, "the conversion's id");
    return actors::settle_conversion{read_id<conversion_id>("target", target),
                                     read_transfer(body, "tx_hash"), why};
  }
  if (action == "adopt_transfer") {
    allow_only(body, {"log_index", "beyond_books"});
    return actors::adopt_arrival{read_transfer(body, "target"), why};
  }
  if (action == "cancel_nonce") {
    allow_only(body, {"account"});
    return read_cancel(body, ethereum, why);
  }
  if (action == "resync_wallet") {
    allow_only(body, {"account"});
    const auto chain = read_chain(target_of(body, "plasma, polygon or base"));
    return actors::resync_wallet{chain, read_account(body, ethereum), why};
  }
  if (action == "resolve_bet") {
    allow_only(body, {"outcome", "shares", "spent", "fee"});
    return read_resolution(body, why);
  }
  return std::nullopt;
}

}  // namespace headroom::http
