#include "chain/evm/wallet_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "chain/evm/wallet_outbox.hpp"

namespace headroom::chain {

using actors::get_atom;
using actors::poll_atom;
using actors::status_atom;

// -- start ---------------------------------------------------------------------------------------

/// A predecessor may have died with rows on their way: the journal's queue first, then the backlog.
void wallet_outbox::start() {
  if (std::exchange(st_.starting, true)) return;
  const auto journal = w_.dir.handles.get<actors::journal_actor>();
  if (!journal) return start_later("no journal");
  self_->request(journal, w_.settings.patience.append, actors::sync_atom::value)
      .then([self = self_](bool) { wallet_outbox{self}.read_backlog(); },
            [self = self_](const caf::error&) {
              wallet_outbox{self}.start_later("the journal does not answer");
            });
}

void wallet_outbox::read_backlog() {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return start_later("no query");
  self_
      ->request(query, w_.settings.patience.load,
                actors::wallet_account{st_.settings.chain_id, st_.account})
      .then([self = self_](
                actors::wallet_backlog& b) { wallet_outbox{self}.check_signer(std::move(b)); },
            [self = self_](const caf::error&) {
              wallet_outbox{self}.start_later("the backlog cannot be read");
            });
}

/// One without our account would never sign. One that is silent may be back before it is needed.
void wallet_outbox::check_signer(actors::wallet_backlog backlog) {
  st_.signer.look_for_account(
      self_, [self = self_, backlog = std::move(backlog)](std::optional<bool> has) mutable {
        wallet_outbox box{self};
        if (has == false)
          return box.start_later("the signer does not have account " + self->state.account.hex());
        box.check_chain(std::move(backlog));
      });
}

void wallet_outbox::check_chain(actors::wallet_backlog backlog) {
  std::vector<rpc_request> calls{eth::chain_id(), eth::transaction_count(st_.account, "latest")};
  if (st_.settings.finality.asks_for_tag())
    calls.push_back(eth::transaction_count(st_.account, "finalized"));
  ask_one_node(
      self_, st_.rpc, std::move(calls), std::nullopt,
      [self = self_, backlog](std::vector<rpc_result>& r) mutable {
        wallet_outbox box{self};
        auto& st = self->state;
        const auto id = eth::answer(r[0], eth::read_number);
        const auto count = eth::answer(r[1], eth::read_number);
        if (!id || !count) return box.start_later("the chain does not answer");
        if (*id != st.settings.chain_id)
          return box.start_later("the node is on chain " + std::to_string(*id));
        st.next_nonce = std::max(backlog.next_nonce, st.next_nonce);
        st.nodes = r[0].nodes;
        const auto final_count = r.size() > 2 ? eth::answer(r[2], eth::read_number) : std::nullopt;
        box.weigh_count(
            *count, [self, count, final_count, open = std::move(backlog.open)](bool known) mutable {
              wallet_outbox found{self};
              if (!known) return found.start_later("the account's nonce is not known");
              self->state.mined_count = std::min(*count, self->state.next_nonce);
              found.begin(std::move(open), final_count);
            });
      });
}

void wallet_outbox::begin(std::vector<chain_operation> open,
                          std::optional<std::uint64_t> final_count) {
  clear(wallet_alert::waits);
  // What is still wrong is said again.
  for (const auto& kind : {wallet_alert::books, wallet_alert::row, wallet_alert::no_signer,
                           wallet_alert::wrong, wallet_alert::nonce})
    clear(kind);
  if (open.empty()) clear(wallet_alert::no_gas);
  adopt(std::move(open));
  if (final_count && *final_count < st_.next_nonce) read_booked(*final_count);
  st_.ready = true;
  st_.starting = false;
  spdlog::info("wallet.ready chain={} account={} next_nonce={} open={}", st_.settings.chain_id,
               st_.account.hex(), st_.next_nonce, st_.open.size());
}

/// The next poll tries again.
void wallet_outbox::start_later(std::string why) {
  st_.starting = false;
  raise(wallet_alert::waits, std::move(why));
}

/// Takes over stored attempts; their exact bytes will be sent again, nothing is signed anew.
void wallet_outbox::adopt(std::vector<chain_operation> rows) {
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::pair{a.nonce, a.attempt} < std::pair{b.nonce, b.attempt};
  });
  for (const auto& row : rows) {
    auto tx = decode_transaction(row.raw);
    if (!tx || tx->hash != row.tx_hash || tx->body.nonce != row.nonce) {
      raise(wallet_alert::row, "a stored transaction cannot be read: " + row.tx_hash.hex());
      continue;
    }
    auto& op = st_.open[row.nonce];
    const auto known = [&](const auto& a) { return a.hash == tx->hash; };
    if (std::any_of(op.attempts.begin(), op.attempts.end(), known)) continue;
    op.id = row.id;
    op.purpose = row.purpose;
    op.attempts.push_back(std::move(*tx));
    st_.nonce_of[row.id] = row.nonce;
    st_.next_nonce = std::max(st_.next_nonce, row.nonce + 1);
  }
  // What was stored under older settings is not bound by them.
  for (auto& [nonce, op] : st_.open)
    if (op.attempts.back().body.fees.max_priority_fee < st_.settings.min_tip_wei)
      op.wants_bump = true;
}

