-- A conversion knows what its deposits were paid with, the quote it was opened on (zero: opened
-- before there was a choice) and why its route was chosen.
ALTER TABLE conversions
  ADD COLUMN source_chain_id  BIGINT,
  ADD COLUMN source_token     BYTEA CHECK (octet_length(source_token) = 20),
  ADD COLUMN expected_out     BIGINT NOT NULL DEFAULT 0 CHECK (expected_out >= 0),
  ADD COLUMN expected_seconds BIGINT NOT NULL DEFAULT 0 CHECK (expected_seconds >= 0),
  ADD COLUMN choice           TEXT   NOT NULL DEFAULT '';
UPDATE conversions c SET source_chain_id = d.chain_id, source_token = d.token
  FROM (SELECT DISTINCT ON (conversion_id) conversion_id, chain_id, token FROM deposits
        WHERE conversion_id IS NOT NULL ORDER BY conversion_id, created_at) d
  WHERE d.conversion_id = c.conversion_id;

-- What arrived in the last hour or day, beside what left the buffer.
CREATE INDEX conversions_by_end ON conversions (completed_at) WHERE status = 'completed';
CREATE INDEX replenishments_by_time ON replenishments (created_at);

-- What buffer and reserve held, one row a minute, for 90 days: the outflow is measured by it.
CREATE TABLE buffer_history (
  at           TIMESTAMPTZ PRIMARY KEY,
  usdc_balance BIGINT NOT NULL CHECK (usdc_balance >= 0),
  reserve      BIGINT NOT NULL CHECK (reserve >= 0)
);

DO $$
BEGIN
  ASSERT (SELECT count(*) = 0 FROM conversions
          WHERE source_chain_id IS NULL OR source_token IS NULL);
END $$;
