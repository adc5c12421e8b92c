#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"
#include "domain/conversion.hpp"

/// Steps of a conversion along its route.
namespace headroom::actors {

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

}  // namespace headroom::actors
