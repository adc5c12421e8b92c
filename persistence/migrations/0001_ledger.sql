-- The ledger. Money is BIGINT micro-USDC (see domain/money.hpp), times are timestamptz,
-- addresses and hashes are BYTEA. Numbers of accounts and kinds are those of domain/journal.hpp.

-- Times cross the wire as microseconds since 1970; 0 is "not set". Both functions are inlined.
CREATE FUNCTION time_of(us BIGINT) RETURNS TIMESTAMPTZ LANGUAGE sql IMMUTABLE
  RETURN to_timestamp(nullif(us, 0)::float8 / 1000000::float8);
CREATE FUNCTION us_of(t TIMESTAMPTZ) RETURNS BIGINT LANGUAGE sql STABLE
  RETURN coalesce((extract(epoch FROM t) * 1000000)::bigint, 0);

-- Fails the statement when a data change did not reach the rows it had to (HR001: no such account).
CREATE FUNCTION require_equal(actual BIGINT, expected BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  IF actual IS DISTINCT FROM expected THEN
    RAISE EXCEPTION 'expected % account rows, found %', expected, actual USING ERRCODE = 'HR001';
  END IF;
  RETURN true;
END $$;

CREATE FUNCTION refuse_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: book a reversal instead', TG_TABLE_NAME
    USING ERRCODE = 'HR002';
END $$;

-- -- balances and accounts ----------------------------------------------------------------------

CREATE TABLE liquidity_buffer (
  id                  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  buffer_id           TEXT        NOT NULL UNIQUE CHECK (buffer_id = 'global'),
  usdc_balance        BIGINT      NOT NULL DEFAULT 0,
  min_buffer_size     BIGINT      NOT NULL DEFAULT 10000000000 CHECK (min_buffer_size >= 0),
  max_buffer_size     BIGINT,
  total_deposited     BIGINT      NOT NULL DEFAULT 0 CHECK (total_deposited >= 0),
  total_withdrawn     BIGINT      NOT NULL DEFAULT 0,
  last_replenished_at TIMESTAMPTZ,
  updated_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  CONSTRAINT buffer_never_negative CHECK (usdc_balance >= 0),
  CONSTRAINT buffer_max_above_min CHECK (max_buffer_size >= min_buffer_size),
  CONSTRAINT buffer_totals_match CHECK (usdc_balance = total_deposited - total_withdrawn)
) WITH (fillfactor = 10);  -- one row, rewritten with every batch: room for HOT updates
COMMENT ON COLUMN liquidity_buffer.total_withdrawn IS 'bets less refunds';
INSERT INTO liquidity_buffer (buffer_id) VALUES ('global');

-- The version of the buffer's row. A sequence, because the table has the seed's columns exactly:
-- taken under the row's lock it grows in commit order; it may skip numbers.
CREATE SEQUENCE liquidity_buffer_version;
SELECT setval('liquidity_buffer_version', 1);

CREATE TABLE balances (
  user_address BYTEA  PRIMARY KEY CHECK (octet_length(user_address) = 20),
  balance      BIGINT NOT NULL,
  version      BIGINT NOT NULL DEFAULT 1,
  updated_at   TIMESTAMPTZ NOT NULL,
  CONSTRAINT balance_never_negative CHECK (balance >= 0)
) WITH (fillfactor = 60);  -- no index on what changes: updates stay HOT

-- Accounts that exist once, beside the buffer: 1 reserve, 2 in_transit, 4 capital,
-- 5 conversion_loss (negative when conversions gained).
CREATE TABLE ledger_accounts (
  account SMALLINT PRIMARY KEY CHECK (account IN (1, 2, 4, 5)),
  balance BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT account_never_negative CHECK (account = 5 OR balance >= 0)
) WITH (fillfactor = 10);
INSERT INTO ledger_accounts (account) VALUES (1), (2), (4), (5);

-- -- the journal --------------------------------------------------------------------------------

-- No primary key: nothing refers to a posting by number, and an index would cost every bet.
-- A bet cannot be booked twice because its row in `bets` is inserted (or leaves `placing`) in the
-- same statement; everything else is held by posting_once.
CREATE TABLE postings (
  id           BIGINT GENERATED ALWAYS AS IDENTITY,
  kind         SMALLINT NOT NULL,
  debit        SMALLINT NOT NULL,
  credit       SMALLINT NOT NULL,
  amount       BIGINT   NOT NULL CHECK (amount > 0),
  user_address BYTEA,
  reference    UUID     NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  CHECK (debit <> credit),
  CHECK ((user_address IS NOT NULL) = (debit = 3 OR credit = 3))
);
CREATE UNIQUE INDEX posting_once ON postings (reference, kind, debit) WHERE kind > 1;
CREATE TRIGGER postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- -- bets ---------------------------------------------------------------------------------------

CREATE TYPE bet_status AS ENUM ('placing', 'filled', 'failed', 'settled');
CREATE TABLE bets (
  bet_id       UUID PRIMARY KEY,
  user_address BYTEA      NOT NULL,
  token        BYTEA      NOT NULL,
  amount       BIGINT     NOT NULL CHECK (amount > 0),
  max_price    BIGINT     NOT NULL,
  status       bet_status NOT NULL DEFAULT 'placing',
  shares       BIGINT     NOT NULL DEFAULT 0 CHECK (shares >= 0),
  spent        BIGINT     NOT NULL DEFAULT 0 CHECK (spent >= 0),
  fee          BIGINT     NOT NULL DEFAULT 0 CHECK (fee >= 0),
  refunded     BIGINT     NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  failure      TEXT       NOT NULL DEFAULT '',
  request_hash BYTEA      NOT NULL,
  order_hash   BYTEA      NOT NULL,
  signed_order BYTEA      NOT NULL,
  deadline     TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  CONSTRAINT bet_parts_sum_up CHECK (CASE status
    WHEN 'placing' THEN spent + fee + refunded = 0
    WHEN 'failed' THEN refunded = amount AND spent + fee = 0
    ELSE spent + fee + refunded = amount END)
);
CREATE INDEX bets_by_user ON bets (user_address, created_at);
CREATE INDEX bets_by_time ON bets (created_at);
CREATE INDEX bets_by_status ON bets (status, created_at);

-- Accepted bets per day (UTC), for the recommended size of the buffer.
CREATE TABLE bet_volume (
  day    DATE PRIMARY KEY,
  amount BIGINT NOT NULL CHECK (amount > 0)
) WITH (fillfactor = 10);

-- -- deposits and conversions -------------------------------------------------------------------

CREATE TYPE conversion_status AS ENUM ('running', 'completed', 'failed');
CREATE TABLE conversions (
  conversion_id UUID PRIMARY KEY,
  route         TEXT              NOT NULL,
  status        conversion_status NOT NULL DEFAULT 'running',
  amount        BIGINT            NOT NULL CHECK (amount > 0),
  received      BIGINT            NOT NULL DEFAULT 0 CHECK (received >= 0),
  loss          BIGINT            NOT NULL DEFAULT 0,
  steps         JSONB             NOT NULL,
  attempts      INTEGER           NOT NULL DEFAULT 0,
  failure       TEXT              NOT NULL DEFAULT '',
  created_at    TIMESTAMPTZ       NOT NULL,
  updated_at    TIMESTAMPTZ       NOT NULL,
  completed_at  TIMESTAMPTZ,
  CHECK (status <> 'completed' OR (received + loss = amount AND completed_at IS NOT NULL))
);
CREATE INDEX conversions_by_time ON conversions (created_at);
CREATE INDEX conversions_running ON conversions (created_at) WHERE status = 'running';

CREATE TYPE deposit_status AS ENUM ('settling', 'pending', 'converting', 'completed', 'failed');
CREATE TABLE deposits (
  deposit_id    UUID PRIMARY KEY,
  user_address  BYTEA          NOT NULL CHECK (octet_length(user_address) = 20),
  amount        BIGINT         NOT NULL CHECK (amount > 0),
  status        deposit_status NOT NULL DEFAULT 'settling',
  chain_id      BIGINT         NOT NULL,
  token         BYTEA          NOT NULL,
  from_address  BYTEA          NOT NULL,
  to_address    BYTEA          NOT NULL,
  value         BIGINT         NOT NULL,
  valid_after   BIGINT         NOT NULL,
  valid_before  BIGINT         NOT NULL,
  nonce         BYTEA          NOT NULL,
  signature     BYTEA          NOT NULL,
  x402_version  SMALLINT       NOT NULL,
  tx_hash       BYTEA,
  log_index     BIGINT,
  failure       TEXT           NOT NULL DEFAULT '',
  conversion_id UUID REFERENCES conversions,
  created_at    TIMESTAMPTZ    NOT NULL,
  credited_at   TIMESTAMPTZ,
  updated_at    TIMESTAMPTZ    NOT NULL,
  CONSTRAINT payment_once UNIQUE (chain_id, token, from_address, nonce),
  -- One Transfer on chain proves one deposit, whatever the verifier believes.
  CONSTRAINT proof_once UNIQUE (chain_id, tx_hash, log_index),
  CHECK ((tx_hash IS NULL) = (log_index IS NULL)),
  CHECK (status IN ('settling', 'failed') OR tx_hash IS NOT NULL),
  CHECK (status NOT IN ('settling', 'pending') OR credited_at IS NULL),
  CHECK (status NOT IN ('converting', 'completed') OR credited_at IS NOT NULL)
);
CREATE INDEX deposits_by_user ON deposits (user_address, created_at);
CREATE INDEX deposits_by_conversion ON deposits (conversion_id) WHERE conversion_id IS NOT NULL;
CREATE INDEX deposits_settling ON deposits (created_at) WHERE status = 'settling';
CREATE INDEX deposits_pending ON deposits (created_at) WHERE status = 'pending';
CREATE INDEX deposits_to_convert ON deposits (created_at)
  WHERE status = 'converting' AND conversion_id IS NULL;

-- What the operator put in (posting kind 5) and moves from the reserve (kind 6, no reference).
CREATE TABLE replenishments (
  replenish_id UUID PRIMARY KEY,
  kind         SMALLINT NOT NULL CHECK (kind IN (5, 6)),
  to_buffer    BIGINT   NOT NULL CHECK (to_buffer >= 0),
  to_reserve   BIGINT   NOT NULL CHECK (to_reserve >= 0),
  reference    TEXT     NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL
);

-- -- the outbox ---------------------------------------------------------------------------------

CREATE TYPE operation_status AS ENUM ('stored', 'confirmed', 'reverted', 'dropped');
CREATE TABLE chain_operations (
  operation_id UUID             NOT NULL,
  attempt      INTEGER          NOT NULL,
  chain_id     BIGINT           NOT NULL,
  account      BYTEA            NOT NULL,
  nonce        BIGINT           NOT NULL CHECK (nonce >= 0),
  tx_hash      BYTEA            NOT NULL UNIQUE,
  raw          BYTEA            NOT NULL,
  purpose      TEXT             NOT NULL,
  status       operation_status NOT NULL DEFAULT 'stored',
  block_number BIGINT           NOT NULL DEFAULT 0,
  fee_wei      NUMERIC(20)      NOT NULL DEFAULT 0,  -- of the mined attempt: gas and value
  created_at   TIMESTAMPTZ      NOT NULL,
  updated_at   TIMESTAMPTZ      NOT NULL,
  PRIMARY KEY (operation_id, attempt)
);
-- Two operations never share a live nonce; one operation's attempts do.
CREATE UNIQUE INDEX operation_nonce_once ON chain_operations (chain_id, account, nonce, attempt)
  WHERE status <> 'dropped';
CREATE INDEX operations_by_nonce ON chain_operations (chain_id, account, nonce);
CREATE UNIQUE INDEX operation_mined_once ON chain_operations (operation_id)
  WHERE status IN ('confirmed', 'reverted');

-- -- people -------------------------------------------------------------------------------------

CREATE TABLE service_keys (
  id          TEXT PRIMARY KEY CHECK (id <> ''),
  name        TEXT     NOT NULL,
  secret_hash BYTEA    NOT NULL CHECK (octet_length(secret_hash) = 32),
  scopes      SMALLINT NOT NULL CHECK (scopes BETWEEN 1 AND 15),
  created_at  TIMESTAMPTZ NOT NULL,
  revoked_at  TIMESTAMPTZ
);

-- A later reader may count on this; a wrong start must not be committed.
DO $$
BEGIN
  ASSERT (SELECT count(*) FROM liquidity_buffer) = 1;
  ASSERT (SELECT (buffer_id, usdc_balance, min_buffer_size) = ('global', 0, 10000000000)
             AND max_buffer_size IS NULL FROM liquidity_buffer);
  ASSERT (SELECT count(*) = 4 AND sum(balance) = 0 FROM ledger_accounts);
END $$;
