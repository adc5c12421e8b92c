#include "actors/alerts.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/treasury/cctp_run.hpp"

/// The attestation, and the money on the other side: received by our own outbox once, or by whoever
/// was faster.
namespace headroom::chain {
namespace {

constexpr std::string_view late_alert = "route.not_attested";

constexpr std::string_view stuck_alert = "route.receipt_stuck";
constexpr std::uint32_t most_tries = 3;
constexpr std::size_t most_holders = 4'096;
constexpr std::uint32_t most_listed = 200;  // conversions, the newest first

/// Of the message, whatever conversion it belongs to. The chain receives it once, so a try that
/// reverted may be followed by another.
operation_id receipt_of(const hash256& nonce, std::uint32_t tried) {
  return operation_id::from_digest(keccak256("cctp/" + nonce.hex() + "/" + std::to_string(tried)));
}

}  // namespace

void cctp_run::ask_iris() {
  fetch(desk_.web, {iris::messages_request(s_.iris_url, desk_.pair.from_domain, tx_), s_.timeout},
        [run = me()](const net::http_result& r) {
          run->heard_iris(iris::read_messages(r, [&](byte_view bytes) {
            const auto m = cctp::read_message(bytes, run->s_.token_messenger);
            return m && m->what == run->transfer_of_ours();
          }));
        });
}

void cctp_run::heard_iris(const iris::reading& said) {
  if (!said.problem.empty()) {
    stop_route(said.problem);
    return not_attested("burned: " + said.problem, said.nonce);
  }
  if (!said.done) return not_attested("burned: waits for attestation", said.nonce);
  const auto m = cctp::read_message(said.done->message, s_.token_messenger);
  if (!m || m->what != transfer_of_ours() || m->nonce.is_zero())
    return unreadable("the attested message is not what was burned");
  w_.dir.gauges.alerts().clear(late_alert, x_.conversion.text(), w_.now());
  if (detail_.guid != m->nonce) return claim(m->nonce);
  receive(said.done, 0);
}

/// Burns of one amount look alike, and which message is whose is Iris' word alone: one that another
/// conversion has is not booked again.
bool cctp_run::holds(const hash256& nonce) {
  auto& all = desk_.holders;
  if (all.size() >= most_holders && !all.contains(nonce)) all.erase(all.begin());
  const auto& holder = all.try_emplace(nonce, x_.conversion).first->second;
  if (holder == x_.conversion) return true;
  unreadable("the message " + nonce.hex() + " is the one of " + holder.text());
  return false;
}

/// By the books too, which remember what an earlier life has booked.
void cctp_run::claim(const hash256& nonce) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return unreadable("the books cannot be read");
  self_->request(query, w_.settings.patience.load, actors::list_conversions{{}, most_listed})
      .then(
          [run = me(), nonce](const conversion_page& page) {
            for (const auto& c : page.conversions)
              for (const auto& step : c.steps)
                if (c.id != run->x_.conversion && route_detail::parse(step.detail).guid == nonce)
                  return run->unreadable("the message " + nonce.hex() + " is the one of " +
                                         c.id.text());
            if (!run->holds(nonce)) return;
            run->detail_.guid = nonce;
            run->look_for_arrival();  // somebody may have been faster
          },
          [run = me()](const caf::error&) { run->unreadable("the books cannot be read"); });
}

/// By its own clock too late, whatever Iris says: a human hears of it, and it is asked once more.
void cctp_run::not_attested(std::string state, std::optional<hash256> nonce) {
  const auto burned = timestamp::of_seconds(static_cast<std::int64_t>(*detail_.seen_at));
  const bool late = w_.now() >= burned.plus(s_.attested_within);
  if (late) {
    const auto why = "the burn " + tx_.hex() + " is not attested";
    w_.dir.gauges.alerts().raise(late_alert, x_.conversion.text(), why, w_.now());
    stop_route(why);
  }
  if ((late || at_once_) && nonce && !detail_.asked_again)
    return ask_again(*nonce, std::move(state));
  waiting(std::move(state));
}

void cctp_run::ask_again(const hash256& nonce, std::string state) {
  fetch(desk_.web, {iris::reattest_request(s_.iris_url, nonce), s_.timeout},
        [run = me(), state = std::move(state)](const net::http_result& r) {
          // What may have reached it has: it is asked once.
          run->detail_.asked_again = r.outcome != net::http_outcome::refused_before_send;
          run->waiting(state + ", asked for anew");
        });
}

/// Through the tries of ours to the one that counts: sends it with what was attested, or asks for
/// the attestation first.
void cctp_run::receive(std::optional<iris::attested> x, std::uint32_t tried) {
  const auto id = receipt_of(detail_.guid, tried);
  where_is(desk_.pair.to.account(), id, [run = me(), id, x, tried](const report& r) {
    switch (r.state) {
      case operation_state::unsent:
        if (!x) return run->ask_iris();
        return run->send(
            run->desk_.pair.to.account(), id, "receive",
            {run->s_.message_transmitter, cctp::receive_data(x->message, x->attestation), {}, 0});
      case operation_state::pending:
      case operation_state::in_doubt: return run->waiting("attested: receives it");
      case operation_state::confirmed: return run->waiting("received: not seen yet");
      case operation_state::reverted:
      case operation_state::dropped: break;
    }
    if (tried + 1 < most_tries) return run->receive(x, tried + 1);
    run->w_.dir.gauges.alerts().raise(stuck_alert, run->x_.conversion.text(),
                                      "receiving it fails, the last time by " + r.tx_hash.hex(),
                                      run->w_.now());
    run->waiting("attested: receiving it fails");
  });
}

/// Mostly that somebody was faster, whose event is looked for again and again. A fast message that
/// has expired gets a new signature.
void cctp_run::not_sent(bool reverts, const std::string& why) {
  if (!burned_) return route_step::not_sent(reverts, why);
  if (reverts && why.find("expired") != why.npos && !detail_.asked_again)
    return ask_again(detail_.guid, "attested: it has expired");
  waiting("attested: waits: " + why);
}

// -- the arrival ---------------------------------------------------------------------------------

bridge_step::event_place cctp_run::place_of_arrival() const {
  return {s_.message_transmitter, {cctp::received_topic(), std::nullopt, detail_.guid}};
}

std::optional<usdc> cctp_run::brought_by(const log_entry& log) const {
  const auto event = cctp::read_received(log, s_.message_transmitter, s_.token_messenger);
  if (!event || event->nonce != detail_.guid || event->source_domain != desk_.pair.from_domain ||
      event->burn_token != desk_.pair.token || event->recipient != desk_.pair.to.wallet)
    return std::nullopt;
  const auto amount = event->amount.to_u64();
  if (!amount || *amount > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return usdc{static_cast<std::int64_t>(*amount)};
}

/// What is under way already needs no attestation.
void cctp_run::not_arrived(arrival_memory::entry&) { receive(std::nullopt, 0); }

void cctp_run::arrived() {
  for (const auto kind : {late_alert, stuck_alert})
    w_.dir.gauges.alerts().clear(kind, x_.conversion.text(), w_.now());
}

}  // namespace headroom::chain
