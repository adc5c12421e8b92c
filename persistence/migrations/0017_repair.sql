-- What operators order: domain/repairs.hpp. Numbers of kinds of postings are those of domain/ledger.hpp.

-- The newest order of a conversion counts; the service reads it at its next look.
CREATE TABLE conversion_orders (
  number        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  conversion_id UUID        NOT NULL REFERENCES conversions,
  word          TEXT        NOT NULL CHECK (word IN ('look', 'retry', 'hold', 'release', 'settle', 'write_off')),
  received      BIGINT      NOT NULL CHECK (received >= 0),
  chain_id      BIGINT      NOT NULL,
  tx_hash       BYTEA       CHECK (octet_length(tx_hash) = 32),
  log_index     BIGINT      NOT NULL,
  ordered_by    TEXT        NOT NULL CHECK (ordered_by <> ''),
  reason        TEXT        NOT NULL CHECK (reason <> ''),
  created_at    TIMESTAMPTZ NOT NULL,
  CHECK ((word = 'settle') = (tx_hash IS NOT NULL)),
  CHECK ((word = 'settle') = (received > 0))
);
CREATE INDEX conversion_orders_newest ON conversion_orders (conversion_id, number DESC);
CREATE TRIGGER conversion_orders_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON conversion_orders
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A transfer that a human named explains one thing, once.
CREATE TABLE claimed_transfers (
  chain_id     BIGINT      NOT NULL,
  tx_hash      BYTEA       NOT NULL CHECK (octet_length(tx_hash) = 32),
  log_index    BIGINT      NOT NULL CHECK (log_index >= 0),
  claimed_for  TEXT        NOT NULL CHECK (claimed_for IN ('adoption', 'conversion')),
  subject      UUID        NOT NULL,  -- the reference of its posting, or the conversion
  amount       BIGINT      NOT NULL CHECK (amount > 0),
  created_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (chain_id, tx_hash, log_index)
);
CREATE TRIGGER claimed_transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON claimed_transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The newest line of each kind of work counts; withdrawals have withdrawal_switches.
CREATE TABLE work_switches (
  number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  work       TEXT        NOT NULL CHECK (work IN ('bets', 'deposits', 'conversions')),
  paused     BOOLEAN     NOT NULL,
  ordered_by TEXT        NOT NULL CHECK (ordered_by <> ''),
  reason     TEXT        NOT NULL CHECK (reason <> ''),
  created_at TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER work_switches_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON work_switches
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM postings WHERE kind IN (16, 17, 18, 19)) = 0;
END $$;
