#pragma once

#include "actors/inspect.hpp"
#include "domain/timeline.hpp"

/// What the timeline actor is asked, and one page of what it tells (domain/timeline.hpp).
namespace headroom {

HEADROOM_INSPECT(timeline_request, x.kind, x.id, x.cursor, x.limit)
HEADROOM_INSPECT(timeline_place, x.at, x.rank, x.key)
HEADROOM_INSPECT(timeline_event, x.place, x.lane, x.what, x.actor, x.took_us, x.has_amount,
                 x.amount, x.detail, x.kept)
HEADROOM_INSPECT(timeline_gap, x.from, x.to, x.named)
HEADROOM_INSPECT(posting_shape, x.kind, x.debit, x.credit)
HEADROOM_INSPECT(timeline_posting, x.shape, x.amount, x.at)
HEADROOM_INSPECT(timeline_operation, x.id, x.attempt, x.chain_id, x.service, x.nonce, x.tx_hash,
                 x.purpose, x.status, x.block_number, x.fee_wei, x.created_at, x.updated_at)
HEADROOM_INSPECT(timeline_sum, x.of, x.change)
HEADROOM_INSPECT(timeline_subject, x.kind, x.id, x.status, x.user, x.amount, x.created_at,
                 x.updated_at, x.question, x.outcome)
/// Its gaps are named by whoever made it, so what was before it needs no place on the wire.
HEADROOM_INSPECT(timeline_page, x.subject, x.events, x.gaps, x.postings, x.operations, x.sums,
                 x.complete, x.next_cursor)

}  // namespace headroom
