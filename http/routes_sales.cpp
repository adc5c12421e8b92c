#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/order_progress.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"
#include "http/user_signature.hpp"

namespace headroom::http {
namespace {

constexpr auto default_deadline = std::chrono::seconds{60};
constexpr unsigned most_tries = 3;  // with an actor that ended just before it was asked

/// A sale as it was asked for, everything checked that can be checked without an actor.
struct wanted_sale {
  actors::sell_position order;
  bool has_deadline = false;
};

/// The fields' values in one fixed form, as a bet's.
hash256 request_hash(const exchange& x, const wanted_sale& w) {
  const auto& o = w.order;
  const auto text = "sale|" + o.user.hex() + "|" + o.token.decimal() + "|" +
                    std::to_string(o.shares.micro) + "|" + std::to_string(o.min_price.micro) + "|" +
                    (w.has_deadline ? std::to_string(o.deadline.us) : "-") +
                    (o.fill == order_fill::whole ? "|FOK" : "|FAK");
  return x.services().ethereum.keccak256(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

wanted_sale read_sale(const exchange& x, const body_fields& body) {
  wanted_sale out;
  auto& o = out.order;
  const auto now = x.services().now();
  o.user = read_address(x.services().ethereum, "user_address", body.required("user_address"));
  o.token = read_token("token_id", x.id());
  o.shares = read_shares("shares", body.required("shares"));
  o.min_price = read_price("min_price", body.required("min_price"));
  o.fill = read_order_type("order_type", body.text("order_type"), order_fill::part);
  const auto deadline = read_deadline("deadline", body.text("deadline"), now);
  out.has_deadline = deadline.has_value();
  o.deadline = deadline.value_or(now.plus(default_deadline));
  return out;
}

actors::sell_intent intent_of(const wanted_sale& w, std::string_view idempotency_key) {
  const auto& o = w.order;
  return {o.user,
          o.token,
          o.shares,
          o.min_price,
          std::string{idempotency_key},
          signed_deadline(w.has_deadline, o.deadline, "sale")};
}

void answer_sale(exchange& x, const sale& s) {
  const auto id = s.id.text();
  if (s.status == sale_status::failed) {
    auto p = problem_of(errc::venue_rejected, s.failure);
    p.extra_name = "sale_id";
    p.extra_value = id;
    return x.refuse(p);
  }
  response answer;
  answer.body = to_text(sale_document(s, x.services().ethereum));
  if (x.caller() != nullptr)
    answer.with("Location", "/sales/" + id);  // who signs cannot read there
  answer.status = 201;
  if (s.status == sale_status::placing) {
    answer.status = 202;
    answer.with("Retry-After", "1");
  }
  x.reply(std::move(answer));
}

/// An actor that did not answer in time goes on; until the books have the sale nobody can look it
/// up, so the same request is what finds out, and never sells twice.
void refuse_sale(exchange& x, const caf::error& e) {
  const auto code = actors::code_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    return x.refuse(problem_of(errc::in_doubt, "it may have been placed: repeat the request"));
  x.refuse(problem_of(e, "min_price"));  // its bounds are the market's
}

/// Only a contract can have signed it when no key did.
using contract_question = std::optional<actors::contract_signature>;

task<> place(exchange& x, actors::sell_position order, contract_question by_contract) {
  const auto asked_at = x.services().now();
  auto& dir = x.services().dir;
  if (by_contract) {
    const auto signer = dir.handles.get<actors::signature_actor>();
    if (!or_refuse(co_await ask<bool>(x, signer, std::move(*by_contract))))
      throw not_signed("SellIntent");
    count_signer(x, order.user);
  }
  for (unsigned tries = 1;; ++tries) {
    const auto actor = dir.users.open_sale(order.id);
    if (!actor)
      throw dir.users.draining() ? problem_of(errc::shutting_down, "no new sales are taken")
                                 : problem_of(errc::overloaded, "too many orders are being placed");
    const auto said = co_await ask<sale>(x, actor, order);
    if (said) {
      note_replay(x, said->created_at, asked_at);
      answer_sale(x, *said);
      co_return;
    }
    if (actors::never_received(said.error()) && tries < most_tries) continue;
    refuse_sale(x, said.error());
    co_return;
  }
}

/// The books, then the journal, which may have it in its mailbox.
task<> show(exchange& x, const principal& reader, sale_id id) {
  const auto& handles = x.services().dir.handles;
  const bool at_work = static_cast<bool>(x.services().dir.users.find_sale(id));
  auto found = co_await ask<sale>(x, handles.public_query(), actors::get_atom::value, id);
  if (!found && actors::code_of(found.error()) == errc::not_found)
    found =
        co_await ask<sale>(x, handles.get<actors::journal_actor>(), actors::get_atom::value, id);
  if (!found && at_work && actors::code_of(found.error()) == errc::not_found)
    throw problem_of(errc::in_doubt, "it is being placed");
  const auto row = or_refuse(std::move(found));
  require_own(reader, row.user);
  std::string progress;
  if (row.status == sale_status::placing)
    progress = co_await progress_of(x, x.services().dir.users.find_sale(id));
  x.reply_json(to_text(sale_document(row, x.services().ethereum, progress)));
}

}  // namespace

task<> post_sale(exchange& x) {
  const auto* key = presented_key(x);
  const query_fields none{x.asked().query, {}};
  const body_fields body{
      x.asked().body,
      {"user_address", "shares", "min_price", "order_type", "deadline", "signature"}};
  const auto signature = body.text("signature");
  if (!signature) key = &require_scope(x, {scope::trade});
  const auto idempotency_key = require_idempotency_key(x);
  auto wanted = read_sale(x, body);
  auto& order = wanted.order;
  const auto who = signature ? user_name(order.user) : key->name;
  order.id = id_named<sale_id>(x, purpose::sale, who, idempotency_key);
  order.by = signature ? who : key->id;
  order.request_hash = request_hash(x, wanted);
  contract_question by_contract;
  if (signature) {
    const auto intent = intent_of(wanted, idempotency_key);
    auto bytes = read_signature(*signature);
    const auto& ethereum = x.services().ethereum;
    if (ethereum.signed_by_user(intent, *signature)) {
      count_signer(x, order.user);
    } else {
      by_contract.emplace(
          actors::contract_signature{order.user, ethereum.digests_of(intent), std::move(bytes)});
    }
  }
  return place(x, std::move(order), std::move(by_contract));
}

task<> get_sale(exchange& x) {
  const auto& reader = require_reader(x);
  const query_fields none{x.asked().query, {}};
  return show(x, reader, read_id<sale_id>("id", x.id()));
}

}  // namespace headroom::http
