#include "actors/lone_word.hpp"
#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/max_bets.hpp"
#include "http/routes.hpp"
#include "http/user_signature.hpp"

namespace headroom::http {
namespace {

constexpr auto default_deadline = std::chrono::seconds{60};
constexpr unsigned most_tries = 3;  // with an actor that ended just before it was asked

/// A withdrawal as it was asked for, everything checked that can be checked without an actor.
struct wanted_withdrawal {
  actors::request_withdrawal order;
  bool has_deadline = false;
};

/// The fields' values in one fixed form, as a bet's.
hash256 request_hash(const exchange& x, const wanted_withdrawal& w) {
  const auto& o = w.order;
  const auto text = "withdrawal|" + o.user.hex() + "|" + o.to.hex() + "|" +
                    std::to_string(o.amount.micro) + "|" +
                    (w.has_deadline ? std::to_string(o.deadline.us) : "-");
  return x.services().ethereum.keccak256(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

void check_amount(const actors::withdrawal_settings& s, usdc amount) {
  if (amount < s.minimum)
    throw bad_field("amount", "must be at least " + to_string(s.minimum) + " USDC");
  if (amount > s.maximum)
    throw bad_field("amount", "must be at most " + to_string(s.maximum) + " USDC");
}

wanted_withdrawal read_withdrawal(const exchange& x, const body_fields& body) {
  wanted_withdrawal out;
  auto& o = out.order;
  const auto& ethereum = x.services().ethereum;
  const auto now = x.services().now();
  o.user = read_address(ethereum, "user_address", body.required("user_address"));
  o.to = read_address(ethereum, "to", body.required("to"));
  if (o.to.is_zero()) throw bad_field("to", "must not be the zero address");
  o.amount = read_amount("amount", body.required("amount"));
  check_amount(x.settings().withdrawals, o.amount);
  const auto deadline = read_deadline("deadline", body.text("deadline"), now);
  out.has_deadline = deadline.has_value();
  o.deadline = deadline.value_or(now.plus(default_deadline));
  return out;
}

actors::withdraw_intent intent_of(const wanted_withdrawal& w, std::string_view idempotency_key) {
  const auto& o = w.order;
  return {o.user, o.to, o.amount, std::string{idempotency_key},
          signed_deadline(w.has_deadline, o.deadline, "withdrawal")};
}

void answer_withdrawal(exchange& x, const withdrawal& w) {
  const auto id = w.id.text();
  response answer;
  answer.status = 202;
  answer.body = to_text(withdrawal_document(w, x.services().ethereum));
  if (x.caller() != nullptr)
    answer.with("Location", "/withdrawals/" + id);  // who signs cannot read there
  if (is_open(w)) answer.with("Retry-After", "1");
  x.reply(std::move(answer));
}

/// Which of the two was too small, as for a bet.
void refuse_withdrawal(exchange& x, const caf::error& e) {
  const auto code = actors::code_of(e);
  if (code == errc::timed_out || code == errc::in_doubt)
    return x.refuse(problem_of(errc::in_doubt, "it may have been accepted: repeat the request"));
  auto p = problem_of(e, "to");
  if (code == errc::address_refused) p.field = "to";
  if (code == errc::insufficient_balance || code == errc::exceeds_max_withdrawal) {
    p.extra_name = "limiting_factor";
    p.extra_value =
        std::string{to_string(code == errc::insufficient_balance ? limiting_factor::user_balance
                                                                 : limiting_factor::buffer)};
  }
  x.refuse(p);
}

/// Only a contract can have signed it when no key did.
using contract_question = std::optional<actors::contract_signature>;

task<> place(exchange& x, actors::request_withdrawal order, contract_question by_contract) {
  const auto asked_at = x.services().now();
  auto& dir = x.services().dir;
  if (by_contract) {
    const auto signer = dir.handles.get<actors::signature_actor>();
    if (!or_refuse(co_await ask<bool>(x, signer, std::move(*by_contract))))
      throw not_signed("WithdrawIntent");
    const auto asked =
        or_refuse(co_await ask<actors::status_report>(x, signer, actors::status_atom::value));
    if (!actors::two_nodes_asked(asked)) order.by = actors::by_lone_word(std::move(order.by));
    count_signer(x, order.user);
  }
  for (unsigned tries = 1;; ++tries) {
    const auto actor = dir.users.open_withdrawal(order.id);
    if (!actor)
      throw dir.users.draining() ? problem_of(errc::shutting_down, "no new withdrawals are taken")
                                 : problem_of(errc::overloaded, "too many withdrawals are open");
    const auto said = co_await ask<withdrawal>(x, actor, order);
    if (said) {
      note_replay(x, said->created_at, asked_at);
      answer_withdrawal(x, *said);
      co_return;
    }
    if (actors::never_received(said.error()) && tries < most_tries) continue;
    refuse_withdrawal(x, said.error());
    co_return;
  }
}

/// Whoever may ask for one may see what became of it.
const principal& require_withdrawal_reader(exchange& x) {
  const auto* who = presented_key(x);
  if (who != nullptr && who->type == principal::kind::user) return *who;
  return require_scope(x, {scope::read, scope::withdraw});
}

void require_own_withdrawal(const principal& who, const address& whose) {
  if (who.type == principal::kind::user && who.user != whose) throw problem_of(errc::not_found);
}

task<> show_most(exchange& x, address user) {
  const auto view = co_await find_balance(x, user);
  const auto& s = x.settings().withdrawals;
  const auto most = max_withdrawal_of(view.available, view.buffer_available, s.fee, s.fee_bps);
  x.reply_json(to_text(object({
      {"user_address", x.services().ethereum.print_address(user)},
      {"max_withdrawal", most.amount},
      {"fee", most.fee},
      {"user_balance", view.available},
      {"buffer_balance", view.buffer_available},
      {"limiting_factor", to_string(most.limited_by)},
  })));
}

/// The books, then the journal, which may have it in its mailbox.
task<> show(exchange& x, const principal& reader, withdrawal_id id) {
  const auto& handles = x.services().dir.handles;
  auto found = co_await ask<withdrawal>(x, handles.public_query(), actors::get_atom::value, id);
  if (!found && actors::code_of(found.error()) == errc::not_found)
    found = co_await ask<withdrawal>(x, handles.get<actors::journal_actor>(),
                                     actors::get_atom::value, id);
  const auto row = or_refuse(std::move(found));
  require_own_withdrawal(reader, row.user);
  x.reply_json(to_text(withdrawal_document(row, x.services().ethereum)));
}

withdrawal_filter read_filter(const exchange& x, const principal& reader,
                              const query_fields& query) {
  withdrawal_filter out;
  if (const auto text = query.text("user_address")) {
    out.user = read_address(x.services().ethereum, "user_address", *text);
    out.has_user = true;
    require_own_withdrawal(reader, out.user);
  } else if (reader.type == principal::kind::user) {
    out.user = reader.user;
    out.has_user = true;
  }
  if (const auto text = query.text("status")) {
    const auto status = parse_withdrawal_status(*text);
    if (!status) throw bad_field("status", "must be requested, sent, confirmed or failed");
    out.has_status = true;
    out.status = *status;
  }
  out.created = read_window(query);
  if (const auto text = query.text("cursor")) out.cursor = read_cursor("cursor", *text);
  out.limit = read_count("limit", query.text("limit").value_or("50"), 1, 200);
  return out;
}

task<> list(exchange& x, withdrawal_filter filter) {
  const auto page = or_refuse(
      co_await ask<withdrawal_page>(x, x.services().dir.handles.public_query(), std::move(filter)),
      "cursor");
  const auto& ethereum = x.services().ethereum;
  auto rows = list_of(page.withdrawals,
                      [&](const withdrawal& w) { return withdrawal_document(w, ethereum); });
  x.reply_json(to_text(page_document("withdrawals", std::move(rows), page.next_cursor)));
}

}  // namespace

task<> post_withdrawal(exchange& x) {
  const auto* key = presented_key(x);
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body, {"user_address", "to", "amount", "deadline", "signature"}};
  const auto signature = body.text("signature");
  if (!signature) key = &require_scope(x, {scope::withdraw});
  const auto idempotency_key = require_idempotency_key(x);
  auto wanted = read_withdrawal(x, body);
  auto& order = wanted.order;
  const auto who = signature ? user_name(order.user) : key->name;
  order.id = id_named<withdrawal_id>(x, purpose::withdrawal, who, idempotency_key);
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

task<> get_withdrawal(exchange& x) {
  const auto& reader = require_withdrawal_reader(x);
  const query_fields none{x.asked().query, {}};
  return show(x, reader, read_id<withdrawal_id>("id", x.id()));
}

task<> get_max_withdrawal(exchange& x) {
  const auto& reader = require_withdrawal_reader(x);
  const query_fields query{x.asked().query, {"user_address"}};
  const auto user =
      read_address(x.services().ethereum, "user_address", query.required("user_address"));
  require_own_withdrawal(reader, user);
  return show_most(x, user);
}

task<> get_withdrawals(exchange& x) {
  const auto& reader = require_withdrawal_reader(x);
  const query_fields query{x.asked().query,
                           {"user_address", "status", "since", "until", "cursor", "limit"}};
  return list(x, read_filter(x, reader, query));
}

}  // namespace headroom::http
