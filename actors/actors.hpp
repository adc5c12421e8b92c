#pragma once

#include <caf/atom.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <map>
#include <string>
#include <vector>

#include "actors/error.hpp"
#include "actors/inspect.hpp"
#include "domain/conversion.hpp"
#include "domain/operation.hpp"
#include "domain/venue_verdict.hpp"

/// Every actor's interface on one page, one commented line per message. Refusals are errors of
/// category "headroom" (domain/errc.hpp), their words in the context (actors/error.hpp).
namespace headroom::actors {

/// Nodes compare it before they talk.
inline constexpr std::uint32_t wire_version = 2;

using status_atom = caf::atom_constant<caf::atom("status")>;
using get_atom = caf::atom_constant<caf::atom("get")>;
using poll_atom = caf::atom_constant<caf::atom("poll")>;
using resume_atom = caf::atom_constant<caf::atom("resume")>;
using recover_atom = caf::atom_constant<caf::atom("recover")>;
using flush_atom = caf::atom_constant<caf::atom("flush")>;
using sync_atom = caf::atom_constant<caf::atom("sync")>;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using sweep_atom = caf::atom_constant<caf::atom("sweep")>;
using list_atom = caf::atom_constant<caf::atom("list")>;

/// What an actor says about itself: business facts, beside the counters that the observed base
/// keeps.
struct status_report {
  std::string name;
  std::map<std::string, std::string> facts;
};
HEADROOM_INSPECT(status_report, x.name, x.facts)

using status_actor = caf::typed_actor<caf::replies_to<status_atom>::with<status_report>>;

// -- money ---------------------------------------------------------------------------------------

/// Takes `amount` for `hold`, tentatively: until the journal committed it or `release` undoes it.
/// Repeating it for the same hold changes nothing.
struct deduct {
  hold_id hold;
  usdc amount;
  usdc user_available;  // for the buffer's refusal text: what the user could bet before this
};
HEADROOM_INSPECT(deduct, x.hold, x.amount, x.user_available)

/// Undoes a tentative deduction that was not committed. Repeats safely.
struct release {
  hold_id hold;
};
HEADROOM_INSPECT(release, x.hold)

/// Whoever held it died before the journal's word was heard: find out, then settle or undo. `kind`
/// says what the books are to be asked for.
struct abandoned {
  hold_id hold;
  hold_kind kind = hold_kind::bet;
};
HEADROOM_INSPECT(abandoned, x.hold, x.kind)

/// The journal's word on a user's row; ends `hold` (zero id: none).
struct balance_committed {
  hold_id hold;
  usdc balance;
  std::int64_t version = 0;
};
HEADROOM_INSPECT(balance_committed, x.hold, x.balance, x.version)

/// The journal's word on the buffer; ends the holds of what was accepted with it.
struct buffer_committed {
  buffer_row row;
  std::vector<hold_id> accepted;
};
HEADROOM_INSPECT(buffer_committed, x.row, x.accepted)

struct balance_view {
  usdc available;  // committed minus tentative deductions
  usdc committed;
  usdc buffer_available;
};
HEADROOM_INSPECT(balance_view, x.available, x.committed, x.buffer_available)

/// BALANCE: the only owner of one user's balance; spawned on demand, leaves when idle.
using balance_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<balance_view>,  // What may this user bet?
    caf::replies_to<deduct>::with<usdc>,            // Takes for a bet; what was available before.
    caf::reacts_to<release>,                        // Gives back what was not committed.
    caf::reacts_to<abandoned>,                      // Settles a hold whose owner died.
    caf::reacts_to<balance_committed>,              // A credit, a bet or a refund is in the books.
    caf::reacts_to<tick_atom>>;                     // Leaves when idle.

/// New limits; `set_*` says which of them change. set_max without has_max removes the cap.
struct buffer_limits {
  bool set_min = false;
  usdc min_size;
  bool set_max = false;
  bool has_max = false;
  usdc max_size;
  std::string by{};  // who asks
};
HEADROOM_INSPECT(buffer_limits, x.set_min, x.min_size, x.set_max, x.has_max, x.max_size, x.by)

/// The operator's money: all of it in `amount`, the buffer decides what the cap sends to the
/// reserve.
struct replenish_buffer {
  replenish_id id;
  usdc amount;
  std::string reference;
  std::string by{};  // who asks
};
HEADROOM_INSPECT(replenish_buffer, x.id, x.amount, x.reference, x.by)

/// BUFFER: the only owner of the global balance; serializes every change to it.
using buffer_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<buffer_status>,          // The buffer as the API shows it.
    caf::replies_to<deduct>::with<usdc>,                     // Takes for a bet; what is left.
    caf::reacts_to<release>,                                 // Gives back what was not committed.
    caf::reacts_to<abandoned>,                               // Settles a hold whose owner died.
    caf::reacts_to<buffer_committed>,                        // The books' word after each batch.
    caf::replies_to<replenish_buffer>::with<buffer_status>,  // The operator pays in.
    caf::replies_to<complete_conversion>::with<committed>,   // A conversion arrived: replenish.
    caf::replies_to<buffer_limits>::with<buffer_status>,     // Changes min and max.
    caf::reacts_to<recover_atom>,                            // Internal: load again.
    caf::reacts_to<tick_atom>>;                              // Refills, recommends, alerts.

/// Asks the journal to commit one entry.
struct append {
  journal_entry entry;
};
HEADROOM_INSPECT(append, x.entry)

/// JOURNAL: commits what waits in its mailbox as one transaction. Detached: its store blocks.
/// Answers come after the COMMIT; an entry is answered exactly once while the journal lives. Before
/// that the buffer and the living owners of the balances that it moves have been told.
using journal_actor = status_actor::extend<
    caf::replies_to<append>::with<committed>,               // The books' word on it, or why not.
    caf::replies_to<get_atom, address>::with<balance_row>,  // A user's row, after all that waits.
    caf::replies_to<get_atom>::with<buffer_row>,            // The buffer's row, likewise.
    caf::replies_to<get_atom, bet_id>::with<bet>,           // A bet, likewise; not_found.
    caf::replies_to<sync_atom>::with<bool>,                 // Answers once all that waits is done.
    caf::reacts_to<flush_atom>>;                            // Internal: commit the batch.

// -- the bet -------------------------------------------------------------------------------------

/// A bet as the user asked for it. `id` derives from the idempotency key, so a repeat finds it.
struct place_bet {
  bet_id id;
  address user;
  uint256 token;
  usdc amount;     // the whole of it: stake and worst-case fee
  usdc max_price;  // micro-USDC per share
  timestamp deadline;
  hash256 request_hash;
  std::string by{};  // who asks: "key:<id>" or "user:<address>"
};
HEADROOM_INSPECT(place_bet, x.id, x.user, x.token, x.amount, x.max_price, x.deadline,
                 x.request_hash, x.by)

/// BET: one placement, from deduction to the venue's last word; ends with it.
using bet_actor = status_actor::extend<
    caf::replies_to<place_bet>::with<bet>,  // The bet: filled, failed, or placing while in doubt.
    caf::reacts_to<resume_atom, bet>,       // Goes on with a stored bet: looks before it acts.
    caf::reacts_to<recover_atom>,           // A dependency was restarted: ask again.
    caf::reacts_to<sweep_atom>,             // Is an answer overdue?
    caf::reacts_to<tick_atom>>;             // Internal: time to look again.

/// What the venue can be asked to sell for `amount` at no more than `max_price`, all rounding done.
struct order_quote {
  uint256 token;
  bool neg_risk = false;
  usdc maker_amount;  // to be paid for shares, at most
  share_amount taker_amount;
  usdc max_fee;  // worst case, on top of maker_amount
  usdc max_price;
  /// The market's fee as it was read for this quote; stored with the order, see order_terms.
  std::int64_t fee_rate_micro = 0;
  std::uint32_t fee_exponent = 1;
};
HEADROOM_INSPECT(order_quote, x.token, x.neg_risk, x.maker_amount, x.taker_amount, x.max_fee,
                 x.max_price, x.fee_rate_micro, x.fee_exponent)

/// Each is one order of the budget at the venue that `by` has; "" is the house itself.
struct quote_order {
  uint256 token;
  usdc amount;
  usdc max_price;
  std::string by{};
};
HEADROOM_INSPECT(quote_order, x.token, x.amount, x.max_price, x.by)

/// A signed order: exact bytes to store, and the hash the venue will know it by.
struct signed_order {
  hash256 hash;
  byte_vector bytes;
};
HEADROOM_INSPECT(signed_order, x.hash, x.bytes)

/// From `deadline` on nothing leaves for the venue: the answer is not_now.
struct submit_order {
  signed_order order;
  timestamp deadline;
};
HEADROOM_INSPECT(submit_order, x.order, x.deadline)

/// With the order's bytes, which say how much of it makes it whole. `follow`: it matched, and the
/// answer may wait for its trades to be final, as long as the venue's settings allow.
struct look_up_order {
  signed_order order;
  timestamp sent_at;
  timestamp deadline{};  // of the bet: from then on the exchange is asked too
  bool follow = false;
};
HEADROOM_INSPECT(look_up_order, x.order, x.sent_at, x.deadline, x.follow)

struct cancel_order {
  signed_order order;
};
HEADROOM_INSPECT(cancel_order, x.order)

struct venue_answer {
  venue_verdict verdict = venue_verdict::unknown;
  share_amount shares;
  usdc spent;
  usdc fee;
  std::string reason;
  /// The exchange filled nothing of it in any block up to then, all of them final. Not set: it did,
  /// or was not asked, or cannot tell.
  timestamp untouched_until{};
};
HEADROOM_INSPECT(venue_answer, x.verdict, x.shares, x.spent, x.fee, x.reason, x.untouched_until)

/// The reason of a not_now whose order was kept back: the bet's deadline.
inline constexpr std::string_view sent_too_late =
    "the bet's deadline passed before it could be sent";

/// VENUE: connections, credentials, market data and limits of the venue. Every answer comes within
/// its own timeouts; a request is never left open.
using venue_actor = status_actor::extend<
    caf::replies_to<quote_order>::with<order_quote>,     // Rounds and prices; refuses bad markets.
    caf::replies_to<order_quote>::with<signed_order>,    // Signs; nothing is sent.
    caf::replies_to<submit_order>::with<venue_answer>,   // Sends exactly these bytes.
    caf::replies_to<look_up_order>::with<venue_answer>,  // What became of it?
    caf::replies_to<cancel_order>::with<bool>,  // True: the venue will not fill it any more.
    caf::reacts_to<tick_atom>>;

// -- the deposit ---------------------------------------------------------------------------------

/// An x402 payment as it came: the header's text is parsed by the verifier, not by the HTTP edge.
struct pay_deposit {
  usdc amount;
  std::uint8_t x402_version = 2;  // by header: PAYMENT-SIGNATURE 2, X-PAYMENT 1
  std::string header;
  std::string idempotency_key;  // the header of that name; "" when there is none
};
HEADROOM_INSPECT(pay_deposit, x.amount, x.x402_version, x.header, x.idempotency_key)

/// A payment that is sound whatever the time and the chain say: form, terms and signature. Enough
/// to be told what became of it, not enough to be taken. `proven`: signed by the payer's own key,
/// or by its contract's word; otherwise the signature is for the payer's contract to judge.
struct signed_payment {
  authorization payment;
  std::uint8_t x402_version = 2;
  bool proven = false;
  bool wrapped = false;        // it came in ERC-6492's envelope: the wallet may not exist yet
  hash256 idempotency_key;     // zero: none
  hash256 payment_identifier;  // zero: none
};
HEADROOM_INSPECT(signed_payment, x.payment, x.x402_version, x.proven, x.wrapped, x.idempotency_key,
                 x.payment_identifier)

/// A payment that may be taken now. Not `paid`: unused, in its window, funded. `paid`: the chain
/// shows it paid already, by whomever and whenever it was submitted.
struct verified_payment {
  authorization payment;
  bool paid = false;
};
HEADROOM_INSPECT(verified_payment, x.payment, x.paid)

/// `repeated`: an earlier request opened this deposit, under the same authorization or key.
struct paid_deposit {
  deposit row;
  bool repeated = false;
};
HEADROOM_INSPECT(paid_deposit, x.row, x.repeated)

using prove_atom = caf::atom_constant<caf::atom("prove")>;

/// What the chain says of an authorization. paid: money arrived by `tx_hash`. unused: may still be
/// spent. void_: used for something else, cancelled, or expired and final. unknown: cannot tell
/// now.
enum class payment_state : std::uint8_t { paid = 0, unused = 1, void_ = 2, unknown = 3 };

struct payment_finding {
  payment_state state = payment_state::unknown;
  hash256 tx_hash;
  std::string code;             // x402 code when void
  std::uint64_t log_index = 0;  // of the Transfer that paid, in its block
};
HEADROOM_INSPECT(payment_finding, x.state, x.tx_hash, x.code, x.log_index)

/// One call to a contract, to be sent by the wallet that owns the account.
struct contract_call {
  address to;
  byte_vector data;
  uint256 value;                // native coin, wei
  std::uint64_t gas_limit = 0;  // 0: estimate and pad
  std::uint64_t most_gas = 0;   // a call whose estimate is above is not sent; 0: no bound
};
HEADROOM_INSPECT(contract_call, x.to, x.data, x.value, x.gas_limit, x.most_gas)

/// PAYMENT: verifies x402 payments and reads their fate from the chain; sends nothing itself.
using payment_actor = status_actor::extend<
    caf::replies_to<pay_deposit>::with<signed_payment>,  // invalid_payment: detail is the code.
    caf::replies_to<prove_atom, signed_payment>::with<signed_payment>,  // Asks its contract.
    caf::replies_to<signed_payment>::with<verified_payment>,            // By time and chain.
    // For payments in the books only: strangers' are part of the verification.
    caf::replies_to<get_atom, authorization>::with<payment_finding>,  // What does the chain say?
    caf::replies_to<get_atom, authorization, hash256>::with<  // The same of this transaction:
        payment_finding>,                                     // paid, or unknown.
    caf::replies_to<authorization>::with<contract_call>>;     // The call that settles it.

/// DEPOSIT: one x402 payment, from verification to the user's credit; ends with it.
using deposit_actor =
    status_actor::extend<caf::replies_to<pay_deposit>::with<paid_deposit>,  // settling (unknown
                                                                            // yet), pending or
                                                                            // converting.
                         caf::reacts_to<resume_atom, deposit>,  // Goes on with a stored deposit.
                         caf::reacts_to<tick_atom>,             // Internal: look again.
                         caf::reacts_to<poll_atom>>;  // Internal: the payer waited enough.

// -- signatures ----------------------------------------------------------------------------------

/// A signature that is no key's: perhaps the wallet at `signer` is a contract that knows it. Any of
/// the digests will do; they say the same under the domains that a deployment takes.
struct contract_signature {
  address signer;
  std::vector<hash256> digests;
  byte_vector signature;
};
HEADROOM_INSPECT(contract_signature, x.signer, x.digests, x.signature)

/// SIGNATURE: asks contract wallets by ERC-1271 on the source's chain; bounded, for strangers ask.
using signature_actor =
    status_actor::extend<caf::replies_to<contract_signature>::with<bool>>;  // Is it the wallet's?

// -- the chains ----------------------------------------------------------------------------------

struct send_transaction {
  operation_id id;  // the same id is sent once, ever
  std::string purpose;
  contract_call call;
};
HEADROOM_INSPECT(send_transaction, x.id, x.purpose, x.call)

struct event_log {
  address emitter;
  std::vector<hash256> topics;
  byte_vector data;
};
HEADROOM_INSPECT(event_log, x.emitter, x.topics, x.data)

struct operation_report {
  operation_state state = operation_state::unsent;
  hash256 tx_hash;  // of the newest attempt, or of the mined one
  std::uint64_t block_number = 0;
  std::vector<event_log> logs;  // when confirmed
  std::string detail;           // dropped, in_doubt: what is known, for a human
};
HEADROOM_INSPECT(operation_report, x.state, x.tx_hash, x.block_number, x.logs, x.detail)

/// WALLET: owns the nonce of one account on one chain; stores each transaction before broadcasting.
using wallet_actor = status_actor::extend<
    caf::replies_to<send_transaction>::with<operation_report>,        // Stores, then broadcasts.
    caf::replies_to<get_atom, operation_id>::with<operation_report>,  // Where does it stand?
    caf::reacts_to<poll_atom>>;                                       // Internal: watch and bump.

struct run_step {
  conversion_id conversion;
  std::uint32_t step = 0;     // index into the route's steps
  std::uint32_t attempt = 0;  // a new attempt makes new transactions
  usdc amount_in;
  std::string detail;  // what earlier progress said, for example the bridge's guid
  usdc owed_before{};  // what older conversions have not yet sent of the same money
};
HEADROOM_INSPECT(run_step, x.conversion, x.step, x.attempt, x.amount_in, x.detail, x.owed_before)

struct step_progress {
  step_state state = step_state::in_flight;
  usdc amount_out;  // that arrived, when done
  hash256 tx_hash;
  std::string detail;
  std::vector<operation_id> operations{};  // this attempt's, as far as known
  std::uint32_t calls = 0;                 // what this look asked of the chains' nodes
  bool short_of_money = false;             // held: the wallet lacks what running conversions need
};
HEADROOM_INSPECT(step_progress, x.state, x.amount_out, x.tx_hash, x.detail, x.operations, x.calls,
                 x.short_of_money)

struct route_info {
  std::string name;
  std::vector<std::string> steps;
  std::uint32_t expected_seconds = 0;  // of one conversion
};
HEADROOM_INSPECT(route_info, x.name, x.steps, x.expected_seconds)

struct route_quote {
  usdc expected_out;
  std::uint32_t expected_seconds = 0;
};
HEADROOM_INSPECT(route_quote, x.expected_out, x.expected_seconds)

/// ROUTE: one way from a source to USDC on Polygon, as resumable steps. Known by its name, which
/// conversions store.
using route_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<route_info>,
    caf::replies_to<usdc>::with<route_quote>,         // What would this amount become?
    caf::replies_to<run_step>::with<step_progress>>;  // Does what is next of the step, or looks.

/// CONVERSION: credits settled deposits at once and moves their money in the background.
using conversion_actor =
    status_actor::extend<caf::replies_to<credit_deposit>::with<committed>,  // Credit now, for a
                                                                            // deposit just settled.
                         caf::reacts_to<poll_atom>>;

// -- reads ---------------------------------------------------------------------------------------

/// A payer's own names for a deposit; zero: none.
struct deposit_keys {
  address user;
  hash256 idempotency_key;
  hash256 payment_identifier;
};
HEADROOM_INSPECT(deposit_keys, x.user, x.idempotency_key, x.payment_identifier)

struct list_conversions {
  std::string cursor;
  std::uint32_t limit = 50;
};
HEADROOM_INSPECT(list_conversions, x.cursor, x.limit)

struct conversion_work {
  std::vector<deposit> to_credit;
  std::vector<deposit> to_convert;
  std::vector<conversion> running;
};
HEADROOM_INSPECT(conversion_work, x.to_credit, x.to_convert, x.running)

struct wallet_backlog {
  std::uint64_t next_nonce = 0;
  std::vector<chain_operation> open;
};
HEADROOM_INSPECT(wallet_backlog, x.next_nonce, x.open)

/// One account on one chain: a wallet's name.
struct wallet_account {
  std::uint64_t chain_id = 0;
  address account;
  friend auto operator<=>(const wallet_account&, const wallet_account&) = default;
};
HEADROOM_INSPECT(wallet_account, x.chain_id, x.account)

/// Rows of an account from a nonce on, whatever became of them, by nonce.
struct wallet_nonces {
  wallet_account who;
  std::uint64_t from = 0;
  std::uint32_t limit = 256;
};
HEADROOM_INSPECT(wallet_nonces, x.who, x.from, x.limit)

using solvency_atom = caf::atom_constant<caf::atom("solvency")>;
using volume_atom = caf::atom_constant<caf::atom("volume")>;
using keys_atom = caf::atom_constant<caf::atom("keys")>;
using metrics_atom = caf::atom_constant<caf::atom("metrics")>;
using work_atom = caf::atom_constant<caf::atom("work")>;
using pending_atom = caf::atom_constant<caf::atom("pending")>;
using promised_atom = caf::atom_constant<caf::atom("promised")>;
using ping_atom = caf::atom_constant<caf::atom("ping")>;

/// QUERY: reads in a connection of its own: one serves the house, one the HTTP front, one the
/// reports that read much, so that nothing waits for those. Detached: its store blocks.
using query_actor = status_actor::extend<
    caf::replies_to<get_atom, bet_id>::with<bet>,           // not_found
    caf::replies_to<promised_atom, bet_id>::with<bet>,      // Promised, not the books'; not_found.
    caf::replies_to<get_atom, address>::with<balance_row>,  // Version 0: a stranger.
    caf::replies_to<bet_filter>::with<bet_page>,
    caf::replies_to<get_atom, deposit_id>::with<deposit>,     // not_found
    caf::replies_to<get_atom, authorization>::with<deposit>,  // not_found
    caf::replies_to<deposit_filter>::with<deposit_page>,
    caf::replies_to<pending_atom, address>::with<money_on_its_way>,
    caf::replies_to<deposit_keys>::with<deposit>,                // Under either; not_found.
    caf::replies_to<get_atom, conversion_id>::with<conversion>,  // not_found
    caf::replies_to<list_conversions>::with<conversion_page>,
    caf::replies_to<metrics_atom>::with<conversion_metrics>,
    caf::replies_to<solvency_atom>::with<trial_balance>,
    caf::replies_to<volume_atom>::with<usdc>,  // average per day
    caf::replies_to<work_atom>::with<conversion_work>,
    // At most so many bets and so many deposits.
    caf::replies_to<work_atom, std::uint32_t, std::uint32_t>::with<unfinished_work>,
    caf::replies_to<wallet_account>::with<wallet_backlog>,
    caf::replies_to<get_atom, operation_id>::with<std::vector<chain_operation>>,
    caf::replies_to<wallet_nonces>::with<std::vector<chain_operation>>,
    // Those of these transactions that are ours.
    caf::replies_to<get_atom, std::vector<hash256>>::with<std::vector<chain_operation>>,
    caf::replies_to<keys_atom>::with<std::vector<service_key>>,
    caf::replies_to<ping_atom>::with<bool>>;

// -- on-chain audit ------------------------------------------------------------------------------

/// The service's own tokens as the chains report them; `known` is false while a chain is silent.
struct onchain_balances {
  bool plasma_known = false;
  usdc plasma_usdt0;
  bool polygon_known = false;
  usdc polygon_usdt0;
  usdc polygon_usdc;
  usdc polygon_collateral;  // the venue's, of the account that bets; zero when none is configured
};
HEADROOM_INSPECT(onchain_balances, x.plasma_known, x.plasma_usdt0, x.polygon_known, x.polygon_usdt0,
                 x.polygon_usdc, x.polygon_collateral)

/// One comparison: what was compared, and the verdict that everybody is given.
struct solvency_report {
  trial_balance books;
  onchain_balances chains;
  solvency verdict;
};
HEADROOM_INSPECT(solvency_report, x.books, x.chains, x.verdict)

/// AUDIT: reads what the chains say the service owns, and compares it with the books all the time.
using audit_actor =
    status_actor::extend<caf::replies_to<get_atom>::with<solvency_report>,  // One of the last
                                                                            // seconds.
                         caf::replies_to<solvency_atom>::with<solvency>,  // The last verdict; asks
                                                                          // nobody.
                         caf::reacts_to<poll_atom>>;                      // Internal: compares.

// -- the house -----------------------------------------------------------------------------------

/// One actor as the observed base sees it.
struct actor_info {
  std::uint64_t id = 0;
  std::string name;
  std::string business_id;    // user address, bet id, or ""
  std::uint64_t mailbox = 0;  // messages waiting
  std::uint64_t received = 0;
  std::uint64_t processed = 0;
  std::uint64_t busy_us = 0;  // time in handlers
  std::uint64_t age_ms = 0;
};
HEADROOM_INSPECT(actor_info, x.id, x.name, x.business_id, x.mailbox, x.received, x.processed,
                 x.busy_us, x.age_ms)

/// All actors of one kind together. `processed` and `busy_us` count those that ended too, so they
/// never fall.
struct kind_info {
  std::string name;
  std::uint64_t live = 0;
  std::uint64_t mailbox = 0;  // messages waiting
  std::uint64_t processed = 0;
  std::uint64_t busy_us = 0;
};
HEADROOM_INSPECT(kind_info, x.name, x.live, x.mailbox, x.processed, x.busy_us)

struct actor_listing {
  std::vector<kind_info> kinds;
  std::vector<actor_info> actors;  // the busiest first, bounded
  std::uint64_t total = 0;
};
HEADROOM_INSPECT(actor_listing, x.kinds, x.actors, x.total)

/// INSPECTOR: the registry of observed actors, as data.
using inspector_actor =
    status_actor::extend<caf::replies_to<list_atom, std::uint32_t>::with<actor_listing>>;

struct readiness {
  bool ready = false;
  std::map<std::string, std::string> parts;  // "journal" -> "ok" or why not
};
HEADROOM_INSPECT(readiness, x.ready, x.parts)

using stop_atom = caf::atom_constant<caf::atom("stop")>;

/// GUARDIAN: starts, monitors and restarts the singletons; recovers unfinished work; stops in
/// order.
using guardian_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<readiness>,
    caf::reacts_to<abandoned>,               // A bet's actor died: go on with it if stored.
    caf::reacts_to<resume_atom, deposit>,    // A stored payment's actor died: go on with it.
    caf::reacts_to<recover_atom>,            // Internal: look for unfinished work.
    caf::replies_to<stop_atom>::with<bool>,  // Drains, then stops everything; true when all ended.
    caf::reacts_to<tick_atom>>;

}  // namespace headroom::actors
