#include <algorithm>

#include "domain/delegations.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/idempotency.hpp"
#include "http/p256.hpp"
#include "http/pausing.hpp"
#include "http/quoted_bets.hpp"
#include "http/routes.hpp"
#include "http/user_signature.hpp"

namespace headroom::http {
namespace {

constexpr auto default_deadline = std::chrono::seconds{60};

/// A bet as it was asked for, everything checked that can be checked without an actor.
struct wanted_bet {
  actors::place_bet order;
  bool has_deadline = false;
  std::optional<quote_id> quote;  // then max_price is zero, or must be the quote's
  std::optional<std::string_view> signature;
};

hash256 keccak(const exchange& x, std::string_view text) {
  return x.services().ethereum.keccak256(
      {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

/// The fields' values in one fixed form: "25.0" and "25.00" are the same request. A default
/// deadline is not part of it, or a repeat a second later would be another request.
hash256 request_hash(const exchange& x, const wanted_bet& w) {
  const auto& o = w.order;
  const auto deadline = w.has_deadline ? std::to_string(o.deadline.us) : std::string{"-"};
  const auto quote = w.quote ? "|" + w.quote->text() : std::string{};
  return keccak(x, "bet|" + o.user.hex() + "|" + o.token.decimal() + "|" +
                       std::to_string(o.amount.micro) + "|" + std::to_string(o.max_price.micro) +
                       "|" + deadline + quote + (o.fill == order_fill::part ? "|FAK" : ""));
}

wanted_bet read_bet(const exchange& x, const body_fields& body) {
  wanted_bet out;
  auto& o = out.order;
  o.user = read_address(x.services().ethereum, "user_address", body.required("user_address"));
  o.token = read_token("token_id", body.required("token_id"));
  o.amount = read_amount("amount", body.required("amount"));
  if (const auto text = body.text("quote_id")) out.quote = read_id<quote_id>("quote_id", *text);
  if (!out.quote || body.has("max_price"))
    o.max_price = read_price("max_price", body.required("max_price"));
  const auto now = x.services().now();
  const auto deadline = read_deadline("deadline", body.text("deadline"), now);
  out.has_deadline = deadline.has_value();
  o.deadline = deadline.value_or(now.plus(default_deadline));
  o.fill = read_order_type("order_type", body.text("order_type"), order_fill::whole);
  return out;
}

/// Under which delegation the bet is signed, if under one.
std::optional<delegation_id> read_delegate(const body_fields& body) {
  const auto text = body.text("delegation_id");
  if (!text) return std::nullopt;
  if (!body.has("signature")) throw bad_field("signature", "is required beside delegation_id");
  return read_id<delegation_id>("delegation_id", *text);
}

/// A signed bet says everything itself.
actors::bet_intent intent_of(const wanted_bet& w, std::string_view idempotency_key) {
  const auto& o = w.order;
  const auto deadline = signed_deadline(w.has_deadline, o.deadline, "bet");
  if (o.max_price.is_zero()) throw bad_field("max_price", "is required in a signed bet");
  return {o.user, o.token, o.amount, o.max_price, std::string{idempotency_key}, deadline};
}

void answer_bet(exchange& x, const bet& b) {
  const auto id = b.id.text();
  if (b.status == bet_status::failed) {
    auto p = problem_of(errc::venue_rejected, b.failure);
    p.extra_name = "bet_id";
    p.extra_value = id;
    return x.refuse(p);
  }
  response answer;
  answer.body = to_text(bet_document(b, x.services().ethereum));
  if (x.caller() != nullptr) answer.with("Location", "/bets/" + id);  // who signs cannot read there
  answer.status = 201;
  if (b.status == bet_status::placing) {
    answer.status = 202;
    answer.with("Retry-After", "1");
  }
  x.reply(std::move(answer));
}

/// What is known of a bet whose actor did not answer in time: that it was asked for. The actor goes
/// on, so this is `placing`; a repeat under the same Idempotency-Key, or GET, finds out.
bet unanswered(const actors::place_bet& order, timestamp now) {
  bet out;
  out.id = order.id;
  out.user = order.user;
  out.token = order.token;
  out.amount = order.amount;
  out.max_price = order.max_price;
  out.deadline = order.deadline;
  out.created_at = out.updated_at = now;
  return out;
}

bool is_unknown(errc code) { return code == errc::timed_out || code == errc::in_doubt; }

/// The words of a refusal as a bet's `failure`: its stable code, then its sentence.
std::string failure_of(const caf::error& e) {
  const auto p = problem_of(e);
  return p.code + ": " + (p.detail.empty() ? p.title : p.detail);
}

/// How long the journal may take with what nobody waits for.
constexpr std::chrono::minutes longest_commit{10};

actors::append promise_of(const front& shared, bet row) {
  const auto until = shared.services.now().plus(shared.promised.keep());
  return {promise_bet{std::move(row), until}};
}

/// Nobody is left to hear it.
class no_answer final : public question {
 public:
  void heard(std::unique_ptr<question> self, const caf::type_erased_tuple&) override {
    self.reset();
  }
  void run() override {}
};

/// Waits for the word on a bet whose asker was told `placing` already. The books show a bet that
/// was taken; a refusal would be lost here.
class late_word final : public question {
 public:
  late_word(front& shared, const bet_id& id) : shared_{shared}, id_{id} {}

  void heard(std::unique_ptr<question> self, const caf::type_erased_tuple& said) override {
    if (said.match_elements<caf::error>()) {
      const auto& e = said.get_as<caf::error>(0);
      if (!is_unknown(actors::code_of(e)) && !actors::never_received(e)) store_refusal(e);
    }
    self.reset();
  }
  void run() override {}

 private:
  void store_refusal(const caf::error& e) {
    auto row = shared_.promised.refused(id_, failure_of(e), shared_.services.now());
    const auto journal = shared_.services.dir.handles.get<actors::journal_actor>();
    if (!row || !journal) return;
    shared_.bridge->ask(journal, actor_bridge::clock::now() + longest_commit,
                        std::make_unique<no_answer>(), promise_of(shared_, std::move(*row)));
  }

  front& shared_;
  bet_id id_;
};

/// 202: from now on the id must be understood, whatever becomes of the bet and of this process. A
/// journal that cannot commit now keeps the promise until it can: the answer does not wait for it,
/// because whoever hears an error instead might bet again.
void answer_unknown(exchange& x, const actors::place_bet& order) {
  constexpr auto longest_wait = std::chrono::minutes{10};  // beyond every wait of a bet's actor
  constexpr std::chrono::milliseconds time_to_store{1'000};
  const auto now = actor_bridge::clock::now();
  const auto row = unanswered(order, x.services().now());
  auto& shared = x.shared();
  shared.promised.promise(row, now);
  const auto journal = x.services().dir.handles.get<actors::journal_actor>();
  x.linger(time_to_store);
  if (journal)  // before the bet is asked, whose refusal must be the newer word
    x.ask_or<committed>(
        journal, [row](exchange& y, const committed&) { answer_bet(y, row); },
        [row](exchange& y, const caf::error&) { answer_bet(y, row); }, promise_of(shared, row));
  if (const auto actor = x.services().dir.users.find_bet(order.id))  // joins what it is doing
    shared.bridge->ask(actor, now + longest_wait, std::make_unique<late_word>(shared, order.id),
                       order);
  if (!journal) answer_bet(x, row);
}

void refuse_bet(exchange& x, const actors::place_bet& order, const caf::error& e) {
  if (is_unknown(actors::code_of(e))) return answer_unknown(x, order);
  x.refuse(problem_of(e, "max_price"));  // its bounds are the market's
}

/// A bet's actor that ended just before it got the message never saw it: the directory has the
/// next one. Repeating is safe in any case, by the id.
void place(exchange& x, const actors::place_bet& order, timestamp asked_at, unsigned tries_left) {
  auto& dir = x.services().dir;
  const auto actor = dir.users.open_bet(order.id);
  if (!actor)
    return x.refuse(dir.users.draining()
                        ? problem_of(errc::shutting_down, "no new bets are taken")
                        : problem_of(errc::overloaded, "too many bets are being placed"));
  x.ask_or<bet>(
      actor,
      [asked_at](exchange& y, const bet& b) {
        note_replay(y, b.created_at, asked_at);
        answer_bet(y, b);
      },
      [order, asked_at, tries_left](exchange& y, const caf::error& e) {
        if (actors::never_received(e) && tries_left > 0)
          return place(y, order, asked_at, tries_left - 1);
        refuse_bet(y, order, e);
      },
      order);
}

/// At the price of its quote, when it has one.
void place_wanted(exchange& x, const actors::place_bet& order, const std::optional<quote_id>& quote,
                  timestamp asked_at) {
  if (!quote) return place(x, order, asked_at, 2);
  take_quote(
      x, order, *quote,
      {[asked_at](exchange& y, const actors::place_bet& priced) { place(y, priced, asked_at, 2); },
       [](exchange& y, const bet& known) {
         y.mark_replayed();
         answer_bet(y, known);
       }});
}

/// No key signed it. Perhaps the user's address is a contract that did.
void place_if_contract_signed(exchange& x, const actors::place_bet& order,
                              const std::optional<quote_id>& quote, timestamp asked_at,
                              const actors::bet_intent& intent, byte_vector signature) {
  x.ask_or<bool>(
      x.services().dir.handles.get<actors::signature_actor>(),
      [order, quote, asked_at](exchange& y, bool signed_it) {
        if (!signed_it) return y.refuse(not_signed("BetIntent"));
        count_signer(y, order.user);
        place_wanted(y, order, quote, asked_at);
      },
      [](exchange& y, const caf::error& e) { y.refuse(problem_of(e)); },
      actors::contract_signature{order.user, x.services().ethereum.digests_of(intent),
                                 std::move(signature)});
}

/// What holds a delegation's bounds is the books, where one bet beyond them fails a whole batch: so
/// one that is seen to be beyond them is not begun. If it was taken before, its answer is due all
/// the same: the books are asked, behind all that waits there.
void place_within_bounds(exchange& x, const actors::place_bet& order,
                         const std::optional<quote_id>& quote, timestamp asked_at,
                         const delegation& d) {
  const auto why = refusal_under(d, order.user, order.amount, asked_at);
  auto& dir = x.services().dir;
  if (why == errc::none || dir.users.find_bet(order.id))
    return place_wanted(x, order, quote, asked_at);
  x.ask_or<bet>(
      dir.handles.get<actors::journal_actor>(),
      [hash = order.request_hash](exchange& y, const bet& known) {
        if (known.request_hash != hash) return y.refuse(problem_of(errc::key_reused));
        y.mark_replayed();
        answer_bet(y, known);
      },
      [why](exchange& y, const caf::error& e) {
        y.refuse(actors::code_of(e) == errc::not_found ? problem_of(why) : problem_of(e));
      },
      actors::get_atom::value, order.id);
}

/// A key that the user delegated signed it, with ECDSA over P-256.
void place_if_delegate_signed(exchange& x, const actors::place_bet& order,
                              const std::optional<quote_id>& quote, timestamp asked_at,
                              const actors::bet_intent& intent, const delegation_id& under,
                              byte_vector signature) {
  x.ask_or<delegation>(
      x.services().dir.handles.public_query(),
      [order, quote, asked_at, intent, signature](exchange& y, const delegation& d) {
        const auto digests = y.services().ethereum.digests_of(intent);
        const bool signed_it =
            d.user == order.user &&
            std::any_of(digests.begin(), digests.end(), [&](const hash256& digest) {
              return p256_signed(d.public_key, digest.view(), signature);
            });
        if (!signed_it) return y.refuse(not_signed("BetIntent"));
        count_signer(y, order.user);
        place_within_bounds(y, order, quote, asked_at, d);
      },
      [](exchange& y, const caf::error& e) {
        const bool unknown = actors::code_of(e) == errc::not_found;
        y.refuse(unknown ? not_signed("BetIntent") : problem_of(e));
      },
      actors::get_atom::value, under);
}

}  // namespace

void post_bet(exchange& x) {
  const auto* key = presented_key(x);
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body,
                         {"user_address", "token_id", "amount", "max_price", "quote_id", "deadline",
                          "order_type", "signature", "delegation_id"}};
  const auto signature = body.text("signature");
  const auto delegated = read_delegate(body);
  if (!signature) key = &require_scope(x, {scope::trade});
  const auto idempotency_key = require_idempotency_key(x);
  auto wanted = read_bet(x, body);
  const auto who = signature ? user_name(wanted.order.user) : key->name;
  wanted.order.id = id_named<bet_id>(x, purpose::bet, who, idempotency_key);
  wanted.order.by = delegated   ? placed_under(*delegated, wanted.order.user)
                    : signature ? who
                                : key->id;
  wanted.order.request_hash = request_hash(x, wanted);
  std::optional<actors::bet_intent> intent;
  byte_vector signed_otherwise;
  if (signature) {
    intent = intent_of(wanted, idempotency_key);
    signed_otherwise = read_signature(*signature);
    if (!delegated && x.services().ethereum.signed_by_user(*intent, *signature)) {
      intent.reset();
      count_signer(x, wanted.order.user);
    }
  }
  refuse_if_paused(x, pausable::bets);
  if (x.services().dir.users.draining())
    return x.refuse(problem_of(errc::shutting_down, "no new bets are taken"));
  const auto asked_at = x.services().now();
  if (delegated)
    return place_if_delegate_signed(x, wanted.order, wanted.quote, asked_at, *intent, *delegated,
                                    std::move(signed_otherwise));
  if (intent)
    return place_if_contract_signed(x, wanted.order, wanted.quote, asked_at, *intent,
                                    std::move(signed_otherwise));
  place_wanted(x, wanted.order, wanted.quote, asked_at);
}

}  // namespace headroom::http
