#include <algorithm>

#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/cookies.hpp"
#include "http/fields.hpp"
#include "http/json_values.hpp"
#include "http/newcomers.hpp"
#include "http/routes.hpp"
#include "http/secrets.hpp"
#include "http/session_auth.hpp"
#include "http/sign_in_message.hpp"
#include "http/user_signature.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t cookie_bytes = 16;
constexpr std::size_t longest_nonce_cookie = 64;

std::chrono::seconds until(timestamp end, timestamp now) noexcept {
  return std::chrono::seconds{std::max<std::int64_t>(0, (end.us - now.us) / 1'000'000)};
}

json scopes_of(const principal& who) {
  json out = json::array();
  for (const auto s :
       {scope::read, scope::trade, scope::withdraw, scope::inspect, scope::operate, scope::admin})
    if (who.may(s)) out.push_back(std::string{to_string(s)});
  return out;
}

json session_document(const exchange& x, const principal& who, timestamp expires_at) {
  const bool user = who.type == principal::kind::user;
  return object({
      {"kind", user ? "user" : "service_key"},
      {"address", value_if(user, x.services().ethereum.print_address(who.user))},
      {"scopes", scopes_of(who)},
      {"expires_at", expires_at},
  });
}

/// Whether the answer may set cookies: it goes to our own page, or to no browser at all.
bool takes_cookies(const exchange& x) {
  return source_of(x.asked(), x.site()) != page_source::foreign;
}

void require_site(const exchange& x) {
  if (x.site().origin.empty())
    throw problem_of(errc::unavailable, "http.public_url is not set: nobody can sign in");
}

/// That the nonce is ours, and this browser's. A page of ours must show the cookie that it came
/// with; who is no browser, or another origin's page, has none.
void check_nonce(const exchange& x, std::string_view nonce, timestamp now) {
  using verdict = sign_in_nonces::verdict;
  const auto shown = find_cookie(x.asked(), cookie::before_session, x.site());
  auto said = x.nonces().check(nonce, shown, now);
  const bool our_page = source_of(x.asked(), x.site()) == page_source::ours;
  if (said == verdict::good && our_page && !shown) said = verdict::of_another;
  const auto refuse = [](std::string why) {
    return problem_of(errc::unauthorized, std::move(why), "message");
  };
  switch (said) {
    case verdict::good: return;
    case verdict::not_ours: throw refuse("the nonce is not ours: ask GET /session/nonce");
    case verdict::too_old: throw refuse("the nonce is too old: ask GET /session/nonce");
    case verdict::of_another: throw refuse("the nonce was given to another browser");
  }
}

/// Stores the session and answers with its token; our own page has it as the cookie alone, which no
/// script reads.
task<> begin_session(exchange& x, signed_session row, principal who, std::string token) {
  const actors::append entry{sign_in{row}};
  const auto booked =
      co_await ask<committed>(x, x.services().dir.handles.get<actors::journal_actor>(), entry);
  if (!booked && actors::code_of(booked.error()) == errc::duplicate)
    throw problem_of(errc::unauthorized, "the nonce was used before", "message");
  if (!booked) throw problem_of(booked.error());
  x.shared().sessions.open(row);
  auto document = session_document(x, who, row.expires_at);
  if (source_of(x.asked(), x.site()) != page_source::ours) append(document, {{"token", token}});
  response answer;
  answer.status = 201;
  answer.body = to_text(document);
  if (takes_cookies(x)) {
    answer.with("Set-Cookie", set_cookie(cookie::session, x.site(), token,
                                         until(row.expires_at, row.created_at)));
    answer.with("Set-Cookie", set_cookie(cookie::before_session, x.site(), "", {}));
  }
  x.reply(std::move(answer));
}

