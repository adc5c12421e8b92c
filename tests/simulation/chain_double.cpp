#include "tests/simulation/chain_double.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "chain/evm/abi.hpp"
#include "chain/evm/erc20.hpp"
#include "chain/evm/keccak.hpp"

namespace headroom::test {
namespace {

constexpr std::uint64_t usual_fee = 1'000'000'000;
constexpr std::uint64_t risen_fee = 5 * usual_fee;

using selector = std::array<std::uint8_t, 4>;

selector selector_of(std::string_view signature) {
  const auto digest = chain::keccak256(signature);
  selector out{};
  std::copy_n(digest.bytes.begin(), out.size(), out.begin());
  return out;
}

enum class method { pay, cancel, transfer, bridge };

std::optional<method> method_of(byte_view data) {
  static const std::map<selector, method> known{
      {selector_of("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,"
                   "uint8,bytes32,bytes32)"),
       method::pay},
      {selector_of("transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,"
                   "bytes)"),
       method::pay},
      {selector_of("cancelAuthorization(address,bytes32)"), method::cancel},
      {selector_of("transfer(address,uint256)"), method::transfer},
      {selector_of("bridge(bytes32,uint256)"), method::bridge},
  };
  if (data.size() < 4) return std::nullopt;
  selector s{};
  std::copy_n(data.begin(), s.size(), s.begin());
  const auto i = known.find(s);
  return i == known.end() ? std::nullopt : std::optional{i->second};
}

chain::log_entry event_of(const address& emitter, std::vector<hash256> topics,
                          const uint256& data = {}) {
  chain::log_entry out;
  out.emitter = emitter;
  out.topics = std::move(topics);
  if (!data.is_zero()) out.data.assign(data.bytes.begin(), data.bytes.end());
  return out;
}

/// The calls one by one, on one ledger; each says whether it goes through.
class machine {
 public:
  machine(chain_ledger& ledger, const chain_double::rules& law, std::int64_t time)
      : ledger_{ledger}, law_{law}, time_{time} {}

  bool run(const chain_call& x) {
    const auto m = method_of(x.data);
    if (!m) return false;
    const chain::abi::reader words{byte_view{x.data}.subspan(4)};
    switch (*m) {
      case method::pay: return x.to == law_.token && pay(words);
      case method::cancel: return x.to == law_.token && cancel(words);
      case method::transfer:
        return x.to == law_.token && move(x.from, *words.account(0), micro(words, 1));
      case method::bridge: {
        if (x.to != law_.bridge || !move(x.from, law_.bridge, micro(words, 1))) return false;
        ++ledger_.bridged[hash256{words.word(0)->bytes}];
        return true;
      }
    }
    return false;
  }

  std::vector<chain::log_entry> logs;

 private:
  static std::int64_t micro(const chain::abi::reader& words, std::size_t i) {
    return static_cast<std::int64_t>(words.number(i).value());
  }

  bool pay(const chain::abi::reader& words) {
    const auto payer = *words.account(0);
    const hash256 nonce{words.word(5)->bytes};
    if (time_ <= micro(words, 3) || time_ >= micro(words, 4)) return false;
    if (ledger_.authorizations.contains({payer, nonce})) return false;
    const auto used =
        event_of(law_.token, {chain::eip3009::used_topic(), chain::abi::word_of(payer), nonce});
    logs.push_back(used);
    if (!move(payer, *words.account(1), micro(words, 2))) return false;
    ledger_.authorizations.emplace(std::pair{payer, nonce}, true);
    return true;
  }

  bool cancel(const chain::abi::reader& words) {
    const auto payer = *words.account(0);
    const hash256 nonce{words.word(1)->bytes};
    logs.push_back(event_of(law_.token,
                            {chain::eip3009::canceled_topic(), chain::abi::word_of(payer), nonce}));
    return ledger_.authorizations.emplace(std::pair{payer, nonce}, false).second;
  }

