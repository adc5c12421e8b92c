-- What happened between two rows of the buffer's history: the totals as they stood (liquidity_buffer's own), so
-- that what came and went is exact however far apart two rows are; the lowest that a commit left since the row
-- before, and the bets taken since then. Empty in rows from before.
ALTER TABLE buffer_history
  ADD COLUMN lowest    BIGINT CHECK (lowest >= 0),
  ADD COLUMN deposited BIGINT,
  ADD COLUMN withdrawn BIGINT,
  ADD COLUMN bets      BIGINT CHECK (bets >= 0),
  ADD CONSTRAINT history_noted_whole
    CHECK ((lowest IS NULL) = (deposited IS NULL) AND (lowest IS NULL) = (withdrawn IS NULL)
           AND (lowest IS NULL) = (bets IS NULL)),
  ADD CONSTRAINT history_lowest_is_lowest CHECK (lowest <= usdc_balance),
  ADD CONSTRAINT history_adds_up CHECK (usdc_balance = deposited - withdrawn);

DO $$
BEGIN
  ASSERT (SELECT count(*) = 0 FROM buffer_history WHERE lowest IS NOT NULL);
END $$;
