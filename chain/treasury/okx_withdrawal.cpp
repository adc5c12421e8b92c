#include "chain/evm/abi.hpp"
#include "chain/evm/eip55.hpp"
#include "chain/treasury/okx_run.hpp"
#include "net/json.hpp"

/// The last step: USDC moved back to the funding account, one withdrawal, and its transfer to us in
/// a final block.
namespace headroom::chain {
namespace {

constexpr std::uint32_t most_listed = 200;  // conversions, the newest first
constexpr std::size_t most_payees = 4'096;

/// As it was asked for: the fee is taken beside it.
std::optional<usdc> asked_amount(const std::string& request) {
  const auto body = net::read_json(request);
  const auto* text = body ? net::text_member(*body, "amt") : nullptr;
  return text == nullptr ? std::nullopt : parse_usdc(*text);
}

}  // namespace

void okx_withdrawal::start() {
  if (!begin()) return;
  move("back", "USDC", x_.amount_in, "18", "6", [run = me()] { run->withdraw(); });
}

void okx_withdrawal::withdraw() {
  auto e = std::make_shared<errand>();
  e->what = "withdraw";
  e->purpose = "withdraw USDC";
  e->target = "/api/v5/asset/withdrawal";
  e->id_key = "clientId";
  e->prepare = [run = me(), weak = std::weak_ptr<const errand>{e}](std::uint32_t which) {
    run->prepare(weak.lock(), which);
  };
  e->look = [run = me()](const row& r, std::uint32_t) { run->look(r); };
  e->happened = [run = me()](const row& r, std::uint32_t) { run->find_arrival(r, r.tx_hash); };
  go(e, 0);
}

void okx_withdrawal::prepare(const errand_ptr& e, std::uint32_t which) {
  ask_okx(okx_currencies_target, [run = me(), e, which](const okx::answer& a) {
    if (!run->desk_->learn(a)) return run->held("waits: " + a.words);
    const auto& known = run->desk_->last_terms;
    if (!known) return run->held("waits: " + run->desk_->disabled);
    const auto& t = known->withdrawal;
    if (!t.can_withdraw)
      return run->held("waits: OKX has suspended withdrawals of " + run->s_.withdrawal_chain);
    const auto amount = sub_saturating(run->x_.amount_in, t.fee);
    if (!amount.is_positive() || amount < t.min_withdrawal)
      return run->held("waits: OKX sends no less than " + to_string(t.min_withdrawal) + " USDC");
    if (t.max_withdrawal.is_positive() && amount > t.max_withdrawal)
      return run->held("waits: OKX sends no more than " + to_string(t.max_withdrawal) + " USDC");
    nlohmann::json body{{"ccy", "USDC"},     {"amt", to_string(amount)},
                        {"dest", "4"},       {"toAddr", checksummed(run->desk_->pair.to.wallet)},
                        {"toAddrType", "1"}, {"chain", run->s_.withdrawal_chain}};
    if (!run->s_.receiver.empty())
      body["rcvrInfo"] = nlohmann::json{{"walletType", run->s_.receiver}};
    run->post(e, which, std::move(body));
  });
}

void okx_withdrawal::look(const row& r) {
  ask_okx("/api/v5/asset/withdrawal-history?ccy=USDC&clientId=" + client_id_of(r),
          [run = me(), r](const okx::answer& a) {
            if (says_none(a)) return run->not_found(r, true);
            if (a.is != okx::verdict::done) return run->unreadable(a.words);
            const auto all = okx::find_withdrawals(a.rows, client_id_of(r));
            if (!all) return run->unreadable("OKX' answer cannot be read");
            if (all->empty()) return run->not_found(r, true);
            run->found(r);
            if (all->size() > 1)
              return run->reviewed("OKX shows " + std::to_string(all->size()) +
                                   " withdrawals under " + client_id_of(r));
            const auto& there = all->front();
            const auto asked = asked_amount(r.request);
            if (there.amount != asked || there.to != run->desk_->pair.to.wallet ||
                there.coin != "USDC" || there.chain != run->s_.withdrawal_chain)
              return run->unreadable("OKX shows another withdrawal than we asked for");
            if (r.status == external_status::accepted) return run->judge(r, there);
            auto taken = r;
            taken.status = external_status::accepted;
            taken.remote_id = there.id;
            run->record(std::move(taken),
                        [run, there](const row& kept) { run->judge(kept, there); });
          });
}

void okx_withdrawal::judge(const row& r, const okx::withdrawal_row& there) {
  switch (okx::word_of(there.state)) {
    case okx::withdrawal_word::ended_unpaid:
      return nothing_happened(
          r, "OKX ended the withdrawal " + there.id + " in state " + std::to_string(there.state));
    case okx::withdrawal_word::reviewed:
      return reviewed("the withdrawal " + there.id + " is in state " + std::to_string(there.state));
    case okx::withdrawal_word::on_its_way:
    case okx::withdrawal_word::sent: break;
  }
  not_reviewed();
  if (there.tx.is_zero()) return waiting("asked: OKX sends it");
  find_arrival(r, there.tx);
}

/// By the receipt of the transaction that OKX names: its word is no proof.
void okx_withdrawal::find_arrival(row r, const hash256& tx) {
  tx_ = tx;
  ask(desk_->pair.to.nodes, {eth::transaction_receipt(tx)},
      [run = me(), r = std::move(r)](std::vector<rpc_result>& results) {
        const auto receipt = eth::answer(results[0], eth::read_receipt);
        if (!receipt) return run->unreadable("the destination chain is silent");
        if (!*receipt)
          return run->not_seen(run->desk_->pair.to, run->tx_, "sent: not seen on chain yet");
        if (!(*receipt)->succeeded)
          return run->unreadable("OKX' transaction reverted in " + run->tx_.hex());
        run->arrived(r, **receipt, results[0].node);
      });
}

/// One transaction may pay several withdrawals: ours is the transfer of what was asked for.
void okx_withdrawal::arrived(row r, const eth::receipt& receipt, std::uint32_t node) {
  const auto asked = asked_amount(r.request);
  const auto& to = desk_->pair.to;
  const auto times =
      asked ? std::count_if(
                  receipt.logs.begin(), receipt.logs.end(),
                  [&](const auto& log) {
                    const auto paid = decode_transfer(log);
                    return paid && paid->token == desk_->pair.usdc && paid->to == to.wallet &&
                           paid->value == uint256::of(static_cast<std::uint64_t>(asked->micro));
                  })
            : 0;
  if (times == 0) return unreadable("OKX' transaction does not pay us: " + tx_.hex());
  claim(std::move(r), receipt, node, *asked, static_cast<std::size_t>(times));
}

/// Which transaction pays whom is OKX' word: so many conversions as it has transfers of the amount
/// may have it, by the books.
void okx_withdrawal::claim(row r, const eth::receipt& receipt, std::uint32_t node, usdc amount,
                           std::size_t times) {
  const auto query = w_.dir.handles.get<actors::query_actor>();
  if (!query) return unreadable("the books cannot be read");
  self_->request(query, w_.settings.patience.load, actors::list_conversions{{}, most_listed})
      .then(
          [run = me(), r = std::move(r), receipt, node, amount,
           times](const conversion_page& page) mutable {
            auto& all = run->desk_->payees;
            if (all.size() >= most_payees && !all.contains(run->tx_)) all.erase(all.begin());
            auto& payees = all[run->tx_];
            for (const auto& c : page.conversions)
              for (const auto& step : c.steps)
                if (step.name == "withdraw" && step.state == "done" && step.tx_hash == run->tx_ &&
                    step.amount_out == amount)
                  payees[c.id] = amount;
            payees[run->x_.conversion] = amount;
            const auto same = std::count_if(payees.begin(), payees.end(),
                                            [&](const auto& p) { return p.second == amount; });
            if (static_cast<std::size_t>(same) > times) {
              payees.erase(run->x_.conversion);
              return run->unreadable("OKX' transaction pays another conversion: " + run->tx_.hex());
            }
            run->paid(std::move(r), receipt, node, amount);
          },
          [run = me()](const caf::error&) { run->unreadable("the books cannot be read"); });
}

void okx_withdrawal::paid(row r, const eth::receipt& receipt, std::uint32_t node, usdc amount) {
  const auto& to = desk_->pair.to;
  when_final(to, block_of(receipt), node, "destination", "sent",
             [run = me(), r = std::move(r), amount]() mutable {
               r.status = external_status::confirmed;
               r.tx_hash = run->tx_;
               run->record(std::move(r), [run, amount](const row&) {
                 run->detail_.note = "final";
                 run->done(amount);
               });
             });
}

}  // namespace headroom::chain
