#pragma once

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include "actors/atoms.hpp"
#include "actors/error.hpp"
#include "actors/messages/audit_messages.hpp"
#include "actors/messages/bet_messages.hpp"
#include "actors/messages/conversion_messages.hpp"
#include "actors/messages/deposit_messages.hpp"
#include "actors/messages/house_messages.hpp"
#include "actors/messages/journal_messages.hpp"
#include "actors/messages/market_messages.hpp"
#include "actors/messages/money_messages.hpp"
#include "actors/messages/payment_messages.hpp"
#include "actors/messages/position_messages.hpp"
#include "actors/messages/repair_messages.hpp"
#include "actors/messages/venue_messages.hpp"
#include "actors/messages/wallet_messages.hpp"
#include "actors/messages/withdrawal_messages.hpp"

/// Every actor's interface on one page, one commented line per message. Refusals are errors of
/// category "headroom" (domain/errc.hpp), their words in the context (actors/error.hpp).
namespace headroom::actors {

/// Nodes compare it before they talk.
inline constexpr std::uint32_t wire_version = 2;

using status_actor = caf::typed_actor<caf::replies_to<status_atom>::with<status_report>>;

// -- money ---------------------------------------------------------------------------------------

/// BALANCE: the only owner of one user's balance; spawned on demand, leaves when idle.
using balance_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<balance_view>,  // What may this user bet?
    caf::replies_to<deduct>::with<usdc>,            // Takes for a bet; what was available before.
    caf::reacts_to<release>,                        // Gives back what was not committed.
    caf::reacts_to<abandoned>,                      // Settles a hold whose owner died.
    caf::reacts_to<balance_committed>,              // A credit, a bet or a refund is in the books.
    caf::reacts_to<idle_atom>>;                     // Leaves when idle.

/// BUFFER: the only owner of the global balance; serializes every change to it.
using buffer_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<buffer_status>,          // The buffer as the API shows it.
    caf::replies_to<deduct>::with<usdc>,                     // Takes for a bet; what is left.
    caf::reacts_to<release>,                                 // Gives back what was not committed.
    caf::reacts_to<abandoned>,                               // Settles a hold whose owner died.
    caf::reacts_to<buffer_committed>,                        // The books' word after each batch.
    caf::replies_to<replenish_buffer>::with<buffer_status>,  // The operator pays in.
    caf::replies_to<complete_conversion>::with<committed>,   // A conversion arrived: replenish.
    caf::replies_to<undo_conversion>::with<committed>,       // It is gone: unavailable, or less.
    caf::reacts_to<hold_back>,                               // It may be gone: pays nothing of it.
    caf::replies_to<buffer_limits>::with<buffer_status>,     // Changes min and max.
    caf::reacts_to<reload_atom>,                             // Internal: load again.
    caf::reacts_to<review_atom>>;                            // Refills, recommends, alerts.

/// JOURNAL: commits what waits in its mailbox as one transaction. Detached: its store blocks.
/// Answers come after the COMMIT; an entry is answered exactly once while the journal lives. Before
/// that the buffer and the living owners of the balances that it moves have been told.
using journal_actor = status_actor::extend<
    caf::replies_to<append>::with<committed>,               // The books' word on it, or why not.
    caf::replies_to<get_atom, address>::with<balance_row>,  // A user's row, after all that waits.
    caf::replies_to<get_atom>::with<buffer_row>,            // The buffer's row, likewise.
    caf::replies_to<get_atom, bet_id>::with<bet>,           // A bet, likewise; not_found.
    caf::replies_to<get_atom, sale_id>::with<sale>,         // A sale, likewise; not_found.
    caf::replies_to<get_atom, withdrawal_id>::with<withdrawal>,  // A withdrawal, likewise.
    caf::replies_to<sync_atom>::with<bool>,  // Answers once all that waits is done.
    caf::reacts_to<flush_atom>>;             // Internal: commit the batch.

// -- the bet -------------------------------------------------------------------------------------

/// BET: one placement, from deduction to the venue's last word; ends with it.
using bet_actor = status_actor::extend<
    caf::replies_to<place_bet>::with<bet>,  // The bet: filled, failed, or placing while in doubt.
    caf::reacts_to<resume_atom, bet>,       // Goes on with a stored bet: looks before it acts.
    caf::reacts_to<restarted_atom>,         // A dependency was restarted: ask again.
    caf::reacts_to<sweep_atom>,             // Is an answer overdue?
    caf::reacts_to<wake_atom>>;             // Internal: time to look again.

/// VENUE: connections, credentials, market data and limits of the venue. Every answer comes within
/// its own timeouts; a request is never left open.
using venue_actor = status_actor::extend<
    caf::replies_to<quote_order>::with<order_quote>,     // Rounds and prices; refuses bad markets.
    caf::replies_to<quote_sale>::with<order_quote>,      // Likewise a SELL.
    caf::replies_to<order_quote>::with<signed_order>,    // Signs; nothing is sent.
    caf::replies_to<submit_order>::with<venue_answer>,   // Sends exactly these bytes.
    caf::replies_to<look_up_order>::with<venue_answer>,  // What became of it?
    caf::replies_to<cancel_order>::with<bool>,  // True: the venue will not fill it any more.
    caf::reacts_to<wake_atom>>;

/// MARKET: what the venue offers, for everybody who looks, and what a bet would buy. Decides
/// nothing about money: a promised price is a bet's cap. Every answer comes within its own
/// timeouts.
using market_actor = status_actor::extend<
    caf::replies_to<list_markets>::with<market_page>,      // invalid_field: the cursor.
    caf::replies_to<get_market>::with<market_view>,        // not_found
    caf::replies_to<get_price>::with<token_price>,         // unknown_market
    caf::replies_to<quote_bet>::with<bet_quote>,           // unknown_market, market_closed, ...
    caf::replies_to<redeem_quote>::with<redeemed_quote>>;  // invalid_field: of another bet.

// -- what was bought -----------------------------------------------------------------------------

/// SALE: one order to sell, from the shares' holding to the venue's last word; ends with it.
using sale_actor = status_actor::extend<
    caf::replies_to<sell_position>::with<sale>,  // The sale: sold, failed, or placing.
    caf::reacts_to<resume_atom, sale>,  // Goes on with a stored sale: looks before it acts.
    caf::reacts_to<restarted_atom>,     // A dependency was restarted: ask again.
    caf::reacts_to<sweep_atom>,         // Is an answer overdue?
    caf::reacts_to<wake_atom>>;         // Internal: time to look again.

/// RESOLUTION: what the venue and the chain say of conditions; redeems by the accounts' wallets.
using resolution_actor = status_actor::extend<
    caf::replies_to<find_market>::with<record_market>,          // not_found, or unavailable.
    caf::replies_to<look_at_condition>::with<condition_state>,  // Resolved, by a final block?
    caf::replies_to<redeem_condition>::with<redeem_progress>,   // Sends once, or looks.
    caf::replies_to<get_atom>::with<std::vector<address>>,      // The accounts that hold shares.
    caf::replies_to<held_on_chain>::with<token_holdings>>;      // What they hold.

/// SETTLEMENT: finds resolved markets, has them redeemed, pays their users, in slices.
using settlement_actor = status_actor::extend<
    caf::replies_to<poll_atom, hash256>::with<settlement_view>,  // Looks at this condition now.
    caf::reacts_to<poll_atom>,                                   // Internal: the next ones.
    caf::reacts_to<wake_atom, hash256>>;                         // Internal: its next slice.

// -- the deposit ---------------------------------------------------------------------------------

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
                         caf::reacts_to<wake_atom>,             // Internal: look again.
                         caf::reacts_to<impatient_atom>>;  // Internal: the payer waited enough.

// -- the withdrawal ------------------------------------------------------------------------------

/// WITHDRAWAL: one payment out, from the user's balance to its final transaction; ends with it.
using withdrawal_actor = status_actor::extend<
    caf::replies_to<request_withdrawal>::with<withdrawal>,  // Once it is in the books, or before.
    caf::reacts_to<resume_atom, withdrawal>,  // Goes on with a stored one: looks before it acts.
    caf::reacts_to<review_atom>,              // An operator has decided: looks now.
    caf::reacts_to<wake_atom>>;               // Internal: time to look again.

/// WITHDRAWAL DESK: what operators say about withdrawals; all of it is in the books.
using withdrawal_desk_actor = status_actor::extend<
    caf::replies_to<decide_withdrawal>::with<withdrawal>,  // not_found, duplicate, in_doubt
    caf::replies_to<pause_withdrawals>::with<withdrawals_view>,
    caf::replies_to<get_atom>::with<withdrawals_view>,  // Are they stopped?
    caf::reacts_to<poll_atom>>;                         // Internal: by the books.

/// CASHIER: pays USDC out of the house's account on Polygon, of what is there finally. Each
/// transfer is sent once, ever.
using cashier_actor =
    status_actor::extend<caf::replies_to<transfer_usdc>::with<transfer_progress>,  // Sends it, or
                                                                                   // how far is it?
                         caf::reacts_to<poll_atom>>;  // Internal: who waits no more?

// -- signatures ----------------------------------------------------------------------------------

/// SIGNATURE: asks contract wallets by ERC-1271 on the source's chain; bounded, for strangers ask.
using signature_actor =
    status_actor::extend<caf::replies_to<contract_signature>::with<bool>>;  // Is it the wallet's?

// -- the chains ----------------------------------------------------------------------------------

/// WALLET: owns the nonce of one account on one chain; stores each transaction before broadcasting.
using wallet_actor = status_actor::extend<
    caf::replies_to<send_transaction>::with<operation_report>,        // Stores, then broadcasts.
    caf::replies_to<get_atom, operation_id>::with<operation_report>,  // Where does it stand?
    caf::reacts_to<poll_atom>>;                                       // Internal: watch and bump.

/// EXTERNAL OUTBOX: keeps what goes to REST services, for whoever sends it. What it answers is in
/// the books, and a read comes behind every record_external that was sent before.
using external_outbox_actor = status_actor::extend<
    caf::replies_to<record_external>::with<bool>,  // Committed, or why not.
    caf::replies_to<find_external>::with<std::vector<external_operation>>,    // One, or none.
    caf::replies_to<open_externals>::with<std::vector<external_operation>>>;  // The oldest first.

/// ROUTE: one way from a source to USDC on Polygon, as resumable steps. Known by its name, which
/// conversions store.
using route_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<route_info>,
    caf::replies_to<usdc>::with<route_quote>,        // What would this amount become?
    caf::replies_to<run_step>::with<step_progress>,  // Does what is next of the step, or looks.
    caf::replies_to<in_flight_atom>::with<route_flight>,  // What is under way, by its own look?
    caf::replies_to<rescue_step>::with<step_progress>>;   // Frees one that is stuck, once.

/// CONVERSION: credits settled deposits at once and moves their money in the background.
using conversion_actor =
    status_actor::extend<caf::replies_to<credit_deposit>::with<committed>,  // Credit now, for a
                                                                            // deposit just settled.
                         caf::replies_to<get_atom>::with<route_listing>,    // The routes, and why.
                         caf::reacts_to<poll_atom>>;

/// REPAIR: what an operator does once the chains were asked, as the terminal's commands do it. One
/// act after the other; detached, for it waits for nodes. Repeating one does no harm.
using repair_actor =
    status_actor::extend<caf::replies_to<settle_conversion>::with<repair_answer>,  // Ordered, or
                                                                                   // why not.
                         caf::replies_to<adopt_arrival>::with<repair_answer>,
                         caf::replies_to<cancel_nonce>::with<repair_answer>,
                         caf::replies_to<resync_wallet>::with<repair_answer>,
                         caf::replies_to<resolve_bet>::with<repair_answer>>;

// -- reads ---------------------------------------------------------------------------------------

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
    caf::replies_to<metrics_atom, std::uint32_t>::with<pricing_report>,  // of so many days
    caf::replies_to<solvency_atom>::with<trial_balance>,
    caf::replies_to<volume_atom>::with<usdc>,         // average per day
    caf::replies_to<flows_atom>::with<buffer_flows>,  // out of the buffer, and on its way in
    caf::replies_to<work_atom>::with<conversion_work>,
    // At most so many bets and so many deposits.
    caf::replies_to<work_atom, std::uint32_t, std::uint32_t>::with<unfinished_work>,
    caf::replies_to<wallet_account>::with<wallet_backlog>,
    caf::replies_to<get_atom, operation_id>::with<std::vector<chain_operation>>,
    caf::replies_to<wallet_nonces>::with<std::vector<chain_operation>>,
    // Those of these transactions that are ours.
    caf::replies_to<get_atom, std::vector<hash256>>::with<std::vector<chain_operation>>,
    caf::replies_to<get_atom, sale_id>::with<sale>,               // not_found
    caf::replies_to<get_atom, address, uint256>::with<position>,  // not_found
    caf::replies_to<position_filter>::with<position_page>,
    caf::replies_to<get_atom, delegation_id>::with<delegation>,  // not_found
    caf::replies_to<delegations_of>::with<std::vector<delegation>>,
    caf::replies_to<user_holdings_of>::with<user_holdings>,
    caf::replies_to<history_filter>::with<history_page>,
    caf::replies_to<work_atom, hash256, std::uint32_t>::with<settlement_work>,
    caf::replies_to<get_atom, hash256>::with<settlement_view>,  // not_found
    caf::replies_to<unpaid_positions>::with<std::vector<position>>,
    caf::replies_to<get_atom, uint256, std::uint32_t>::with<std::vector<token_shares>>,
    caf::replies_to<find_external>::with<std::vector<external_operation>>,
    caf::replies_to<open_externals>::with<std::vector<external_operation>>,
    caf::replies_to<get_atom, withdrawal_id>::with<withdrawal>,  // not_found
    caf::replies_to<withdrawal_filter>::with<withdrawal_page>,
    caf::replies_to<paused_atom>::with<bool>,  // Withdrawals, by the books.
    caf::replies_to<keys_atom>::with<std::vector<service_key>>,
    // Changed after that one, by their numbers, at most so many.
    caf::replies_to<sessions_atom, std::int64_t, std::uint32_t>::with<std::vector<signed_session>>,
    caf::replies_to<events_atom>::with<std::int64_t>,  // The newest's number.
    // Numbered above that one, in order, at most so many.
    caf::replies_to<events_atom, std::int64_t, std::uint32_t>::with<std::vector<heard_event>>,
    caf::replies_to<ping_atom>::with<bool>>;

// -- on-chain audit ------------------------------------------------------------------------------

/// AUDIT: reads what the chains say the service owns, and compares it with the books all the time.
using audit_actor =
    status_actor::extend<caf::replies_to<get_atom>::with<solvency_report>,  // One of the last
                                                                            // seconds.
                         caf::replies_to<solvency_atom>::with<solvency>,  // The last verdict; asks
                                                                          // nobody.
                         caf::reacts_to<poll_atom>>;                      // Internal: compares.

// -- the house -----------------------------------------------------------------------------------

/// INSPECTOR: the registry of observed actors, as data.
using inspector_actor =
    status_actor::extend<caf::replies_to<list_atom, std::uint32_t>::with<actor_listing>>;

/// GUARDIAN: starts, monitors and restarts the singletons; recovers unfinished work; stops in
/// order.
using guardian_actor = status_actor::extend<
    caf::replies_to<get_atom>::with<readiness>,
    caf::reacts_to<abandoned>,             // The actor of something died: go on with it if stored.
    caf::reacts_to<resume_atom, deposit>,  // A stored payment's actor died: go on with it.
    caf::reacts_to<recover_atom>,          // Internal: look for unfinished work.
    caf::replies_to<stop_atom>::with<bool>,  // Drains, then stops everything; true when all ended.
    caf::reacts_to<watch_atom>>;

}  // namespace headroom::actors