task<> sign_in_wallet(exchange& x, std::string message, std::string signature) {
  const auto& ethereum = x.services().ethereum;
  const auto said = read_sign_in(message);
  const auto user = read_address(ethereum, "message", said.account);
  auto bytes = read_signature(signature);
  const auto now = x.services().now();
  check_sign_in(said, x.site(), x.settings().bet_domain.chain_ids, now);
  check_nonce(x, said.nonce, now);
  if (!ethereum.signed_by_user(user, message, signature)) {
    actors::contract_signature shown{user, {}, std::move(bytes)};
    shown.digests.push_back(ethereum.digest_of_text(message));
    const auto by_contract = co_await ask<bool>(
        x, x.services().dir.handles.get<actors::signature_actor>(), std::move(shown));
    if (!or_refuse(by_contract)) throw not_signed("message");
  }
  count_signer(x, user);
  auto who = principal_of(user);
  count_beginning(x, who);
  co_await admit(x, user);
  auto token = make_session_token();
  const auto longest = now.plus(x.settings().session_time);
  const signed_session row{
      sha256(token), sha256(said.nonce), user, "", now, std::min(said.expires_at, longest)};
  co_await begin_session(x, row, std::move(who), std::move(token));
}

/// The operators' page: the key itself is not kept there.
task<> sign_in_key(exchange& x, std::string key) {
  auto& shared = x.shared();
  if (shared.keys.generation() == 0)
    throw problem_of(errc::unavailable, "service keys are not loaded yet");
  const auto owner = shared.keys.find(key);
  if (!owner)
    throw problem_of(errc::unauthorized, "the service key is not known or was revoked",
                     "service_key");
  count_beginning(x, *owner);
  const auto now = x.services().now();
  auto token = make_session_token();
  const auto hash = sha256(token);
  const auto id = owner->id.substr(owner->id.find(':') + 1);
  const signed_session row{hash, hash, {}, id, now, now.plus(x.settings().session_time)};
  auto who = signed_in(*owner);
  co_await begin_session(x, row, std::move(who), std::move(token));
}

}  // namespace

/// The same cookie serves all tabs of a browser.
void get_session_nonce(exchange& x) {
  const query_fields none{x.asked().query, {}};
  refuse_foreign_page(x);
  require_site(x);
  const auto now = x.services().now();
  const auto shown = find_cookie(x.asked(), cookie::before_session, x.site());
  const bool usable = shown && shown->size() <= longest_nonce_cookie;
  const auto bound_to = usable ? std::string{*shown} : random_hex(cookie_bytes);
  response answer;
  answer.body = to_text(object({
      {"nonce", x.nonces().make(bound_to, now)},
      {"expires_at", now.plus(sign_in_nonces::good_for)},
  }));
  if (takes_cookies(x))
    answer.with("Set-Cookie",
                set_cookie(cookie::before_session, x.site(), bound_to, sign_in_nonces::good_for));
  x.reply(std::move(answer));
}

task<> post_session(exchange& x) {
  const query_fields none{x.asked().query, {}};
  refuse_foreign_page(x);
  require_site(x);
  const body_fields body{x.asked().body, {"message", "signature", "service_key"}};
  if (x.services().dir.users.draining()) throw problem_of(errc::shutting_down);
  if (!body.has("service_key"))
    return sign_in_wallet(x, std::string{body.required("message")},
                          std::string{body.required("signature")});
  for (const auto* other : {"message", "signature"})
    if (body.has(other)) throw bad_field(other, "does not go with service_key");
  return sign_in_key(x, std::string{body.required("service_key")});
}

void get_session(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const auto* const who = presented_key(x);
  if (who == nullptr) throw problem_of(errc::unauthorized, "nobody is signed in");
  const auto expires_at = who->signed_in ? x.last_session.row.expires_at : timestamp{};
  x.reply_json(to_text(session_document(x, *who, expires_at)));
}

/// Signed out is signed out, however often it is asked for.
task<> delete_session(exchange& x) {
  const query_fields none{x.asked().query, {}};
  refuse_foreign_page(x);
  const auto* const who = presented_key(x);
  if (cookie_was_not_enough(x))
    throw problem_of(errc::forbidden, "a cookie alone changes nothing: send Origin and JSON");
  if (who != nullptr && who->signed_in) {
    const auto token = x.last_session.row.token_hash;
    const auto now = x.services().now();
    const actors::append entry{sign_out{token, now}};
    const auto booked =
        co_await ask<committed>(x, x.services().dir.handles.get<actors::journal_actor>(), entry);
    if (!booked) throw problem_of(booked.error());
    x.shared().sessions.close(token, now);
  }
  response answer;
  answer.status = 204;
  if (takes_cookies(x)) answer.with("Set-Cookie", set_cookie(cookie::session, x.site(), "", {}));
  x.reply(std::move(answer));
}

}  // namespace headroom::http
