#include "chain/polymarket/relayer_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t queued_at_most = 64;
constexpr std::size_t finished_kept = 256;
const std::string service = "polymarket.relayer";

using external_rows = std::vector<external_operation>;

batch_state state_of(external_status s) {
  switch (s) {
    case external_status::stored:
    case external_status::accepted: return batch_state::pending;
    case external_status::confirmed: return batch_state::confirmed;
    case external_status::failed: return batch_state::failed;
    case external_status::in_doubt: break;
  }
  return batch_state::in_doubt;
}

batch_report report_of(const external_operation& row) {
  return {state_of(row.status), row.tx_hash, row.detail};
}

/// One batch from its request to its end. Every step is one question; a poll takes the next.
class desk {
 public:
  explicit desk(relayer_self self) : self_{self}, st_{self->state}, w_{*self->state.w} {}

  caf::result<batch_report> take(submit_batch& x) {
    if (const auto i = st_.finished.find(x.id); i != st_.finished.end()) return i->second;
    if (!st_.ready) return make_error(errc::unavailable, "the relayer's outbox is not read yet");
    if (is_known(x.id)) return batch_report{batch_state::pending, {}, {}};
    if (st_.queue.size() >= queued_at_most) return make_error(errc::overloaded);
    st_.queue.push_back(std::move(x));
    step();
    return batch_report{batch_state::pending, {}, {}};
  }

  caf::result<batch_report> report(const operation_id& id) {
    if (const auto i = st_.finished.find(id); i != st_.finished.end()) return i->second;
    if (is_known(id)) return batch_report{batch_state::pending, {}, {}};
    const auto outbox = st_.outbox();
    if (!st_.ready || !outbox)
      return make_error(errc::unavailable, "the relayer's outbox is not read yet");
    auto promise = self_->make_response_promise<batch_report>();
    self_->request(outbox, w_.settings.patience.load, actors::find_external{id})
        .then(
            [promise](const external_rows& rows) mutable {
              promise.deliver(rows.empty() ? batch_report{} : report_of(rows.back()));
            },
            [promise](const caf::error& e) mutable { promise.deliver(e); });
    return promise;
  }

  void step() {
    if (st_.asking) return;
    if (!st_.ready) return read_outbox();
    if (!st_.current) return take_next();
    if (st_.unstored) return store();
    if (now() < st_.next_step) return;
    st_.current->status == external_status::stored ? submit() : look();
  }

 private:
  using http_done = std::function<void(const net::http_result&)>;

  [[nodiscard]] caf::actor_clock::time_point now() const { return self_->clock().now(); }
  [[nodiscard]] bool is_known(const operation_id& id) const {
    if (st_.current && st_.current->id == id) return true;
    return std::any_of(st_.queue.begin(), st_.queue.end(),
                       [&](const auto& x) { return x.id == id; });
  }
  void wait() { st_.next_step = now() + st_.settings.poll; }

  void raise(std::string_view text) {
    w_.dir.gauges.alerts().raise(relayer_alert, st_.who.name, text, w_.now());
  }

  // -- the outbox --------------------------------------------------------------------------------

  /// An earlier life's batch may be at the relayer, or not: its bytes are good for both.
  void read_outbox() {
    const auto outbox = st_.outbox();
    if (!outbox) return;
    st_.asking = true;
    self_
        ->request(outbox, w_.settings.patience.load,
                  actors::open_externals{service, st_.who.wallet})
        .then(
            [self = self_](external_rows& rows) {
              auto& st = self->state;
              st.asking = false;
              st.ready = true;
              if (rows.empty()) return;
              st.current = std::move(rows.front());
              st.never_taken = false;
              st.polls = 0;
              if (rows.size() > 1) {  // never by us: they would share a nonce
                desk{self}.raise("more than one batch is open in the outbox");
                st.ready = false;
                st.current.reset();
                return;
              }
              desk{self}.step();
            },
            [self = self_](const caf::error&) { self->state.asking = false; });
  }

