#include <spdlog/spdlog.h>

#include <algorithm>

#include "actors/house_counters.hpp"
#include "actors/log_limit.hpp"
#include "chain/evm/evm_failure.hpp"
#include "chain/evm/wallet_outbox.hpp"

/// From a request to a stored row. Repeats find what is known; the nonce is taken when the row goes
/// to the journal, one batch at a time, so that rows are stored in the order of their nonces.
namespace headroom::chain {
namespace {

/// For the metric alone.
double in_coins(const uint256& wei) noexcept {
  return static_cast<double>(wei.to_u128().value_or(0)) / 1e18;
}

using phase = requested_operation::phase;

constexpr std::size_t rows_at_once = 32;
constexpr std::size_t askers_at_once = 16;

}  // namespace

chain_operation wallet_outbox::row_of(const operation_id& id, const std::string& purpose,
                                      std::uint32_t attempt, const signed_transaction& tx) const {
  chain_operation row;
  row.id = id;
  row.attempt = attempt;
  row.chain_id = st_.settings.chain_id;
  row.account = st_.account;
  row.nonce = tx.body.nonce;
  row.tx_hash = tx.hash;
  row.raw = tx.raw;
  row.purpose = purpose;
  row.created_at = w_.now();
  return row;
}

caf::result<operation_report> wallet_outbox::send(actors::send_transaction& x) {
  if (const auto i = st_.finished.find(x.id); i != st_.finished.end()) return told(x.id, i->second);
  if (const auto i = st_.nonce_of.find(x.id); i != st_.nonce_of.end())
    return report_of(st_.open.at(i->second));
  if (!st_.ready) return make_error(errc::unavailable, "the wallet is starting");
  if (const auto i = st_.requested.find(x.id); i != st_.requested.end()) {
    if (i->second.askers.size() >= askers_at_once) return make_error(errc::overloaded);
    return i->second.askers.emplace_back(self_->make_response_promise<operation_report>());
  }
  if (st_.open.size() + st_.requested.size() >= st_.settings.max_open)
    return make_error(errc::overloaded);
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return make_error(errc::unavailable);
  // Made last: once a promise exists, a returned error would reach nobody.
  auto promise = self_->make_response_promise<operation_report>();
  const auto id = x.id;
  st_.requested.emplace(id, requested_operation{std::move(x), phase::checking, {}, {promise}});
  self_->request(query, w_.settings.patience.load, actors::get_atom::value, id)
      .then(
          [self = self_, id](const std::vector<chain_operation>& rows) {
            wallet_outbox{self}.checked(id, rows);
          },
          [self = self_, id](const caf::error& e) { wallet_outbox{self}.refuse(id, e); });
  return promise;
}

/// Stored by an earlier life: it is never signed again.
void wallet_outbox::checked(const operation_id& id, const std::vector<chain_operation>& rows) {
  if (rows.empty()) return price(id);
  const auto i = st_.requested.find(id);
  if (i == st_.requested.end()) return;
  auto askers = std::move(i->second.askers);
  st_.requested.erase(i);
  for (auto& a : askers) report_rows(rows, std::move(a));
}

void wallet_outbox::price(const operation_id& id) {
  if (now() < st_.signer_again)
    return refuse(id, make_error(errc::unavailable, std::string{no_signature}));
  auto& x = st_.requested.at(id);
  x.at = phase::pricing;
  auto calls = fee_calls();
  calls.push_back(eth::balance(st_.account));
  calls.push_back(eth::transaction_count(st_.account, "latest"));
  if (x.what.call.gas_limit == 0)
    calls.push_back(
        eth::estimate_gas({st_.account, x.what.call.to, x.what.call.data, x.what.call.value}));
  ask_all(self_, st_.rpc, std::move(calls),
          [self = self_, id](std::vector<rpc_result>& r) { wallet_outbox{self}.priced(id, r); });
}

void wallet_outbox::priced(const operation_id& id, std::vector<rpc_result>& r) {
  const auto i = st_.requested.find(id);
  if (i == st_.requested.end()) return;
  auto& x = i->second;
  const auto coins = eth::answer(r[fee_calls().size()], eth::read_word);
  auto gas = x.what.call.gas_limit;
  if (gas == 0) {
    const auto& estimate = r.back();
    if (estimate.status == rpc_status::error && failed_in_evm(estimate.error))
      return refuse(id, make_error(errc::internal, std::string{would_revert} + ": " +
                                                       eth::revert_reason(estimate.error)));
    if (eth::judge_send(estimate) == eth::send_verdict::insufficient_funds)
      return refuse_for_coin(id, coins);
    const auto value = eth::answer(estimate, eth::read_number);
    if (!value) return refuse(id, make_error(errc::unavailable, "gas cannot be estimated"));
    const auto most = x.what.call.most_gas;
    if (most != 0 && *value > most)
      return refuse(id, make_error(errc::internal, std::string{would_revert} + ": needs " +
                                                       std::to_string(*value) + " gas"));
    gas = eth::padded_gas(*value, st_.settings.gas_pad_percent);
    if (most != 0) gas = std::min(gas, most);
  }
  const auto market = market_of(r);
  const auto fees = market ? within_limits(market->fees, *market, gas) : std::nullopt;
  if (!fees) return refuse(id, make_error(errc::unavailable, "no acceptable gas price"));
  x.body = {st_.settings.chain_id, 0, *fees, gas, x.what.call.to, x.what.call.value,
            x.what.call.data};
  // Stored and then refused for want of coins, it would hold up everything behind it.
  if (!coins) return refuse(id, make_error(errc::unavailable, "the balance cannot be read"));
  note_coins(*coins);
  if (uint256::of(promised() + cost_at_most(x.body)) > *coins) return refuse_for_coin(id, coins);
  clear(wallet_alert::no_gas);
  const auto& counted = r[fee_calls().size() + 1];
  const auto count = eth::answer(counted, eth::read_number);
  if (!count) return enqueue(id);
  weigh_count(*count, [self = self_, id](bool known) {
    wallet_outbox box{self};
    if (!known)
      return box.refuse(id, make_error(errc::unavailable, "the account's nonce is not known"));
    box.enqueue(id);
  });
}

void wallet_outbox::enqueue(const operation_id& id) {
  const auto i = st_.requested.find(id);
  if (i == st_.requested.end()) return;
  i->second.at = phase::ready;
  st_.to_store.push_back(id);
  store_next();
}

/// What is left of the coin, and how long it lasts.
void wallet_outbox::note_coins(const uint256& wei) {
  auto& counters = w_.dir.gauges.counters();
  counters.saw_coin(st_.subject, in_coins(wei), w_.now());
  const auto hours = counters.gas_hours_left(st_.subject);
  if (!hours || *hours >= st_.settings.gas_low_hours) return clear(wallet_alert::gas_low);
  raise(wallet_alert::gas_low, "at what was spent lately the coins last " +
                                   std::to_string(static_cast<std::uint64_t>(*hours)) + " hours");
}

// -- storing -------------------------------------------------------------------------------------

/// Takes nonces for what is ready. Only the rows that are stored use them up.
void wallet_outbox::store_next() {
  if (!st_.ready || !st_.storing.empty() || st_.to_store.empty()) return;
  if (now() < st_.signer_again) return refuse_unsigned();
  const auto most = st_.one_by_one ? std::size_t{1} : rows_at_once;
  auto nonce = st_.next_nonce;
  while (st_.storing.size() < most && !st_.to_store.empty()) {
    const auto id = st_.to_store.front();
    st_.to_store.pop_front();
    auto& x = st_.requested.at(id);
    x.at = phase::signing;
    x.body.nonce = nonce++;
    st_.storing.push_back(id);
  }
  sign_batch();
}

/// The same rows, however often: committing them twice changes nothing.
void wallet_outbox::append() {
  st_.append_again = false;
  const auto journal = w_.dir.handles.get<actors::journal_actor>();
  if (!journal) {
    st_.append_again = true;
    return;
  }
  record_operations entry;
  for (std::size_t i = 0; i < st_.storing.size(); ++i)
    entry.rows.push_back(row_of(st_.storing[i], st_.requested.at(st_.storing[i]).what.purpose, 0,
                                st_.storing_signed[i]));
  st_.append_unanswered = true;
  self_->request(journal, w_.settings.patience.append, actors::append{std::move(entry)})
      .then([self = self_](const committed&) { wallet_outbox{self}.stored(); },
            [self = self_](const caf::error& e) { wallet_outbox{self}.not_stored(e); });
}

void wallet_outbox::stored() {
  st_.append_unanswered = false;
  auto ids = std::exchange(st_.storing, {});
  auto txs = std::exchange(st_.storing_signed, {});
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto nonce = txs[i].body.nonce;
    st_.next_nonce = std::max(st_.next_nonce, nonce + 1);
    auto& op = st_.open[nonce];
    op.id = ids[i];
    op.purpose = st_.requested.at(ids[i]).what.purpose;
    op.attempts.push_back(std::move(txs[i]));
    st_.nonce_of[ids[i]] = nonce;
    ++st_.sent;
    spdlog::info("wallet.stored chain={} operation={} purpose={} nonce={} tx={}",
                 st_.settings.chain_id, ids[i].text(), op.purpose, nonce,
                 op.attempts.back().hash.hex());
    broadcast(op);
    answer(ids[i], report_of(op));
  }
  if (st_.to_store.empty()) st_.one_by_one = false;
  store_next();
}

