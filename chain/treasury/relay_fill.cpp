#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/evm/abi.hpp"
#include "chain/treasury/relay_run.hpp"

/// What became of a deposit: paid out on the destination, given back on the source, or neither.
/// Relay's word says where to look; while it is silent the transfers to us are searched.
namespace headroom::chain {
namespace {

constexpr std::string_view halted_alert = "route.halted";
constexpr std::uint32_t search_every = 8;     // looks at an order that is said to be under way
constexpr std::uint32_t looks_for_paid = 10;  // at one that is said to be filled
constexpr std::uint32_t most_rounds = 16;     // pieces of a search that had transfers
constexpr std::size_t most_payments = 64;
constexpr std::size_t most_orders = 256;

rpc_request transaction(const hash256& tx) {
  rpc_request out;
  out.method = "eth_getTransactionByHash";
  out.params = nlohmann::json::array({tx.hex()});
  return out;
}

/// Relay writes it there, whoever it is that pays.
bool carries(const rpc_result& r, const hash256& id) {
  if (r.status != rpc_status::ok || !r.value.is_object()) return false;
  const auto input = r.value.find("input");
  if (input == r.value.end() || !input->is_string()) return false;
  const auto data = from_hex(input->get_ref<const std::string&>());
  return data && data->size() >= hash256::size &&
         std::equal(id.bytes.rbegin(), id.bytes.rend(), data->rbegin());
}

}  // namespace

void relay_run::ask_status() {
  if (asked_again()) {  // what paid it is on record
    payments_.insert(x_.proof);
    return look_for_arrival();
  }
  fetch(desk_.web, {relay::status_request(s_.api_url, detail_.guid), s_.timeout},
        [run = me()](const net::http_result& r) { run->heard(relay::read_status(r)); });
}

void relay_run::heard(const relay::intent& x) {
  status_ = x;
  if (x.word == relay::intent_word::refunded)
    return verify(desk_.pair.from, x.payments, [run = me()] { run->find_refund(); });
  if (x.word == relay::intent_word::filled && !x.payments.empty())
    return verify(desk_.pair.to, x.payments, [run = me()] { run->look_for_arrival(); });
  if (x.word == relay::intent_word::silent) stop_route("Relay does not answer");
  if (desk_.looks.size() >= most_orders && !desk_.looks.contains(detail_.guid))
    desk_.looks.erase(desk_.looks.begin());
  const auto looks = desk_.looks[detail_.guid]++;
  if (x.word == relay::intent_word::under_way && looks % search_every != search_every - 1)
    return waiting("deposited: Relay says " + x.said);
  calls_ += static_cast<std::uint32_t>(head_call_count(to_.finality));
  ask_one_node(self_, to_.nodes, head_calls(to_.finality), std::nullopt,
               [run = me()](std::vector<rpc_result>& r) {
                 const auto head = read_head(run->to_.finality, r);
                 if (!head) return run->unreadable("the destination chain is silent");
                 const auto highest = head->latest.number;
                 const auto lowest = run->detail_.from_block.value_or(
                     highest > searched_at_least ? highest - searched_at_least : 0);
                 run->search_payments(lowest, highest, {}, 0);
               });
}

/// The newest of what may be ours; pieces that hold others' transfers are walked through.
void relay_run::search_payments(std::uint64_t lowest, std::uint64_t highest,
                                std::set<hash256> found, std::uint32_t rounds) {
  const auto place = place_of_arrival();
  log_search s;
  s.filter.emitter = place.emitter;
  s.filter.topics = place.topics;
  s.lowest = lowest;
  s.highest = highest;
  s.chunk = to_.logs.chunk;
  s.max_chunks = to_.logs.chunks;
  search_logs_forward(
      self_, to_.nodes, std::move(s),
      [run = me(), highest, found = std::move(found), rounds](const log_findings& f) mutable {
        run->calls_ += f.requests;
        if (!f.readable) return run->unreadable("the destination chain is silent");
        const auto least = guards_of(run->desk_, run->x_.amount_in, {});
        for (const auto& log : f.logs) {
          const auto paid = decode_transfer(log);
          const auto value = paid ? paid->value.to_u64() : std::nullopt;
          const bool enough = least && value &&
                              *value >= static_cast<std::uint64_t>(least->least.micro) &&
                              *value <= static_cast<std::uint64_t>(run->x_.amount_in.micro);
          if (enough && found.size() < most_payments) found.insert(log.tx_hash);
        }
        if (!f.complete && !f.logs.empty() && rounds < most_rounds)
          return run->search_payments(f.walked, highest, std::move(found), rounds + 1);
        run->verify(run->to_, {found.begin(), found.end()}, [run] {
          if (!run->payments_.empty()) return run->look_for_arrival();
          const auto& said = run->status_.said;
          if (run->status_.word == relay::intent_word::halted)
            return run->halted("Relay says " + said);
          run->waiting("deposited: Relay says " + (said.empty() ? "nothing of it" : said));
        });
      });
}

void relay_run::verify(const leg_chain& chain, const std::vector<hash256>& payments,
                       std::function<void()> then) {
  std::vector<rpc_request> calls;
  for (const auto& tx : payments) calls.push_back(transaction(tx));
  ask(chain.nodes, std::move(calls),
      [run = me(), payments, then = std::move(then)](std::vector<rpc_result>& r) {
        for (std::size_t i = 0; i < payments.size(); ++i)
          if (carries(r[i], run->detail_.guid)) run->payments_.insert(payments[i]);
        then();
      });
}

// -- paid out ------------------------------------------------------------------------------------

bridge_step::event_place relay_run::place_of_arrival() const {
  return {desk_.pair.output_token,
          {transfer_topic(), std::nullopt, abi::word_of(desk_.pair.to.wallet)}};
}

/// Anybody may write the id behind a transfer of a millionth: it counts when it is a fill's size.
std::optional<usdc> relay_run::brought_by(const log_entry& log) const {
  if (!payments_.contains(log.tx_hash)) return std::nullopt;
  const auto paid = decode_transfer(log);
  const auto value = paid ? paid->value.to_u64() : std::nullopt;
  const auto least = guards_of(desk_, x_.amount_in, {});
  if (!value || !least || *value > static_cast<std::uint64_t>(INT64_MAX) ||
      paid->token != desk_.pair.output_token || paid->to != desk_.pair.to.wallet)
    return std::nullopt;
  const usdc amount{static_cast<std::int64_t>(*value)};
  return amount < least->least ? std::nullopt : std::optional{amount};
}

/// Of another token, which may stand a little higher.
usdc relay_run::most_of_arrival() const {
  return {mul_div_floor(x_.amount_in.micro, 102, 100).value_or(INT64_MAX)};
}

void relay_run::not_arrived(arrival_memory::entry& waited) {
  if (status_.word == relay::intent_word::filled && waited.looks >= looks_for_paid)
    return halted("Relay says success, and no transfer of what it promised is seen");
  waiting("filled: its transfer is not seen yet");
}

void relay_run::arrived() {
  desk_.looks.erase(detail_.guid);
  w_.dir.gauges.alerts().clear(halted_alert, x_.conversion.text(), w_.now());
}

// -- given back, or neither ----------------------------------------------------------------------

void relay_run::find_refund() {
  if (payments_.empty()) return waiting("refunded: its transfer is not seen yet");
  ask(desk_.pair.from.nodes, {eth::transaction_receipt(*payments_.begin())},
      [run = me()](std::vector<rpc_result>& r) {
        const auto receipt = eth::answer(r[0], eth::read_receipt);
        if (!receipt) return run->unreadable("the source chain is silent");
        if (!*receipt) return run->waiting("refunded: its transfer is not seen yet");
        run->judge_refund(**receipt, r[0].node);
      });
}

void relay_run::judge_refund(const eth::receipt& receipt, std::uint32_t node) {
  const auto& from = desk_.pair.from;
  const auto back = received(receipt.logs, desk_.pair.input_token, from.wallet);
  if (!receipt.succeeded || !back || *back <= 0)
    return waiting("refunded: its transfer is not seen yet");
  // A new attempt deposits the whole amount: what lacks must be in the wallet, and an operator must
  // have said so.
  const auto guards = guards_of(desk_, x_.amount_in, {});
  const bool most = guards && *back >= guards->least.micro;
  if (*back < x_.amount_in.micro && !(most && at_once_))
    return halted("Relay gave back " + to_string(usdc{*back}) + " of " + to_string(x_.amount_in) +
                  " in " + receipt.tx_hash.hex() +
                  (most ? ": once the wallet holds what lacks, a retry deposits it anew" : ""));
  when_final(from, block_of(receipt), node, "source", "refunded",
             [run = me(), tx = receipt.tx_hash] {
               run->memory_.waited.erase(run->detail_.guid);
               run->arrived();
               run->failed(tx, "refunded: Relay gave it back by " + tx.hex());
             });
}

/// Money that went out and is nowhere yet: a human's matter, and nothing new starts meanwhile.
void relay_run::halted(const std::string& words) {
  w_.dir.gauges.alerts().raise(halted_alert, x_.conversion.text(), words, w_.now());
  stop_route(words);
  waiting("halted: " + words);
}

}  // namespace headroom::chain