  void store() {
    const auto outbox = st_.outbox();
    if (!outbox) return;
    st_.asking = true;
    self_->request(outbox, w_.settings.patience.append, record_external{*st_.current})
        .then(
            [self = self_](bool) {
              self->state.asking = false;
              self->state.unstored = false;
              desk{self}.stored();
            },
            [self = self_](const caf::error& e) {
              self->state.asking = false;
              if (actors::is_final(e)) desk{self}.not_stored(e);
            });
  }

  /// Bytes that never left us are forgotten; an end that the books refuse is said until they take
  /// it.
  void not_stored(const caf::error& e) {
    const auto why = "the outbox refuses the batch: " + std::string{to_string(actors::code_of(e))};
    raise(why);
    if (st_.current->status != external_status::stored || !st_.never_taken) return;
    remember(st_.current->id, {batch_state::failed, {}, why});
    st_.current.reset();
    st_.unstored = false;
    wait();
  }

  void stored() {
    if (state_of(st_.current->status) != batch_state::pending) finish();
    step();
  }

  // -- from a request to signed bytes ------------------------------------------------------------

  void take_next() {
    const auto outbox = st_.outbox();
    if (st_.queue.empty() || !outbox || now() < st_.next_step) return;
    st_.asking = true;
    self_->request(outbox, w_.settings.patience.load, actors::find_external{st_.queue.front().id})
        .then(
            [self = self_](const external_rows& rows) {
              auto& st = self->state;
              st.asking = false;
              if (rows.empty()) return desk{self}.prepare_next();
              desk{self}.remember(rows.back().id, report_of(rows.back()));
              st.queue.pop_front();
              desk{self}.step();
            },
            [self = self_](const caf::error&) { self->state.asking = false; });
  }

  void prepare_next() {
    st_.queue.front().purpose == wallet_creation ? create_next() : ask_nonce();
  }

  void ask_nonce() {
    fetch({"GET", st_.settings.url + params_target(st_.owner), {}, {}},
          [self = self_](const net::http_result& r) {
            const auto nonce = is_ok(r) ? read_wallet_nonce(r.body) : std::nullopt;
            desk d{self};
            if (!nonce) return d.not_readable(r);
            d.sign_next(*nonce);
          });
  }

  void not_readable(const net::http_result& r) {
    wait();
    if (r.outcome == net::http_outcome::answered && (r.status == 401 || r.status == 403))
      raise("the relayer does not take our API key");
  }

  void sign_next(std::uint64_t nonce) {
    auto x = std::move(st_.queue.front());
    st_.queue.pop_front();
    const auto deadline = w_.now().plus(st_.settings.deadline);
    wallet_batch batch{st_.who.wallet, nonce, static_cast<std::uint64_t>(deadline.seconds()),
                       std::move(x.calls)};
    const auto signed_one = sign(std::move(batch), st_.who.chain_id, *st_.who.key);
    external_operation row;
    row.id = x.id;
    row.sequence = nonce;
    row.request_hash = signed_one.digest;
    row.request = submit_body(signed_one, st_.who.factory, x.purpose);
    row.give_up_at = timestamp::of_seconds(deadline.seconds());
    row.purpose = std::move(x.purpose);
    keep(std::move(row));
  }

  /// Nothing is signed, so its bytes stand for it.
  void create_next() {
    auto x = std::move(st_.queue.front());
    st_.queue.pop_front();
    external_operation row;
    row.id = x.id;
    row.request = creation_body(st_.owner, st_.who.factory);
    row.request_hash = keccak256(std::string_view{row.request});
    row.give_up_at = w_.now().plus(st_.settings.deadline);
    row.purpose = std::move(x.purpose);
    keep(std::move(row));
  }