void wallet_outbox::not_stored(const caf::error& e) {
  st_.append_unanswered = false;
  if (!actors::is_final(e)) {
    // It may be committed or not: the same rows go again at the next poll, and no other row gets
    // one of these nonces meanwhile.
    st_.append_again = true;
    for (const auto& id : st_.storing) {
      auto& askers = st_.requested.at(id).askers;
      for (auto& a : askers) a.deliver(make_error(errc::in_doubt, "not known to be stored yet"));
      askers.clear();
    }
    return;
  }
  auto ids = std::exchange(st_.storing, {});
  st_.storing_signed.clear();  // these bytes never left us: their nonces are free again
  if (ids.size() > 1) {        // all or none: find the bad one
    st_.one_by_one = true;
    for (auto i = ids.rbegin(); i != ids.rend(); ++i) {
      st_.requested.at(*i).at = phase::ready;
      st_.to_store.push_front(*i);
    }
    return store_next();
  }
  const auto code = actors::code_of(e);
  if (code == errc::duplicate) return resolve_duplicate(ids.front());
  spdlog::error("wallet.store_refused chain={} operation={} code={}", st_.settings.chain_id,
                ids.front().text(), to_string(code));
  refuse(ids.front(), make_error(errc::internal, "the outbox refused the transaction"));
  store_next();
}

