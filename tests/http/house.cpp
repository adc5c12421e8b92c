#include "tests/http/house.hpp"

#include <openssl/sha.h>

#include <thread>

#include "actors/inspector_actor.hpp"
#include "actors/messages/journal_messages.hpp"
#include "domain/text.hpp"

namespace headroom::http::test {

using namespace headroom::actors;

// -- ports ---------------------------------------------------------------------------------------

address_error plain_ethereum::parse_address(std::string_view text, address& out) const {
  const auto parsed = address::parse(text);
  if (!parsed) return address_error::syntax;
  bool upper = false;
  bool lower = false;
  for (const char c : text.substr(2)) {
    upper = upper || (c >= 'A' && c <= 'F');
    lower = lower || (c >= 'a' && c <= 'f');
  }
  if (upper && lower) return address_error::checksum;
  out = *parsed;
  return address_error::none;
}

hash256 plain_ethereum::keccak256(byte_view data) const {
  hash256 out;
  SHA256(data.data(), data.size(), out.bytes.data());
  return out;
}

namespace {

std::vector<hash256> digest_of_words(const plain_ethereum& ethereum, const std::string& text) {
  return {ethereum.keccak256({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()})};
}

template <class Intent>
std::string signature_of(const plain_ethereum& ethereum, const Intent& i, const address& signer) {
  return signer.hex() + to_hex(ethereum.digests_of(i)[0].bytes) + std::string(26, '0');
}

}  // namespace

std::vector<hash256> plain_ethereum::digests_of(const bet_intent& i) const {
  return digest_of_words(*this, i.user.hex() + "|" + i.token.decimal() + "|" +
                                    std::to_string(i.amount.micro) + "|" +
                                    std::to_string(i.max_price.micro) + "|" + i.idempotency_key +
                                    "|" + std::to_string(i.deadline));
}

std::vector<hash256> plain_ethereum::digests_of(const sell_intent& i) const {
  return digest_of_words(*this, "sell|" + i.user.hex() + "|" + i.token.decimal() + "|" +
                                    std::to_string(i.shares.micro) + "|" +
                                    std::to_string(i.min_price.micro) + "|" + i.idempotency_key +
                                    "|" + std::to_string(i.deadline));
}

std::string plain_ethereum::sign(const bet_intent& i, const address& signer) const {
  return signature_of(*this, i, signer);
}

std::string plain_ethereum::sign(const sell_intent& i, const address& signer) const {
  return signature_of(*this, i, signer);
}

bool plain_ethereum::signed_by_user(const bet_intent& intent, std::string_view signature) const {
  return signature == sign(intent, intent.user);
}

bool plain_ethereum::signed_by_user(const sell_intent& intent, std::string_view signature) const {
  return signature == sign(intent, intent.user);
}

std::vector<hash256> plain_ethereum::digests_of(const withdraw_intent& i) const {
  return digest_of_words(*this, "withdraw|" + i.user.hex() + "|" + i.to.hex() + "|" +
                                    std::to_string(i.amount.micro) + "|" + i.idempotency_key + "|" +
                                    std::to_string(i.deadline));
}

std::string plain_ethereum::sign(const withdraw_intent& i, const address& signer) const {
  return signature_of(*this, i, signer);
}

bool plain_ethereum::signed_by_user(const withdraw_intent& intent,
                                    std::string_view signature) const {
  return signature == sign(intent, intent.user);
}

std::vector<hash256> plain_ethereum::digests_of(const bet_delegation& i) const {
  return digest_of_words(*this, "delegation|" + i.user.hex() + "|" + to_hex(i.public_key) + "|" +
                                    std::to_string(i.per_bet.micro) + "|" +
                                    std::to_string(i.total.micro) + "|" +
                                    std::to_string(i.expires) + "|" + i.salt.hex());
}

std::string plain_ethereum::sign(const bet_delegation& i, const address& signer) const {
  return signature_of(*this, i, signer);
}

bool plain_ethereum::signed_by_user(const bet_delegation& intent,
                                    std::string_view signature) const {
  return signature == sign(intent, intent.user);
}

hash256 plain_ethereum::digest_of_text(std::string_view text) const {
  return digest_of_words(*this, "text|" + std::string{text}).front();
}

std::string plain_ethereum::sign(std::string_view text, const address& signer) const {
  return signer.hex() + to_hex(digest_of_text(text).bytes) + std::string(26, '0');
}

bool plain_ethereum::signed_by_user(const address& who, std::string_view text,
                                    std::string_view signature) const {
  return signature == sign(text, who);
}

payment_required plain_x402::require(usdc amount, std::string_view error) const {
  const auto text = to_string(amount) + " " + std::string{error};
  return {"v2 " + text, R"({"x402Version":1,"error":")" + std::string{error} +
                            R"(","accepts":[{"maxAmountRequired":")" +
                            std::to_string(amount.micro) + "\"}]}"};
}

std::string plain_x402::respond(std::uint8_t version, const money_source&, const hash256& tx,
                                const address& payer, usdc amount, std::string_view error) const {
  return "v" + std::to_string(version) + " " + tx.hex().substr(0, 6) + " " +
         payer.hex().substr(0, 6) + " " + to_string(amount) + " " +
         (error.empty() ? "success" : std::string{error});
}

// -- tables --------------------------------------------------------------------------------------

router house_and(const std::vector<route>& more) {
  auto table = house_routes().routes();
  table.erase(table.begin());  // "no route", which every table has
  table.insert(table.end(), more.begin(), more.end());
  return router{std::move(table)};
}

std::set<std::string> operations_in(const nlohmann::json& document) {
  std::set<std::string> out;
  for (const auto& [path, operations] : document["paths"].items())
    for (const auto& [method, operation] : operations.items()) out.insert(method + " " + path);
  return out;
}

std::set<std::string> operations_of(const router& table) {
  std::set<std::string> out;
  for (const auto& r : table.routes()) {
    if (r.method == verb::other) continue;
    out.insert("options " + std::string{r.pattern});
    out.insert(ascii_lower(to_string(r.method)) + " " + std::string{r.pattern});
  }
  return out;
}

// -- examples ------------------------------------------------------------------------------------

namespace {
constexpr auto at = timestamp::of_seconds(1'800'000'000);
const auto owner = *address::parse("0x" + std::string(40, 'a'));

template <class Bytes>
Bytes filled_with(std::uint8_t byte) {
  Bytes out;
  out.bytes.fill(byte);
  return out;
}
}  // namespace

bet example_bet(bet_status status) {
  bet b;
  b.id = filled_with<bet_id>(0x11);
  b.user = owner;
  b.token = *uint256::parse_decimal("123456789012345678901234567890");
  b.amount = 25_usdc;
  b.max_price = 600'000_micro;
  b.status = status;
  b.order_hash = filled_with<hash256>(0x22);
  b.deadline = b.created_at = b.updated_at = at;
  if (status == bet_status::filled) {
    b.shares = {40'000'000};
    b.spent = 20_usdc;
    b.fee = 500'000_micro;
    b.refunded = 4'500'000_micro;
  }
  if (status == bet_status::failed) b.failure = "not enough \"liquidity\"";
  return b;
}

sale example_sale(sale_status status) {
  sale s;
  s.id = filled_with<sale_id>(0x66);
  s.user = owner;
  s.token = uint256::of(7);
  s.shares = {40'000'000};
  s.min_price = 450'000_micro;
  s.status = status;
  s.order_hash = filled_with<hash256>(0x22);
  s.deadline = s.created_at = s.updated_at = at;
  if (status == sale_status::sold) {
    s.sold = {30'000'000};
    s.proceeds = 15_usdc;
    s.fee = 250'000_micro;
  }
  if (status == sale_status::failed) s.failure = "fok_not_filled";
  return s;
}

withdrawal example_withdrawal(withdrawal_status status) {
  withdrawal w;
  w.id = filled_with<withdrawal_id>(0x77);
  w.user = owner;
  w.to = filled_with<address>(0xcc);
  w.amount = 40_usdc;
  w.fee = 500'000_micro;
  w.status = status;
  if (status != withdrawal_status::requested) w.tx_hash = filled_with<hash256>(0x33);
  if (status == withdrawal_status::failed) w.failure = "the transfer to this address reverts";
  w.created_at = w.updated_at = at;
  return w;
}

position example_position(settlement_result result) {
  position p;
  p.user = owner;
  p.token = uint256::of(7);
  p.shares = {40'000'000};
  p.selling = {result == settlement_result::none ? 1'500'000 : 0};
  p.cost = 20_usdc;
  p.condition = filled_with<hash256>(0x77);
  p.outcome = "Yes";
  p.result = result;
  p.payout = result == settlement_result::won ? 40_usdc : usdc{};
  p.updated_at = at;
  return p;
}

deposit example_deposit(deposit_status status) {
  deposit d;
  d.id = filled_with<deposit_id>(0x33);
  d.user = owner;
  d.amount = 50_usdc;
  d.status = status;
  d.tx_hash = filled_with<hash256>(0x44);
  d.created_at = d.updated_at = at;
  return d;
}

/// A bet in doubt over a restart, refused and refunded; its market has a hostile name.
timeline_page example_timeline(const timeline_request& asked) {
  timeline_page out;
  bet_id id;
  id.bytes = asked.id;
  out.subject.kind = asked.kind;
  out.subject.id = id.text();
  out.subject.status = "failed";
  out.subject.user = owner;
  out.subject.amount = 25_usdc;
  out.subject.created_at = out.subject.updated_at = at;
  out.subject.question = "<script>alert(1)</script>\x1b[2J";
  out.subject.outcome = "\xff";
  const auto add = [&](const char* what, timeline_lane of, std::int64_t ms) -> timeline_event& {
    timeline_event e;
    e.place.at = at.plus(std::chrono::milliseconds{ms});
    e.lane = of;
    e.what = what;
    e.actor = "bet";
    out.events.push_back(e);
    return out.events.back();
  };
  add("bet.placed", timeline_lane::journal, 0).has_amount = true;
  add("venue.asked", timeline_lane::venue, 1).kept = false;
  add("house.started", timeline_lane::house, 2'401).detail = "0.1.0";
  add("venue.not_filled", timeline_lane::venue, 2'462).took_us = 61'000;
  out.gaps = gaps_of({}, out.events);
  out.postings = {{shape_of(posting_kind::bet), 25_usdc, at},
                  {shape_of(posting_kind::bet_refund), 25_usdc, at}};
  out.sums = {{account::buffer, {}}, {account::user, {-1}}};
  timeline_operation op;
  op.id = id.text();
  op.chain_id = 137;
  op.purpose = "swap";
  op.status = "confirmed";
  op.created_at = op.updated_at = at;
  out.operations = {op};
  out.complete = true;
  out.next_cursor = asked.limit < 4 ? out.events.back().place.text() : "";
  return out;
}

conversion example_conversion() {
  conversion c;
  c.id = filled_with<conversion_id>(0x55);
  c.route = "oft_uniswap";
  c.amount = 50_usdc;
  c.steps = {{"bridge", "done", 50_usdc, 49_usdc, filled_with<hash256>(0x66), 1, "guid", at, at},
             {"swap", "in_flight", 49_usdc, {}, {}, 1, "", at, {}}};
  chain_operation sent;
  sent.chain_id = 9745;
  sent.nonce = 7;
  sent.tx_hash = filled_with<hash256>(0x66);
  sent.purpose = "bridge";
  sent.status = operation_status::confirmed;
  sent.block_number = 12;
  sent.created_at = at;
  auto bumped = sent;
  bumped.tx_hash = filled_with<hash256>(0x67);
  bumped.status = operation_status::stored;
  bumped.block_number = 0;
  c.steps[0].transactions = {sent, bumped};
  c.deposits = {filled_with<deposit_id>(0x33)};
  c.created_at = c.updated_at = at;
  c.source = {9745, filled_with<address>(0x77)};
  c.expected_out = 49'500'000_micro;
  c.expected_seconds = 60;
  c.choice = "the cheapest of 2";
  return c;
}

buffer_status example_buffer() {
  buffer_status s;
  s.row.balance = 9'000_usdc;
  s.row.min_size = 10'000_usdc;
  s.row.total_deposited = 12'000_usdc;
  s.row.total_withdrawn = 4'000_usdc;
  s.row.updated_at = at;
  s.available = 8'990_usdc;
  s.is_low = true;
  s.recommended_min_size = 500_usdc;
  auto& f = s.forecast;
  f.marks = {10'000_usdc, 20'000_usdc, 40'000_usdc};
  f.level = buffer_level::low;
  f.measured = true;
  f.out_per_hour = 36_usdc;
  f.out_day = 500_usdc;
  f.arriving = 50_usdc;
  f.arrived_day = 240_usdc;
  f.seconds_to_low = 0;
  f.seconds_to_empty = 899'000;
  f.slowest_seconds = 3'600;
  f.recommended_by_outflow = 36_usdc;
  return s;
}

route_listing example_routes() {
  route_listing out;
  auto& v = out.routes.emplace_back();
  v.name = "oft_uniswap";
  v.enabled = v.known = v.looked = v.quoted = true;
  v.info = {"oft_uniswap", {"bridge", "swap"}, 3'600, {9745, filled_with<address>(0x77)}};
  v.terms.name = v.name;
  v.terms.fee_bps = 20;
  v.terms.size = 50'000_usdc;
  v.running = 2;
  v.amount_running = 80_usdc;
  v.flight = {true, 1, 30_usdc, ""};
  v.quoted_amount = 1'000_usdc;
  v.quote = {999'500'000_micro, 3'600, 600'000_micro, 1_usdc, {}, ""};
  v.quoted_at = v.judged_at = at;
  v.verdict = {route_word::dearer, "6.00 bps in 3600 s"};
  auto& silent = out.routes.emplace_back();
  silent.name = "typo";
  silent.enabled = true;
  silent.verdict = {route_word::missing, ""};
  out.waiting.push_back({{8453, filled_with<address>(0x78)}, 2, 12_usdc, at, "no route takes it"});
  return out;
}

market_view example_market() {
  market_view m;
  m.condition = filled_with<hash256>(0x77);
  m.question = "Will it rain?";
  m.closes_at = m.as_of = at;
  m.tick = 1'000_micro;
  m.min_order = {5'000'000};
  m.neg_risk = true;
  m.fee_rate_micro = 50'000;
  m.delay_seconds = 3;
  m.outcomes = {{uint256::of(7), "Yes", 510'000_micro, 490'000_micro},
                {uint256::of(8), "No", 510'000_micro, {}}};
  return m;
}

bet_quote example_quote() {
  bet_quote q;
  q.id = filled_with<quote_id>(0x88);
  q.token = uint256::of(7);
  q.amount = 25_usdc;
  q.spend = 24_usdc;
  q.shares = {48'000'000};
  q.average_price = 500'000_micro;
  q.worst_price = 510'000_micro;
  q.fee = 480'000_micro;
  q.fills_whole = true;
  q.good_until = at;
  return q;
}

void expect_problem(const reply& r, int status, const std::string& code, const std::string& field) {
  EXPECT_EQ(r.status, status) << r.body;
  EXPECT_EQ(r.header("content-type"), "application/problem+json");
  const auto doc = nlohmann::json::parse(r.body, nullptr, false);
  ASSERT_TRUE(doc.is_object()) << r.body;
  EXPECT_EQ(doc.value("code", ""), code) << r.body;
  EXPECT_EQ(doc.value("status", 0), status);
  EXPECT_EQ(doc.value("type", ""), "urn:problem-type:headroom:" + code);
  EXPECT_FALSE(doc.value("title", "").empty());
  EXPECT_FALSE(doc.value("detail", "").empty());
  EXPECT_TRUE(doc.contains("instance"));
  EXPECT_EQ(doc.value("field", ""), field) << r.body;
  if (status == 503) {
    EXPECT_FALSE(r.header("retry-after").empty());
  }
  if (status == 401) {
    EXPECT_EQ(r.header("www-authenticate"), "Bearer realm=\"headroom\"");
  }
}

// -- stand-ins -----------------------------------------------------------------------------------

namespace {

status_report no_report() { return {"stand_in", {}}; }

balance_actor::behavior_type fake_balance(script& s, const address& user) {
  return {
      [&s, user](get_atom) { return s.balance(user); },
      [](const deduct&) { return usdc{}; },
      [](const release&) {},
      [](const abandoned&) {},
      [](const balance_committed&) {},
      [](idle_atom) {},
      [](status_atom) { return no_report(); },
  };
}

struct bet_held {
  std::vector<std::pair<caf::typed_response_promise<bet>, place_bet>> waiting;
};

bet_actor::behavior_type fake_bet(bet_actor::stateful_pointer<bet_held> self, script* s) {
  return {
      [=](const place_bet& x) -> caf::result<bet> {
        {
          const std::lock_guard lock{s->mutex};
          s->placed.push_back(x);
        }
        if (!s->hold_bets) return s->place(x);
        auto promise = self->make_response_promise<bet>();
        self->state.waiting.emplace_back(promise, x);
        return promise;
      },
      [](resume_atom, const bet&) {},
      [=](restarted_atom) {
        for (auto& [promise, x] : self->state.waiting) {
          if (s->late_refusal) {
            promise.deliver(s->late_refusal);
          } else {
            promise.deliver(example_bet(bet_status::filled));
          }
        }
        self->state.waiting.clear();
      },
      [](sweep_atom) {},
      [](wake_atom) {},
      [](status_atom) { return no_report(); },
  };
}

withdrawal_actor::behavior_type fake_withdrawal(script& s) {
  return {
      [&s](const request_withdrawal& x) {
        {
          const std::lock_guard lock{s.mutex};
          s.withdrawn.push_back(x);
        }
        return s.withdraw(x);
      },
      [](resume_atom, const withdrawal&) {},
      [](review_atom) {},
      [](wake_atom) {},
      [](status_atom) { return no_report(); },
  };
}

sale_actor::behavior_type fake_sale(script& s) {
  return {
      [&s](const sell_position& x) {
        {
          const std::lock_guard lock{s.mutex};
          s.sold.push_back(x);
        }
        return s.sell(x);
      },
      [](resume_atom, const sale&) {},
      [](restarted_atom) {},
      [](sweep_atom) {},
      [](wake_atom) {},
      [](status_atom) { return no_report(); },
  };
}

deposit_actor::behavior_type fake_deposit(script& s) {
  return {
      [&s](const pay_deposit& x) -> caf::result<paid_deposit> {
        {
          const std::lock_guard lock{s.mutex};
          s.paid.push_back(x);
        }
        const auto said = s.pay(x);
        if (said.flag != caf::rt_value) return said.err;
        return paid_deposit{said.value.get_as<deposit>(0), s.repeated};
      },
      [](resume_atom, const deposit&) {},
      [](wake_atom) {},
      [](impatient_atom) {},
      [](status_atom) { return no_report(); },
  };
}

buffer_actor::behavior_type fake_buffer(script& s) {
  return {
      [&s](get_atom) { return s.buffer(); },
      [](const deduct&) { return usdc{}; },
      [](const release&) {},
      [](const abandoned&) {},
      [](const buffer_committed&) {},
      [&s](const replenish_buffer& x) { return s.replenish(x); },
      [](const complete_conversion&) { return committed{}; },
      [](const undo_conversion&) { return committed{}; },
      [](const hold_back&) {},
      [&s](const buffer_limits& x) { return s.limits(x); },
      [](reload_atom) {},
      [](review_atom) {},
      [](status_atom) { return no_report(); },
  };
}

query_actor::behavior_type fake_query(script& s) {
  return {
      [&s](get_atom, const bet_id& id) { return s.find_bet_by ? s.find_bet_by(id) : s.find_bet(); },
      [&s](promised_atom, const bet_id& id) -> caf::result<bet> {
        if (s.find_promise) return s.find_promise(id);
        return make_error(errc::not_found);
      },
      [&s](get_atom, const address& user) { return s.find_balance(user); },
      [&s](const bet_filter& f) { return s.list_bets(f); },
      [&s](get_atom, const deposit_id&) { return s.find_deposit(); },
      [](get_atom, const authorization&) -> caf::result<deposit> {
        return make_error(errc::not_found);
      },
      [&s](const deposit_filter& f) { return s.list_deposits(f); },
      [&s](pending_atom, const address&) { return s.on_its_way(); },
      [](const deposit_keys&) -> caf::result<deposit> { return make_error(errc::not_found); },
      [&s](get_atom, const conversion_id&) { return s.find_conversion(); },
      [&s](const list_conversions&) { return s.list_conversions(); },
      [&s](metrics_atom) { return s.metrics(); },
      [](metrics_atom, std::uint32_t days) {
        return pricing_report{{{"2027-01-15", "oft_uniswap", days, 50_usdc, 100'000_micro, {-7}}}};
      },
      [&s](solvency_atom) { return s.trial(); },
      [](volume_atom) { return usdc{}; },
      [&s](flows_atom) { return s.flows; },
      [](work_atom) { return conversion_work{}; },
      [](work_atom, std::uint32_t, std::uint32_t) { return unfinished_work{}; },
      [](const wallet_account&) { return wallet_backlog{}; },
      [](get_atom, const operation_id&) { return std::vector<chain_operation>{}; },
      [](const find_external&) { return std::vector<external_operation>{}; },
      [](const open_externals&) { return std::vector<external_operation>{}; },
      [](const wallet_nonces&) { return std::vector<chain_operation>{}; },
      [](get_atom, const std::vector<hash256>&) { return std::vector<chain_operation>{}; },
      [&s](get_atom, const sale_id& id) { return s.find_sale(id); },
      [](get_atom, const address&, const uint256&) -> caf::result<position> {
        return make_error(errc::not_found);
      },
      [&s](const position_filter& f) { return s.list_positions(f); },
      [&s](get_atom, const delegation_id& id) { return s.find_delegation(id); },
      [&s](const delegations_of& x) { return s.list_delegations(x.user); },
      [&s](const user_holdings_of& x) { return s.find_holdings(x.user); },
      [&s](const history_filter& f) { return s.list_history(f); },
      [](work_atom, const hash256&, std::uint32_t) { return settlement_work{}; },
      [](get_atom, const hash256&) -> caf::result<settlement_view> {
        return make_error(errc::not_found);
      },
      [](const unpaid_positions&) { return std::vector<position>{}; },
      [](get_atom, const uint256&, std::uint32_t) { return std::vector<token_shares>{}; },
      [&s](get_atom, const withdrawal_id& id) { return s.find_withdrawal(id); },
      [&s](const withdrawal_filter& f) { return s.list_withdrawals(f); },
      [](paused_atom) { return false; },
      [&s](keys_atom) {
        const std::lock_guard lock{s.mutex};
        return s.keys;
      },
      [&s](sessions_atom, std::int64_t after, std::uint32_t) { return s.changed_sessions(after); },
      [&s](events_atom) { return s.newest_event(); },
      [&s](events_atom, std::int64_t after, std::uint32_t limit) {
        return s.events_after(after, limit);
      },
      [](ping_atom) { return true; },
      [](status_atom) { return no_report(); },
  };
}

}  // namespace

// -- the house -----------------------------------------------------------------------------------

house::house() {
  settings.port = 0;  // the kernel chooses
  settings.key_rate = settings.signer_rate = settings.session_rate = {};
  config_.set("scheduler.policy", caf::atom("sharing"));
  config_.set("scheduler.max-threads", 1);
  system = std::make_unique<caf::actor_system>(config_);
  dir = std::make_unique<directory>(64);

  const auto scopes = [](std::initializer_list<scope> list) {
    unsigned bits = 0;
    for (const auto s : list) bits |= static_cast<unsigned>(s);
    return static_cast<std::uint8_t>(bits);
  };
  read_key = make_key("reader", scopes({scope::read}), now());
  trade_key = make_key("trader", scopes({scope::trade}), now());
  inspect_key = make_key("inspector", scopes({scope::inspect}), now());
  admin_key = make_key("admin", scopes({scope::admin}), now());
  operate_key = make_key("operator", scopes({scope::operate}), now());
  full_key =
      make_key("full", scopes({scope::read, scope::trade, scope::inspect, scope::admin}), now());
  withdraw_key = make_key("cashier", scopes({scope::withdraw}), now());
  for (const auto* k :
       {&read_key, &trade_key, &inspect_key, &admin_key, &operate_key, &full_key, &withdraw_key})
    says.keys.push_back(k->record);

  says.balance = [](const address&) { return balance_view{40_usdc, 45_usdc, 100_usdc}; };
  says.buffer = [] { return example_buffer(); };
  says.place = [](const place_bet&) { return example_bet(bet_status::filled); };
  says.pay = [](const pay_deposit&) { return example_deposit(deposit_status::converting); };
  says.find_balance = [](const address& who) { return balance_row{who, 45_usdc, 1}; };
  says.sell = [](const sell_position&) { return example_sale(sale_status::sold); };
  says.find_sale = [](const sale_id&) { return example_sale(sale_status::sold); };
  says.withdraw = [](const request_withdrawal&) {
    return example_withdrawal(withdrawal_status::requested);
  };
  says.find_withdrawal = [](const withdrawal_id&) {
    return example_withdrawal(withdrawal_status::confirmed);
  };
  says.list_withdrawals = [](const withdrawal_filter&) {
    return withdrawal_page{{example_withdrawal(withdrawal_status::sent),
                            example_withdrawal(withdrawal_status::failed)},
                           "next-w"};
  };
  says.decide = [](const decide_withdrawal&) {
    return example_withdrawal(withdrawal_status::requested);
  };
  says.repair = [](const repair_wish&) { return repair_answer{repair_verdict::done, "done so"}; };
  says.pause = [](const pause_withdrawals& x) { return withdrawals_view{true, x.paused}; };
  says.list_positions = [](const position_filter&) {
    return position_page{
        {example_position(settlement_result::none), example_position(settlement_result::won)},
        "next-p"};
  };
  says.find_bet = [] { return example_bet(bet_status::filled); };
  says.list_bets = [](const bet_filter&) {
    return bet_page{{example_bet(bet_status::filled), example_bet(bet_status::failed)}, "next-1"};
  };
  says.find_deposit = [] { return example_deposit(deposit_status::converting); };
  says.list_deposits = [](const deposit_filter&) {
    return deposit_page{
        {example_deposit(deposit_status::settling), example_deposit(deposit_status::pending),
         example_deposit(deposit_status::completed)},
        "next-2"};
  };
  says.on_its_way = [] {
    return money_on_its_way{
        100_usdc,
        {example_deposit(deposit_status::settling), example_deposit(deposit_status::pending)}};
  };
  says.find_conversion = [] { return example_conversion(); };
  says.list_conversions = [] { return conversion_page{{example_conversion()}, ""}; };
  says.metrics = [] {
    conversion_metrics out{
        3,    1,        2,       1500,   2500,
        2600, 100_usdc, 99_usdc, 1_usdc, {{9745, "1200000000000000000"}, {137, "3000"}}};
    route_metrics one;
    one.route = "oft_uniswap";
    one.source = {9745, filled_with<address>(0x77)};
    one.completed = 3;
    one.failed = 1;
    one.running = 2;
    one.average_ms = 1500;
    one.p95_ms = 2500;
    one.p99_ms = 2600;
    one.total_in = 100_usdc;
    one.total_received = 99_usdc;
    one.total_loss = 1_usdc;
    one.bridge_fee = 400'000_micro;
    one.swap_fee = 600'000_micro;
    one.slippage = {-100'000};
    one.arrived_day = 48_usdc;
    out.routes.push_back(one);
    return out;
  };
  says.routes = [] { return example_routes(); };
  says.timeline = [](const timeline_request& x) { return example_timeline(x); };
  says.trial = [] {
    trial_balance t;
    t.buffer = 100_usdc;
    t.reserve = 10_usdc;
    t.in_transit = 20_usdc;
    t.at_venue = 5_usdc;
    t.users = 115_usdc;
    t.capital = 15_usdc;
    t.user_count = 3;
    moving_money moving;
    moving.id = *conversion_id::parse("22222222-2222-2222-2222-222222222222");
    moving.route = "oft_uniswap";
    moving.step = "swap";
    moving.state = "held";
    moving.amount = 7_usdc;
    moving.where = money_place::at_source;
    moving.since = now();
    t.moving = {moving};
    return t;
  };
  says.chain = [] { return onchain_balances{true, 20_usdc, false, {}, {}, {}}; };
  says.verdict = [] { return solvency{true, true, 15_usdc, true, {}, now(), {}}; };
  says.ready = [] { return readiness{true, {{"journal", "ok"}}}; };
  says.replenish = [](const replenish_buffer&) { return example_buffer(); };
  says.limits = [](const buffer_limits&) { return example_buffer(); };
  says.contract_signed = [](const contract_signature&) { return false; };
  says.markets = [](const list_markets&) { return market_page{{example_market()}, "next-3"}; };
  says.find_market = [](const actors::get_market&) { return example_market(); };
  says.quote = [](const quote_bet&) { return example_quote(); };
  says.redeem = [](const redeem_quote&) { return redeemed_quote{true, example_quote()}; };

  dir->users.set_factories(
      [this](const address& a) {
        return keep(system->spawn([this, a] { return fake_balance(says, a); }));
      },
      [this](const bet_id&) { return keep(system->spawn(fake_bet, &says)); },
      [this] { return keep(system->spawn([this] { return fake_deposit(says); })); },
      [this](const sale_id&) { return keep(system->spawn([this] { return fake_sale(says); })); });
  dir->users.set_withdrawal_factory([this](const withdrawal_id&) {
    return keep(system->spawn([this] { return fake_withdrawal(says); }));
  });
  spawn_singletons();
}

void house::spawn_singletons() {
  show_timelines(*system, keep(system->spawn([this]() -> timeline_actor::behavior_type {
    return {[this](const timeline_request& x) { return says.timeline(x); },
            [](status_atom) { return no_report(); }};
  })));
  records.set(keep(system->spawn([this]() -> records_actor::behavior_type {
    return {[this](const course_filter& x) { return says.course(x); },
            [this](const deed_filter& x) { return says.deeds(x); },
            [this](work_atom, std::uint32_t limit) { return says.unsettled(limit); },
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this] { return fake_buffer(says); })));
  dir->handles.set(keep(system->spawn([this] { return fake_query(says); })));
  dir->handles.set_public_query(keep(system->spawn([this] { return fake_query(says); })));
  dir->handles.set_events(keep(system->spawn([this] { return fake_query(says); })));
  dir->handles.set_reports(keep(system->spawn([this] { return fake_query(says); })));
  dir->handles.set(keep(system->spawn([this]() -> audit_actor::behavior_type {
    return {[this](get_atom) {
              const auto books = says.trial();
              return solvency_report{
                  books, says.chain(), says.verdict(), {}, reconcile(books, {20_usdc, 130_usdc})};
            },
            [this](solvency_atom) { return says.verdict(); }, [](poll_atom) {},
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this]() -> signature_actor::behavior_type {
    return {[this](const contract_signature& x) { return says.contract_signed(x); },
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this]() -> journal_actor::behavior_type {
    return {[this](const actors::append& x) -> caf::result<committed> {
              if (says.append) return says.append(x.entry);
              return committed{};
            },
            [](get_atom, const address&) { return balance_row{}; },
            [](get_atom) { return buffer_row{}; },
            [](get_atom, const bet_id&) -> caf::result<bet> { return make_error(errc::not_found); },
            [](get_atom, const sale_id&) -> caf::result<sale> {
              return make_error(errc::not_found);  // what the books do not have is not on its way
            },
            [](get_atom, const withdrawal_id&) -> caf::result<withdrawal> {
              return make_error(errc::not_found);
            },
            [](sync_atom) { return true; },
            [](flush_atom) {},
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this]() -> market_actor::behavior_type {
    return {[this](const list_markets& x) { return says.markets(x); },
            [this](const actors::get_market& x) { return says.find_market(x); },
            [this](const get_price& x) { return says.price(x); },
            [this](const quote_bet& x) { return says.quote(x); },
            [this](const redeem_quote& x) { return says.redeem(x); },
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this]() -> conversion_actor::behavior_type {
    return {[](const credit_deposit&) { return committed{}; },
            [this](get_atom) { return says.routes(); }, [](poll_atom) {},
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this]() -> repair_actor::behavior_type {
    return {[this](const settle_conversion& x) { return says.repair(x); },
            [this](const adopt_arrival& x) { return says.repair(x); },
            [this](const cancel_nonce& x) { return says.repair(x); },
            [this](const resync_wallet& x) { return says.repair(x); },
            [this](const resolve_bet& x) { return says.repair(x); },
            [](status_atom) { return no_report(); }};
  })));
  dir->handles.set(keep(system->spawn([this]() -> withdrawal_desk_actor::behavior_type {
    return {[this](const decide_withdrawal& x) { return says.decide(x); },
            [this](const pause_withdrawals& x) { return says.pause(x); },
            [](get_atom) { return withdrawals_view{}; }, [](poll_atom) {},
            [](status_atom) { return no_report(); }};
  })));
  inspector_actor inspector = keep(system->spawn<caf::detached>(inspector_behavior, world_ptr{}));
  dir->handles.set(inspector);
  dir->handles.set(keep(system->spawn([this]() -> guardian_actor::behavior_type {
    return {[this](get_atom) { return says.ready(); },
            [](const abandoned&) {},
            [](resume_atom, const deposit&) {},
            [](recover_atom) {},
            [](stop_atom) { return true; },
            [](watch_atom) {},
            [](status_atom) { return no_report(); }};
  })));
}

house::~house() {
  web.reset();
  records.set({});
  dir.reset();
  for (const auto& a : spawned_)
    caf::anon_send_exit(caf::actor_cast<caf::actor>(a), caf::exit_reason::kill);
  spawned_.clear();
}

void house::start() {
  web = std::make_unique<server>(
      settings,
      http_services{*system, *dir, ethereum, x402, [] { return house::now(); }, nullptr, &records},
      *routing);
  web->start();
  ASSERT_TRUE(eventually(
      [&] { return ask("GET", "/inspector/actors", bearer(inspect_key.text)).status == 200; }));
}

void house::release_bets() {
  for (const auto& b : dir->users.all_bets()) caf::anon_send(b, restarted_atom::value);
}

reply house::ask(std::string_view method, std::string_view target, const header_list& headers,
                 std::string_view body) {
  client c{web->port()};
  c.send(request_text(method, target, headers, body));
  auto r = c.receive(method == "HEAD");
  EXPECT_TRUE(r) << "no answer to " << method << " " << target;
  return r.value_or(reply{});
}

reply house::get(std::string_view target, const std::string& key) {
  return ask("GET", target, key.empty() ? header_list{} : bearer(key));
}

reply house::post_bet(const std::string& body, const std::string& idempotency_key) {
  auto headers = bearer(trade_key.text);
  if (!idempotency_key.empty()) headers.emplace_back("Idempotency-Key", idempotency_key);
  return ask("POST", "/bets", headers, body);
}

std::string house::metric(const std::string& name) {
  const auto text = get("/metrics").body;
  const auto at = text.find("\n" + name + " ");
  const auto start = at + name.size() + 2;
  return at == std::string::npos ? "" : text.substr(start, text.find('\n', start) - start);
}

bool house::eventually(const std::function<bool()>& done) {
  for (int i = 0; i < 500; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return false;
}

}  // namespace headroom::http::test