  void keep(external_operation row) {
    row.service = service;
    row.account = st_.who.wallet;
    row.created_at = row.updated_at = w_.now();
    st_.current = std::move(row);
    st_.never_taken = true;
    st_.unstored = true;
    st_.polls = 0;
    st_.next_step = now();
    step();
  }

  // -- at the relayer ----------------------------------------------------------------------------

  /// The same bytes, until the relayer has them or they are too old for the chain.
  void submit() {
    if (w_.now() >= st_.current->give_up_at) return too_old();
    fetch({"POST", st_.settings.url + "/submit", {}, st_.current->request},
          [self = self_](const net::http_result& r) { desk{self}.heard(r); });
  }

  void heard(const net::http_result& r) {
    wait();
    if (r.outcome == net::http_outcome::refused_before_send) return;
    if (r.outcome == net::http_outcome::maybe_sent) {
      st_.never_taken = false;
      return;
    }
    const auto a = read_submit_answer(r.status, r.body);
    switch (a.verdict) {
      case relay_verdict::accepted: return accepted(a.transaction);
      case relay_verdict::busy: return;
      case relay_verdict::not_now:
        if (r.status == 401 || r.status == 403) raise("the relayer does not take our API key");
        return;
      case relay_verdict::unknown: st_.never_taken = false; return;
      case relay_verdict::nonce_moved: return nonce_moved(a);
      case relay_verdict::blocked: return end(external_status::failed, "call blocked: " + a.detail);
      case relay_verdict::refused:
        // Of bytes that it may have already, a refusal says nothing.
        if (st_.never_taken) end(external_status::failed, a.detail);
    }
  }

  void accepted(const relay_transaction& t) {
    st_.current->status = external_status::accepted;
    st_.current->remote_id = t.id;
    st_.current->updated_at = w_.now();
    st_.unstored = true;
    st_.polls = 0;
    spdlog::info("relayer.accepted account={} operation={} nonce={} id={}", st_.who.name,
                 st_.current->id.text(), st_.current->sequence, t.id);
    step();
  }

  void nonce_moved(const relay_answer& a) {
    if (st_.never_taken) return end(external_status::failed, a.detail);
    if (!a.on_chain || *a.on_chain > st_.current->sequence)
      end(external_status::in_doubt, "its nonce is used, by it or by another batch");
  }

  /// Nothing can happen any more; whether it has, its nonce knows.
  void too_old() {
    if (st_.never_taken) return end(external_status::failed, "the relayer did not take it in time");
    if (st_.current->purpose == wallet_creation)
      return end(external_status::in_doubt, "the relayer does not say whether it has it");
    fetch({"GET", st_.settings.url + params_target(st_.owner), {}, {}},
          [self = self_](const net::http_result& r) {
            desk d{self};
            const auto nonce = is_ok(r) ? read_wallet_nonce(r.body) : std::nullopt;
            if (!nonce) return d.not_readable(r);
            if (*nonce > self->state.current->sequence)
              return d.end(external_status::in_doubt,
                           "its nonce is used, by it or by another batch");
            d.end(external_status::failed, "its deadline is over, and its nonce is not used");
          });
  }

  void look() {
    fetch({"GET", st_.settings.url + transaction_target(st_.current->remote_id), {}, {}},
          [self = self_](const net::http_result& r) {
            desk{self}.looked(is_ok(r) ? read_relay_transaction(r.body) : std::nullopt);
          });
  }

  void looked(const std::optional<relay_transaction>& t) {
    wait();
    auto& row = *st_.current;
    if (t && !t->tx_hash.is_zero()) row.tx_hash = t->tx_hash;
    if (t && t->state == relay_state::confirmed) return end(external_status::confirmed, "");
    if (t && t->state == relay_state::failed)
      return end(external_status::failed,
                 t->precheck_skipped ? "the relayer did not try it: " + t->detail : t->detail);
    if (++st_.polls >= st_.settings.polls && w_.now() >= row.give_up_at)
      end(external_status::in_doubt, "the relayer does not say how it ended");
  }

