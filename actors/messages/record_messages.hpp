#pragma once

#include "actors/inspect.hpp"
#include "actors/messages/position_messages.hpp"
#include "domain/house_records.hpp"

/// What operators read of the books (domain/house_records.hpp), as messages.
namespace headroom {

HEADROOM_INSPECT(buffer_point, x.at, x.balance, x.lowest, x.has_flows, x.came, x.went, x.bets)
HEADROOM_INSPECT(awaited_money, x.id, x.amount, x.at)
HEADROOM_INSPECT(course_filter, x.until, x.seconds, x.step_seconds)
HEADROOM_INSPECT(buffer_course, x.points, x.arrivals)
HEADROOM_INSPECT(operator_deed, x.id, x.at, x.by, x.action, x.target, x.detail)
HEADROOM_INSPECT(deed_filter, x.before, x.limit)
HEADROOM_INSPECT(deed_page, x.deeds, x.next_before)
HEADROOM_INSPECT(unsettled_markets, x.total, x.oldest)

}  // namespace headroom
