-- What all users' rows add up to, kept with every commit: the solvency check reads one row instead of
-- them all. `headroom verify` compares.
CREATE TABLE ledger_totals (
  id         SMALLINT PRIMARY KEY CHECK (id = 1),
  users      BIGINT NOT NULL,  -- owed to users
  user_count BIGINT NOT NULL   -- rows in balances
) WITH (fillfactor = 10);  -- one row, rewritten with every batch: room for HOT updates

INSERT INTO ledger_totals (id, users, user_count)
  SELECT 1, coalesce(sum(balance), 0), count(*) FROM balances;

DO $$
BEGIN
  ASSERT (SELECT count(*) = 1 FROM ledger_totals);
  ASSERT (SELECT (t.users, t.user_count) = (coalesce(b.users, 0), b.n)
          FROM ledger_totals t, (SELECT sum(balance) AS users, count(*) AS n FROM balances) b);
END $$;