  // -- the end -----------------------------------------------------------------------------------

  void end(external_status how, std::string detail) {
    st_.current->status = how;
    st_.current->detail = std::move(detail);
    st_.current->updated_at = w_.now();
    st_.unstored = true;
    step();
  }

  void finish() {
    const auto row = std::move(*st_.current);
    st_.current.reset();
    st_.next_step = now();
    spdlog::info("relayer.finished account={} operation={} purpose={} nonce={} state={} tx={}",
                 st_.who.name, row.id.text(), row.purpose, row.sequence,
                 row.status == external_status::confirmed ? "confirmed"
                 : row.status == external_status::failed  ? "failed"
                                                          : "in_doubt",
                 row.tx_hash.hex());
    if (row.status == external_status::confirmed) {
      ++st_.confirmed;
      w_.dir.gauges.alerts().clear(relayer_alert, st_.who.name, w_.now());
    } else {
      ++st_.failed;
      raise(row.purpose + ": " + row.detail);
    }
    remember(row.id, report_of(row));
  }

  void remember(const operation_id& id, batch_report r) {
    if (!st_.finished.insert_or_assign(id, std::move(r)).second) return;
    st_.finished_order.push_back(id);
    if (st_.finished_order.size() <= finished_kept) return;
    st_.finished.erase(st_.finished_order.front());
    st_.finished_order.pop_front();
  }

  // -- requests ----------------------------------------------------------------------------------

  static bool is_ok(const net::http_result& r) {
    return r.outcome == net::http_outcome::answered && r.status == 200;
  }

  void fetch(net::http_request what, http_done done) {
    what.headers = {{"Accept", "application/json"},
                    {"User-Agent", "headroom"},
                    {"RELAYER_API_KEY", st_.who.api_key},
                    {"RELAYER_API_KEY_ADDRESS", checksummed(st_.owner)}};
    if (!what.body.empty()) what.headers.emplace_back("Content-Type", "application/json");
    st_.asking = true;
    self_->request(st_.http, caf::infinite, http_call{std::move(what), st_.settings.timeout})
        .then(
            [self = self_, done](const net::http_result& r) {
              self->state.asking = false;
              done(r);
            },
            [self = self_, done](const caf::error&) {
              self->state.asking = false;
              net::http_result lost;
              lost.outcome = net::http_outcome::maybe_sent;
              done(lost);
            });
  }

  relayer_self self_;
  relayer_state& st_;
  const actors::world& w_;
};

}  // namespace

relayer_actor::behavior_type relayer_behavior(
    relayer_self self, actors::world_ptr w, relayer_settings settings, relayed_wallet who,
    http_actor http, std::function<actors::external_outbox_actor()> outbox) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = std::move(settings);
  st.who = std::move(who);
  st.owner = st.who.key->address_of();
  st.http = std::move(http);
  st.outbox = std::move(outbox);
  self->describe(actors::id_kind::user, st.who.wallet.view());
  self->send(self, actors::poll_atom::value);
  return {
      [self](submit_batch& x) { return desk{self}.take(x); },
      [self](actors::get_atom, const operation_id& id) { return desk{self}.report(id); },
      [self](actors::poll_atom) {
        self->delayed_send(self, self->state.settings.poll, actors::poll_atom::value);
        desk{self}.step();
      },
      [self](actors::status_atom) {
        const auto& s = self->state;
        return actors::status_report{relayer_state::name,
                                     {{"account", s.who.name},
                                      {"wallet", s.who.wallet.hex()},
                                      {"ready", s.ready ? "yes" : "no"},
                                      {"queued", std::to_string(s.queue.size())},
                                      {"current", s.current ? s.current->purpose : std::string{}},
                                      {"confirmed", std::to_string(s.confirmed)},
                                      {"failed", std::to_string(s.failed)}}};
      },
  };
}

}  // namespace headroom::chain::polymarket