/// An attempt may have been stored beside us (`headroom wallet cancel`): the newest one is what is
/// sent, and each may be what the chain takes. `then` runs also when the books are silent.
void wallet_outbox::read_attempts(std::uint64_t nonce, std::function<void(open_operation&)> then) {
  auto* op = find(nonce);
  if (op == nullptr) return;
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return then(*op);
  self_->request(query, w_.settings.patience.load, get_atom::value, op->id)
      .then(
          [self = self_, nonce, then](std::vector<chain_operation>& rows) {
            wallet_outbox box{self};
            auto* found = box.find(nonce);
            if (found == nullptr) return;
            std::erase_if(rows, [&](const auto& row) {  // a new one of ours says itself when stored
              const bool being_stored = found->bump && found->bump->hash == row.tx_hash;
              return row.status != operation_status::stored || row.nonce != nonce || being_stored;
            });
            const auto before = found->attempts.size();
            box.adopt(std::move(rows));
            if (found->attempts.size() > before) {
              found->broadcasts = 0;
              found->next_broadcast = {};
              found->waiting_since = box.now();
              spdlog::warn("wallet.adopted chain={} operation={} nonce={} attempts={} tx={}",
                           self->state.settings.chain_id, found->id.text(), nonce,
                           found->attempts.size(), found->attempts.back().hash.hex());
            }
            then(*found);
          },
          [self = self_, nonce, then](const caf::error&) {
            if (auto* found = wallet_outbox{self}.find(nonce)) then(*found);
          });
}

// -- the actor -----------------------------------------------------------------------------------

actors::wallet_actor::behavior_type wallet_behavior(wallet_self self, actors::world_ptr w,
                                                    wallet_settings settings,
                                                    transaction_signer signer, rpc_actor rpc) {
  auto& st = self->state;
  st.w = std::move(w);
  st.settings = settings;
  st.signer = std::move(signer);
  st.account = st.signer.account();
  st.subject = std::to_string(st.settings.chain_id);
  if (!st.settings.alone_on_chain) st.subject += "/" + st.account.hex();
  st.rpc = std::move(rpc);
  self->describe(actors::id_kind::user, st.account.view());
  self->send(self, poll_atom::value);
  return {
      [self](actors::send_transaction& x) { return wallet_outbox{self}.send(x); },
      [self](get_atom, const operation_id& id) { return wallet_outbox{self}.report(id); },
      [self](poll_atom) {
        self->delayed_send(self, self->state.settings.poll_interval, poll_atom::value);
        wallet_outbox{self}.poll();
      },
      [self](status_atom) {
        const auto& s = self->state;
        std::string alerts;
        for (const auto& [kind, text] : s.alerts) alerts += (alerts.empty() ? "" : "; ") + text;
        return actors::status_report{wallet_state::name,
                                     {{"chain", std::to_string(s.settings.chain_id)},
                                      {"account", s.account.hex()},
                                      {"ready", s.ready ? "yes" : "no"},
                                      {"next_nonce", std::to_string(s.next_nonce)},
                                      {"mined", std::to_string(s.mined_count)},
                                      {"requested", std::to_string(s.requested.size())},
                                      {"open", std::to_string(s.open.size())},
                                      {"sent", std::to_string(s.sent)},
                                      {"bumps", std::to_string(s.bumps)},
                                      {"resent", std::to_string(s.resent)},
                                      {"not_finalized", std::to_string(s.booked.size())},
                                      {"alert", alerts}}};
      },
  };
}

}  // namespace headroom::chain
