-- Money that users take out: domain/withdrawals.hpp. Numbers of accounts and kinds of postings are those of
-- domain/ledger.hpp.
CREATE TYPE withdrawal_status AS ENUM ('requested', 'confirmed', 'failed');
CREATE TABLE withdrawals (
  withdrawal_id  UUID PRIMARY KEY,
  user_address   BYTEA             NOT NULL CHECK (octet_length(user_address) = 20),
  to_address     BYTEA             NOT NULL CHECK (octet_length(to_address) = 20),
  amount         BIGINT            NOT NULL CHECK (amount > 0),  -- taken from the user, fee included
  fee            BIGINT            NOT NULL CHECK (fee >= 0),
  status         withdrawal_status NOT NULL DEFAULT 'requested',  -- `sent` is one with a row in the outbox
  needs_approval BOOLEAN           NOT NULL,
  approved_by    TEXT              NOT NULL DEFAULT '',
  tx_hash        BYTEA,  -- of its end
  failure        TEXT              NOT NULL DEFAULT '',
  request_hash   BYTEA             NOT NULL,
  placed_by      TEXT              NOT NULL,
  created_at     TIMESTAMPTZ       NOT NULL,
  updated_at     TIMESTAMPTZ       NOT NULL,
  CONSTRAINT withdrawal_pays_something CHECK (fee < amount),
  CONSTRAINT withdrawal_approved_before CHECK (status <> 'confirmed' OR NOT needs_approval OR approved_by <> ''),
  CONSTRAINT withdrawal_confirmed_by CHECK (status <> 'confirmed' OR tx_hash IS NOT NULL),
  CONSTRAINT withdrawal_paid_once UNIQUE (tx_hash)
);
CREATE INDEX withdrawals_by_user ON withdrawals (user_address, created_at);
CREATE INDEX withdrawals_by_time ON withdrawals (created_at);
CREATE INDEX withdrawals_open ON withdrawals (created_at) WHERE status = 'requested';

-- Its transactions in the outbox: their operations differ from its id in the last byte alone (transfer_of).
CREATE FUNCTION withdrawal_of_operation(operation UUID) RETURNS UUID LANGUAGE sql STABLE
  RETURN (SELECT w.withdrawal_id FROM withdrawals w
          WHERE w.withdrawal_id BETWEEN (left(operation::text, 34) || '00')::uuid
                                    AND (left(operation::text, 34) || 'ff')::uuid);

-- Whatever believes that a withdrawal may be sent: it must be open and approved, and nothing else of it may be on its
-- way or mined. The row is locked, so that neither an operator's refusal nor its end comes between, nor another transfer
-- of it, whose row nobody can see yet.
CREATE FUNCTION refuse_second_payment() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
  paid UUID := withdrawal_of_operation(NEW.operation_id);
BEGIN
  PERFORM 1 FROM withdrawals WHERE withdrawal_id = paid AND status = 'requested'
    AND (NOT needs_approval OR approved_by <> '') FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no withdrawal may be sent by operation %', NEW.operation_id USING ERRCODE = 'HR004';
  END IF;
  IF EXISTS (SELECT 1 FROM chain_operations o
             WHERE o.operation_id BETWEEN (left(paid::text, 34) || '00')::uuid AND (left(paid::text, 34) || 'ff')::uuid
               AND o.operation_id <> NEW.operation_id AND o.status IN ('stored', 'confirmed')) THEN
    RAISE EXCEPTION 'withdrawal % is on its way by another operation', paid USING ERRCODE = 'HR004';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER withdrawal_paid_once BEFORE INSERT ON chain_operations
  FOR EACH ROW WHEN (NEW.purpose = 'withdrawal') EXECUTE FUNCTION refuse_second_payment();

-- The last line counts: while it says paused, no withdrawal is accepted.
CREATE TABLE withdrawal_switches (
  id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  paused     BOOLEAN     NOT NULL,
  reason     TEXT        NOT NULL,
  decided_by TEXT        NOT NULL CHECK (decided_by <> ''),
  created_at TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER withdrawal_switches_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON withdrawal_switches
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

COMMENT ON COLUMN liquidity_buffer.total_withdrawn IS 'bets and withdrawals less refunds';

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM chain_operations WHERE purpose = 'withdrawal') = 0;
  ASSERT (SELECT count(*) FROM withdrawals) = 0;
END $$;