  bool move(const address& from, const address& to, std::int64_t micro) {
    auto& balance = ledger_.tokens[{law_.token, from}];
    if (balance < micro || (law_.refuses != 0 && to.bytes[0] == law_.refuses)) return false;
    balance -= micro;
    ledger_.tokens[{law_.token, to}] += micro;
    logs.push_back(event_of(
        law_.token, {chain::transfer_topic(), chain::abi::word_of(from), chain::abi::word_of(to)},
        uint256::of(static_cast<std::uint64_t>(micro))));
    return true;
  }

  chain_ledger& ledger_;
  const chain_double::rules& law_;
  std::int64_t time_;
};

/// What the chain writes into the logs of a block.
void place(mined_call& call, std::uint64_t block, std::uint64_t& next_index) {
  for (auto& log : call.logs) {
    log.tx_hash = call.what.hash;
    log.block_number = block;
    log.index = next_index++;
  }
}

}  // namespace

std::int64_t chain_ledger::balance(const address& token, const address& owner) const {
  const auto i = tokens.find({token, owner});
  return i == tokens.end() ? 0 : i->second;
}

block_ptr block_of(block_ptr head, std::uint64_t number) {
  if (!head || number > head->number) return nullptr;
  while (head->number > number) head = head->parent;
  return head;
}

place_of_call find_call(const block_ptr& head, const hash256& hash) {
  for (auto b = head; b; b = b->parent)
    for (const auto& x : b->calls)
      if (x.what.hash == hash) return {b, &x};
  return {};
}

chain_double::chain_double(const rules& r, timestamp genesis, std::uint64_t seed)
    : law_{r}, rng_{seed}, next_block_us_{genesis.us} {
  auto first = std::make_shared<chain_block>();
  first->hash = chain::keccak256("genesis " + std::to_string(law_.chain_id));
  first->time = genesis.seconds() - 1;
  first->base_fee = usual_fee;
  first->ledger = std::make_shared<chain_ledger>();
  tip_ = std::move(first);
}

void chain_double::submit(chain_call x) {
  auto& where = x.nonce ? pool_[*x.nonce] : strangers_;
  const bool known = std::any_of(where.begin(), where.end(),
                                 [&](const chain_call& y) { return y.hash == x.hash; });
  if (!known) where.push_back(std::move(x));
}

void chain_double::grant(const address& token, const address& owner, std::int64_t micro) {
  chain_call x;
  x.hash = chain::keccak256("grant " + std::to_string(rng_()));
  x.from = owner;
  x.to = token;
  x.grant = micro;
  strangers_.push_back(std::move(x));
}

bool chain_double::in_pool(const hash256& hash) const {
  for (const auto& [nonce, calls] : pool_)
    for (const auto& x : calls)
      if (x.hash == hash) return true;
  return false;
}

std::uint64_t chain_double::offered(std::uint64_t nonce) const {
  std::uint64_t best = 0;
  if (const auto i = pool_.find(nonce); i != pool_.end())
    for (const auto& x : i->second) best = std::max(best, x.max_fee);
  return best;
}

block_ptr chain_double::final_block() const { return block_of(tip_, final_number_); }

std::optional<std::vector<chain::log_entry>> chain_double::execute(chain_ledger& at,
                                                                   const chain_call& x,
                                                                   std::int64_t time) const {
  if (x.grant != 0) {
    at.tokens[{x.to, x.from}] += x.grant;
    return std::vector<chain::log_entry>{};
  }
  chain_ledger after = at;
  machine m{after, law_, time};
  if (!m.run(x)) return std::nullopt;
  at = std::move(after);
  return std::move(m.logs);
}

void chain_double::advance(timestamp now) {
  while (next_block_us_ <= now.us) {
    if (chance(wrong.reorganises)) reorganise();
    mine(next_block_us_ / 1'000'000, wrong.not_mined);
    next_block_us_ += law_.block_ms * 1'000;
  }
}

chain_call chain_double::usurper_of(std::uint64_t nonce) {
  chain_call x;
  x.hash = chain::keccak256("usurper " + std::to_string(rng_()));
  x.from = x.to = law_.account;
  x.nonce = nonce;
  return x;
}

/// One block with what is in line and willing to pay.
void chain_double::mine(std::int64_t time, unsigned not_mined) {
  auto next = std::make_shared<chain_block>();
  next->parent = tip_;
  next->number = tip_->number + 1;
  next->time = std::max(time, tip_->time);
  next->hash = chain::keccak256(std::to_string(law_.chain_id) + "/" + std::to_string(branch_) +
                                "/" + std::to_string(next->number));
  if (chance(wrong.expensive)) expensive_until_ = next->number + 5 + rng_() % 40;
  next->base_fee = next->number < expensive_until_ ? risen_fee : usual_fee;
  next->ledger = tip_->ledger;
  std::shared_ptr<chain_ledger> after;
  std::uint64_t index = 0;
  const auto include = [&](const chain_call& x) {
    if (!after) after = std::make_shared<chain_ledger>(*tip_->ledger);
    mined_call done{x, false, {}};
    const bool unlucky = x.to == law_.bridge && chance(wrong.call_reverts);
    auto logs = unlucky ? std::nullopt : execute(*after, x, next->time);
    done.succeeded = logs.has_value();
    if (logs) done.logs = std::move(*logs);
    place(done, next->number, index);
    if (x.nonce) after->counts[x.from] = *x.nonce + 1;
    next->calls.push_back(std::move(done));
  };
  for (auto& x : std::exchange(strangers_, {})) {
    if (x.grant == 0 && chance(not_mined)) {
      strangers_.push_back(std::move(x));
    } else {
      include(x);
    }
  }
  const auto i = tip_->ledger->counts.find(law_.account);
  for (auto nonce = i == tip_->ledger->counts.end() ? 0 : i->second; pool_.contains(nonce);
       ++nonce) {
    std::vector<const chain_call*> willing;
    for (const auto& x : pool_.at(nonce))
      if (x.max_fee >= next->base_fee) willing.push_back(&x);
    if (willing.empty() || chance(not_mined)) break;
    if (chance(wrong.usurped)) {
      include(usurper_of(nonce));
    } else {
      include(*willing[rng_() % willing.size()]);
    }
  }
  if (after) next->ledger = std::move(after);
  tip_ = std::move(next);
  if (tip_->number >= law_.confirmations)
    final_number_ = std::max(final_number_, tip_->number - law_.confirmations);
}

/// The last blocks never happened: others of the same times, with what the pools still know.
void chain_double::reorganise() {
  const auto most = tip_->number - final_number_;
  if (most == 0) return;
  const auto depth = 1 + rng_() % most;
  std::vector<std::int64_t> times;
  for (std::uint64_t n = 0; n < depth; ++n) {
    for (const auto& x : tip_->calls) {
      if (!x.what.nonce) {
        strangers_.push_back(x.what);
      } else if (chance(wrong.forgotten)) {
        std::erase_if(pool_[*x.what.nonce],
                      [&](const chain_call& y) { return y.hash == x.what.hash; });
      }
    }
    times.push_back(tip_->time);
    tip_ = tip_->parent;
  }
  ++branch_;
  while (!times.empty()) {
    mine(times.back(), 500);
    times.pop_back();
  }
}

byte_vector transfer_call(const address& to, std::int64_t micro) {
  return chain::abi::encoder{"transfer(address,uint256)"}
      .account(to)
      .number(static_cast<std::uint64_t>(micro))
      .done();
}

byte_vector cancel_call(const address& payer, const hash256& nonce) {
  return chain::abi::encoder{"cancelAuthorization(address,bytes32)"}
      .account(payer)
      .word(nonce.view())
      .done();
}

byte_vector bridge_call(const hash256& what, std::int64_t micro) {
  return chain::abi::encoder{"bridge(bytes32,uint256)"}
      .word(what.view())
      .number(static_cast<std::uint64_t>(micro))
      .done();
}

}  // namespace headroom::test
