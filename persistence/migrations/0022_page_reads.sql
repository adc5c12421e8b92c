-- What a user's page reads: their sales, their positions that are open, and those that have a result.
CREATE INDEX sales_by_user ON sales (user_address, created_at);

-- updated_at changes with every bet and sale. An index on it, a partial one too, would end HOT updates of positions
-- (0010), so when a position was settled is a column of its own: nothing until then, and never changed after it.
ALTER TABLE positions ADD COLUMN settled_at TIMESTAMPTZ
  GENERATED ALWAYS AS (CASE WHEN result <> 'none' THEN updated_at END) STORED;
CREATE INDEX positions_settled_by_user ON positions (user_address, settled_at) WHERE result <> 'none';
-- What a page shows of a user first is what is open, however much of theirs was ever settled.
CREATE INDEX positions_open_by_user ON positions (user_address) WHERE result = 'none';

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM positions
          WHERE settled_at IS DISTINCT FROM CASE WHEN result <> 'none' THEN updated_at END) = 0;
END $$;
