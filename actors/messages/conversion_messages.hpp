#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"
#include "domain/conversion.hpp"
#include "domain/money_source.hpp"
#include "domain/route_choice.hpp"

/// Steps of a conversion along its route.
namespace headroom::actors {

struct run_step {
  conversion_id conversion;
  std::uint32_t step = 0;     // index into the route's steps
  std::uint32_t attempt = 0;  // a new attempt makes new transactions
  usdc amount_in;
  std::string detail;  // what earlier progress said, for example the bridge's guid
  usdc owed_before{};  // what older conversions have not yet sent of the same money
  step_wish wish = step_wish::go_on;
  hash256 proof{};  // with step_wish::again: the transaction that brought the money
};
HEADROOM_INSPECT(run_step, x.conversion, x.step, x.attempt, x.amount_in, x.detail, x.owed_before,
                 x.wish, x.proof)

struct step_progress {
  step_state state = step_state::in_flight;
  usdc amount_out;  // that arrived, when done
  hash256 tx_hash;
  std::string detail;
  std::vector<operation_id> operations{};  // this attempt's, as far as known
  std::uint32_t calls = 0;                 // what this look asked of the chains' nodes
  bool short_of_money = false;             // held: the wallet lacks what running conversions need
  bool money_left = false;                 // held: what it moves has left the wallet all the same
  bool by_depth = false;                   // done: a reorganisation may undo it yet
  bool gone = false;  // asked `again` and not done: no node shows its proof any more
};
HEADROOM_INSPECT(step_progress, x.state, x.amount_out, x.tx_hash, x.detail, x.operations, x.calls,
                 x.short_of_money, x.money_left, x.by_depth, x.gone)

struct route_info {
  std::string name;
  std::vector<std::string> steps;
  std::uint32_t expected_seconds = 0;  // of one conversion
  money_source from{};                 // what it takes; it always brings USDC on Polygon
  std::string disabled{};              // why it takes nothing new, whatever the amount; "": it does
};
HEADROOM_INSPECT(route_info, x.name, x.steps, x.expected_seconds, x.from, x.disabled)

/// What an amount would become now.
struct route_quote {
  usdc expected_out;
  std::uint32_t expected_seconds = 0;
  usdc fee{};             // all of its costs, those in native coins priced: what choice compares
  usdc least{};           // it takes now
  usdc most{};            // likewise; zero: no bound
  std::string refusal{};  // why this amount is not taken now; "": it is
};
HEADROOM_INSPECT(route_quote, x.expected_out, x.expected_seconds, x.fee, x.least, x.most, x.refusal)

/// What a route has under way by its own look at chains and services, whatever the books say.
struct route_flight {
  bool readable = false;  // else nothing new may start on it
  std::uint32_t moves = 0;
  usdc amount;
  std::string problem{};  // why it is not readable
};
HEADROOM_INSPECT(route_flight, x.readable, x.moves, x.amount, x.problem)

/// An operator's word: do now what may be done once for a step that is stuck.
struct rescue_step {
  run_step step;
};
HEADROOM_INSPECT(rescue_step, x.step)

/// One route as the next choice will see it, and what the last one said of it.
struct route_view {
  std::string name;
  bool enabled = false;  // by the operator
  bool known = false;    // it has said what it is made of
  route_info info;       // when known
  route_terms terms;
  std::uint32_t running = 0;  // conversions, by the books
  usdc amount_running;
  bool looked = false;  // it answered the last look
  route_flight flight;  // then
  bool quoted = false;  // likewise
  usdc quoted_amount;
  route_quote quote;
  timestamp quoted_at;
  route_verdict verdict;
  timestamp judged_at;
};
HEADROOM_INSPECT(route_view, x.name, x.enabled, x.known, x.info, x.terms, x.running,
                 x.amount_running, x.looked, x.flight, x.quoted, x.quoted_amount, x.quote,
                 x.quoted_at, x.verdict, x.judged_at)

/// Credited money of one source that is in no conversion yet.
struct waiting_money {
  money_source source;
  std::uint32_t deposits = 0;
  usdc amount;
  timestamp since;  // the oldest
  std::string why;  // it waits
};
HEADROOM_INSPECT(waiting_money, x.source, x.deposits, x.amount, x.since, x.why)

struct route_listing {
  std::vector<route_view> routes;  // by name
  std::vector<waiting_money> waiting;
};
HEADROOM_INSPECT(route_listing, x.routes, x.waiting)

struct list_conversions {
  std::string cursor;
  std::uint32_t limit = 50;
};
HEADROOM_INSPECT(list_conversions, x.cursor, x.limit)

struct conversion_work {
  std::vector<deposit> to_credit;
  std::vector<deposit> to_convert;
  std::vector<conversion> running;
  std::vector<conversion> by_depth{};  // completed, and a reorganisation may undo them yet
};
HEADROOM_INSPECT(conversion_work, x.to_credit, x.to_convert, x.running, x.by_depth)

}  // namespace headroom::actors
