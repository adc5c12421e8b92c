-- What a reorganisation takes back goes back to in flight (docs/decisions/0030). Numbers of kinds of postings are those of
-- domain/ledger.hpp: 17 conversion_undone, debit in_transit, credit buffer or reserve; 18 conversion_loss_undone.
ALTER TABLE conversions
  ADD COLUMN undone   INTEGER NOT NULL DEFAULT 0 CHECK (undone >= 0),  -- how often
  ADD COLUMN by_depth BOOLEAN NOT NULL DEFAULT false;                  -- completed, and it may be undone yet
CREATE INDEX conversions_by_depth ON conversions (completed_at) WHERE status = 'completed' AND by_depth;

-- A conversion may complete again after it was undone: once at a time. Which time it is stands in its row.
DROP INDEX posting_once;
CREATE UNIQUE INDEX posting_once ON postings (reference, kind, debit)
  WHERE kind > 1 AND kind NOT IN (3, 4, 17, 18);
CREATE UNIQUE INDEX posting_once_each_time ON postings (reference, kind, debit, credit, created_at)
  WHERE kind IN (3, 4, 17, 18);

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM postings WHERE kind IN (17, 18)) = 0;
END $$;
