-- What the story of one bet, sale, deposit, conversion or withdrawal is read by (domain/timeline.hpp), at no cost to bets:
-- their postings and their events get no index of their own. Numbers of types of events are those of domain/events.hpp.

-- A bet's postings are found by the times that its row has. A block range index costs an insert next to nothing.
CREATE INDEX postings_by_time ON postings USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);

-- When the venue's last word on a settled bet was booked; until it is settled that is its updated_at. NULL: not settled, or
-- settled before this was kept.
ALTER TABLE bets ADD COLUMN ended_at TIMESTAMPTZ;

-- Of all but bets, balances, the buffer and paid positions.
CREATE INDEX events_of_subjects ON events (subject, created_at) WHERE type NOT IN (0, 1, 2, 10, 11, 15);

CREATE INDEX operator_actions_by_target ON operator_actions (target, created_at) WHERE target <> '';
CREATE INDEX bet_resolutions_by_bet ON bet_resolutions (bet_id);
CREATE INDEX sale_resolutions_by_sale ON sale_resolutions (sale_id);
CREATE INDEX operations_by_conversion_and_time ON chain_operations (conversion_id, created_at) WHERE conversion_id IS NOT NULL;

-- When the service was started, and the newest thing that the books had heard by then: between the two it was away, at
-- least from some moment on. 90 days.
CREATE TABLE service_starts (
  started_at TIMESTAMPTZ PRIMARY KEY,
  last_heard TIMESTAMPTZ,  -- NULL: nothing yet
  version    TEXT NOT NULL
);

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM bets WHERE ended_at IS NOT NULL) = 0;
  ASSERT (SELECT count(*) FROM service_starts) = 0;
END $$;
