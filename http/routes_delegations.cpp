#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/newcomers.hpp"
#include "http/own_data.hpp"
#include "http/p256.hpp"
#include "http/routes.hpp"
#include "http/user_signature.hpp"

namespace headroom::http {
namespace {

constexpr std::chrono::hours longest_delegation{30 * 24};

json delegation_document(const delegation& d, const actors::ethereum_port& ethereum) {
  return object({
      {"delegation_id", d.id.text()},
      {"user_address", ethereum.print_address(d.user)},
      {"public_key", to_0x(d.public_key)},
      {"per_bet", d.per_bet},
      {"total", d.total},
      {"spent", d.used},
      {"expires_at", d.expires_at},
      {"revoked_at", d.revoked_at},
      {"created_at", d.created_at},
  });
}

byte_vector read_key(std::string_view text) {
  auto bytes = text.starts_with("0x") ? from_hex(text) : std::nullopt;
  if (!bytes || !is_p256_key(*bytes))
    throw bad_field("public_key", "must be 0x and the 65 bytes of an uncompressed P-256 key");
  return std::move(*bytes);
}

hash256 read_salt(std::string_view text) {
  const auto salt = text.starts_with("0x") ? hash256::parse(text) : std::nullopt;
  if (!salt) throw bad_field("salt", "must be 0x and 64 hex digits");
  return *salt;
}

timestamp read_end(std::string_view text, timestamp now) {
  const auto end = read_time("expires_at", text);
  if (end.us % 1'000'000 != 0) throw bad_field("expires_at", "must be in whole seconds");
  if (end <= now || end > now.plus(longest_delegation))
    throw bad_field("expires_at", "must be within 30 days");
  return end;
}

/// As it was signed, and as the books keep it.
struct wanted_delegation {
  actors::bet_delegation terms;
  delegation row;
};

wanted_delegation read_delegation(const exchange& x, const body_fields& body) {
  const auto& ethereum = x.services().ethereum;
  const auto now = x.services().now();
  wanted_delegation out;
  auto& t = out.terms;
  t.user = read_address(ethereum, "user_address", body.required("user_address"));
  t.public_key = read_key(body.required("public_key"));
  t.per_bet = read_amount("per_bet", body.required("per_bet"));
  t.total = read_amount("total", body.required("total"));
  if (t.total < t.per_bet) throw bad_field("total", "must be at least per_bet");
  const auto end = read_end(body.required("expires_at"), now);
  t.expires = end.seconds();
  t.salt = read_salt(body.required("salt"));
  // Named by its terms, whichever chain's domain was signed.
  std::string words = t.user.hex() + "|" + to_hex(t.public_key) + "|" +
                      std::to_string(t.per_bet.micro) + "|" + std::to_string(t.total.micro) + "|" +
                      std::to_string(t.expires);
  out.row.id =
      delegation_id::from_digest(digest_of(ethereum, purpose::delegation, words, t.salt.hex()));
  out.row.user = t.user;
  out.row.public_key = t.public_key;
  out.row.per_bet = t.per_bet;
  out.row.total = t.total;
  out.row.created_at = now;
  out.row.expires_at = end;
  return out;
}

/// The owner's own session, or a key that may bet for them anyway: whoever tricks a user into
/// signing one needs that too.
void require_owner(exchange& x, const address& user) {
  const auto* const who = presented_key(x);
  if (who == nullptr || who->type != principal::kind::user) {
    require_scope(x, {scope::trade});
    return;
  }
  require_own(*who, user);
}

task<> open(exchange& x, wanted_delegation wanted, std::string signature) {
  const auto& ethereum = x.services().ethereum;
  auto bytes = read_signature(signature);
  if (!ethereum.signed_by_user(wanted.terms, signature)) {
    const actors::contract_signature shown{wanted.terms.user, ethereum.digests_of(wanted.terms),
                                           std::move(bytes)};
    const auto by_contract =
        co_await ask<bool>(x, x.services().dir.handles.get<actors::signature_actor>(), shown);
    if (!or_refuse(by_contract)) throw not_signed("BetDelegation");
  }
  count_signer(x, wanted.terms.user);
  count_beginning(x, principal_of(wanted.terms.user));
  co_await admit(x, wanted.terms.user);
  const actors::append entry{open_delegation{wanted.row}};
  const auto booked =
      co_await ask<committed>(x, x.services().dir.handles.get<actors::journal_actor>(), entry);
  if (!booked) throw problem_of(booked.error());
  auto row = wanted.row;
  if (booked->replayed) {
    x.mark_replayed();
    const auto stored = co_await ask<delegation>(x, x.services().dir.handles.public_query(),
                                                 actors::get_atom::value, row.id);
    row = or_refuse(stored);
  }
  x.reply_json(to_text(delegation_document(row, ethereum)), 201);
}

task<> revoke(exchange& x, delegation_id id, principal who) {
  const auto query = x.services().dir.handles.public_query();
  const auto found = or_refuse(co_await ask<delegation>(x, query, actors::get_atom::value, id));
  if (who.type == principal::kind::user) require_own(who, found.user);
  const actors::append entry{revoke_delegation{id, who.id, x.services().now()}};
  const auto booked =
      co_await ask<committed>(x, x.services().dir.handles.get<actors::journal_actor>(), entry);
  if (!booked) throw problem_of(booked.error());
  if (booked->replayed) x.mark_replayed();
  const auto now = or_refuse(co_await ask<delegation>(x, query, actors::get_atom::value, id));
  x.reply_json(to_text(delegation_document(now, x.services().ethereum)));
}

task<> list(exchange& x, address user) {
  const delegations_of whose{user};
  const auto all = or_refuse(
      co_await ask<std::vector<delegation>>(x, x.services().dir.handles.public_query(), whose));
  const auto& ethereum = x.services().ethereum;
  x.reply_json(to_text(object({{"delegations", list_of(all, [&](const delegation& d) {
                                  return delegation_document(d, ethereum);
                                })}})));
}

}  // namespace

task<> post_delegation(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const body_fields body{
      x.asked().body,
      {"user_address", "public_key", "per_bet", "total", "expires_at", "salt", "signature"}};
  auto wanted = read_delegation(x, body);
  require_owner(x, wanted.terms.user);
  if (x.services().dir.users.draining()) throw problem_of(errc::shutting_down);
  return open(x, std::move(wanted), std::string{body.required("signature")});
}

task<> get_delegations(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  std::optional<address> user;
  if (const auto text = query.text("user_address"))
    user = read_address(x.services().ethereum, "user_address", *text);
  user = listed_for(reader, user);
  if (!user) throw bad_field("user_address", "is required");
  return list(x, *user);
}

/// By its user, or by an operator. May be repeated.
task<> delete_delegation(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const auto id = read_id<delegation_id>("id", x.id());
  const auto* who = presented_key(x);
  if (who == nullptr || who->type != principal::kind::user)
    who = &require_scope(x, {scope::operate});
  return revoke(x, id, *who);
}

}  // namespace headroom::http