/// Either this operation is in the books already, or its nonce is: then we are behind.
void wallet_outbox::resolve_duplicate(const operation_id& id) {
  st_.ready = false;  // the next poll reads the backlog anew
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return refuse(id, make_error(errc::unavailable));
  self_->request(query, w_.settings.patience.load, actors::get_atom::value, id)
      .then(
          [self = self_, id](const std::vector<chain_operation>& rows) {
            wallet_outbox box{self};
            if (!rows.empty()) return box.checked(id, rows);
            box.raise(wallet_alert::books,
                      "another process uses this account: its nonces are in the books");
            box.refuse(id, make_error(errc::unavailable, "nonce taken"));
          },
          [self = self_, id](const caf::error& e) { wallet_outbox{self}.refuse(id, e); });
}

// -- answers -------------------------------------------------------------------------------------

void wallet_outbox::answer(const operation_id& id, const operation_report& r) {
  const auto i = st_.requested.find(id);
  if (i == st_.requested.end()) return;
  auto askers = std::move(i->second.askers);
  st_.requested.erase(i);
  for (auto& a : askers) a.deliver(r);
}

void wallet_outbox::refuse(const operation_id& id, const caf::error& why) {
  const auto i = st_.requested.find(id);
  if (i == st_.requested.end()) return;
  auto askers = std::move(i->second.askers);
  st_.requested.erase(i);
  for (auto& a : askers) a.deliver(why);
}

/// The alert lasts until something is paid for, or there is more than the `coins` that were too
/// few.
void wallet_outbox::refuse_for_coin(const operation_id& id, const std::optional<uint256>& coins) {
  st_.too_few_coins = coins;
  raise(wallet_alert::no_gas, std::string{no_gas_money});
  refuse(id, make_error(errc::unavailable, std::string{no_gas_money}));
}

caf::result<operation_report> wallet_outbox::report(const operation_id& id) {
  if (const auto i = st_.finished.find(id); i != st_.finished.end()) return told(id, i->second);
  if (const auto i = st_.nonce_of.find(id); i != st_.nonce_of.end())
    return report_of(st_.open.at(i->second));
  if (!st_.ready) return make_error(errc::unavailable, "the wallet is starting");
  if (const auto i = st_.requested.find(id); i != st_.requested.end()) {
    operation_report r;
    r.detail = being_prepared;
    if (i->second.at == phase::storing) r.state = operation_state::pending;
    return r;
  }
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return make_error(errc::unavailable);
  auto promise = self_->make_response_promise<operation_report>();
  self_->request(query, w_.settings.patience.load, actors::get_atom::value, id)
      .then(
          [self = self_, promise](const std::vector<chain_operation>& rows) mutable {
            wallet_outbox{self}.report_rows(rows, std::move(promise));
          },
          [promise](const caf::error& e) mutable { promise.deliver(e); });
  return promise;
}

/// From the books; the logs of an earlier life's transaction are read again.
void wallet_outbox::report_rows(const std::vector<chain_operation>& rows, report_promise promise) {
  operation_report r;
  if (rows.empty()) {
    promise.deliver(r);
    return;
  }
  const auto* mined = mined_of(rows);
  const auto& shown = mined != nullptr ? *mined : rows.back();
  r.state = state_of(rows);
  r.tx_hash = shown.tx_hash;
  if (mined != nullptr) r.block_number = shown.block_number;
  if (r.state != operation_state::confirmed) {
    promise.deliver(r);
    return;
  }
  ask_every_node(
      self_, st_.rpc, eth::transaction_receipt(r.tx_hash),
      [self = self_, promise, r, id = mined->id](std::vector<rpc_result>& words) mutable {
        // The block that is booked first: another node may still show it on a branch that is gone.
        const eth::receipt* found = nullptr;
        std::vector<std::optional<std::optional<eth::receipt>>> receipts;
        for (const auto& x : words) receipts.push_back(eth::answer(x, eth::read_receipt));
        for (const auto& x : receipts)
          if (x && *x && (!found || (*x)->block_number == r.block_number)) found = &**x;
        if (!found) {
          promise.deliver(make_error(errc::unavailable, "no receipt now"));
          return;
        }
        // A reorganisation may have turned its end round since it was booked: the chain is right.
        if (!found->succeeded) r.state = operation_state::reverted;
        for (const auto& log : found->logs) r.logs.push_back(to_event(log));
        wallet_outbox box{self};
        box.remember(id, r);
        promise.deliver(box.told(id, r));
      });
}

}  // namespace headroom::chain
