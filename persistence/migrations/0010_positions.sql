-- What becomes of bought shares: positions, the sales that take from them, and the settlements that
-- end them. Numbers of accounts and kinds are those of domain/ledger.hpp, words those of
-- domain/positions.hpp.

-- What payouts leave over after rounding is the house's: account 7, revenue.
ALTER TABLE ledger_accounts DROP CONSTRAINT ledger_accounts_account_check;
ALTER TABLE ledger_accounts ADD CONSTRAINT ledger_accounts_account_check
  CHECK (account IN (1, 2, 4, 5, 7, 8));
INSERT INTO ledger_accounts (account) VALUES (7);

CREATE TYPE settlement_result AS ENUM ('none', 'won', 'lost', 'split');
ALTER TABLE bets
  ADD COLUMN result settlement_result NOT NULL DEFAULT 'none',
  ADD COLUMN payout BIGINT            NOT NULL DEFAULT 0 CHECK (payout >= 0),
  ADD CONSTRAINT bet_settled_with_result CHECK ((status = 'settled') = (result <> 'none'));

-- -- positions ----------------------------------------------------------------------------------

-- One row for each user and token, kept by the statements that end bets and sales; all of it can be
-- recomputed from those. Once it has a result its shares stay what was paid.
CREATE TABLE positions (
  token        BYTEA             NOT NULL CHECK (octet_length(token) = 32),
  user_address BYTEA             NOT NULL CHECK (octet_length(user_address) = 20),
  shares       BIGINT            NOT NULL,            -- free to be sold
  selling      BIGINT            NOT NULL DEFAULT 0,  -- offered by sales in `placing`
  cost         BIGINT            NOT NULL CHECK (cost >= 0),
  result       settlement_result NOT NULL DEFAULT 'none',
  payout       BIGINT            NOT NULL DEFAULT 0 CHECK (payout >= 0),
  payout_id    UUID,
  since        TIMESTAMPTZ       NOT NULL,  -- no bet of it is older
  updated_at   TIMESTAMPTZ       NOT NULL,
  PRIMARY KEY (token, user_address),
  CONSTRAINT position_shares_never_negative CHECK (shares >= 0),
  CONSTRAINT position_selling_never_negative CHECK (selling >= 0),
  CONSTRAINT position_settled_whole CHECK (result = 'none' OR selling = 0),
  CHECK ((result = 'none') = (payout_id IS NULL))
) WITH (fillfactor = 60);  -- no index on what bets and sales change: updates stay HOT
CREATE INDEX positions_by_user ON positions (user_address);
-- What is open stays small beside what was ever settled.
CREATE INDEX positions_open ON positions (token, user_address) WHERE result = 'none';

INSERT INTO positions (token, user_address, shares, cost, since, updated_at)
  SELECT token, user_address, sum(shares)::bigint, sum(spent + fee)::bigint, min(created_at),
         max(updated_at)
  FROM bets WHERE status = 'filled' AND shares > 0 GROUP BY token, user_address;

-- -- sales --------------------------------------------------------------------------------------

CREATE TYPE sale_status AS ENUM ('placing', 'sold', 'failed');
CREATE TABLE sales (
  sale_id      UUID PRIMARY KEY,
  user_address BYTEA       NOT NULL,
  token        BYTEA       NOT NULL,
  shares       BIGINT      NOT NULL CHECK (shares > 0),
  min_price    BIGINT      NOT NULL,
  status       sale_status NOT NULL DEFAULT 'placing',
  sold         BIGINT      NOT NULL DEFAULT 0,
  proceeds     BIGINT      NOT NULL DEFAULT 0,
  fee          BIGINT      NOT NULL DEFAULT 0,
  cost         BIGINT      NOT NULL DEFAULT 0 CHECK (cost >= 0),  -- of the position, gone with it
  failure      TEXT        NOT NULL DEFAULT '',
  request_hash BYTEA       NOT NULL,
  order_hash   BYTEA       NOT NULL,
  signed_order BYTEA       NOT NULL,
  deadline     TIMESTAMPTZ,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  placed_by    TEXT        NOT NULL DEFAULT '',
  CONSTRAINT sale_parts_fit CHECK (CASE
    WHEN status = 'sold' THEN sold BETWEEN 1 AND shares AND fee BETWEEN 0 AND proceeds
    ELSE sold = 0 AND proceeds = 0 AND fee = 0 AND cost = 0 END)
);
CREATE INDEX sales_placing ON sales (created_at) WHERE status = 'placing';

-- -- settlements --------------------------------------------------------------------------------

-- A share of slot i pays numerators[i + 1] / denominator; both are the chain's, up to 2^64.
CREATE TYPE settlement_status AS ENUM ('open', 'closed');
CREATE TABLE settlements (
  condition_id BYTEA             PRIMARY KEY REFERENCES markets,
  numerators   NUMERIC(20)[]     NOT NULL CHECK (cardinality(numerators) >= 2),
  denominator  NUMERIC(20)       NOT NULL CHECK (denominator > 0),
  status       settlement_status NOT NULL DEFAULT 'open',
  received     BIGINT            NOT NULL DEFAULT 0 CHECK (received >= 0),
  paid         BIGINT            NOT NULL DEFAULT 0 CHECK (paid >= 0),
  remainder    BIGINT            NOT NULL DEFAULT 0 CHECK (remainder >= 0),
  created_at   TIMESTAMPTZ       NOT NULL,
  updated_at   TIMESTAMPTZ       NOT NULL,
  CONSTRAINT settlement_pays_what_it_received CHECK (paid + remainder <= received),
  CHECK (status = 'open' OR paid + remainder = received)
);
CREATE INDEX settlements_open ON settlements (condition_id) WHERE status = 'open';

CREATE TABLE redemptions (
  operation_id UUID        PRIMARY KEY,
  condition_id BYTEA       NOT NULL REFERENCES settlements,
  account      BYTEA       NOT NULL CHECK (octet_length(account) = 20),
  tx_hash      BYTEA       NOT NULL CHECK (octet_length(tx_hash) = 32),
  received     BIGINT      NOT NULL CHECK (received >= 0),
  burned       BIGINT[]    NOT NULL,  -- by outcome slot
  created_at   TIMESTAMPTZ NOT NULL,
  -- One receipt is one redemption of a condition for an account, whatever it is called.
  CONSTRAINT redemption_once UNIQUE (condition_id, account, tx_hash)
);

-- One that is opened again by a late redemption is closed again.
CREATE TABLE settlement_closings (
  closing_id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  condition_id BYTEA       NOT NULL REFERENCES settlements,
  reference    UUID        NOT NULL UNIQUE,  -- of its posting
  remainder    BIGINT      NOT NULL CHECK (remainder >= 0),
  created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX settlement_closings_by_condition ON settlement_closings (condition_id, closing_id);

DO $$
BEGIN
  ASSERT (SELECT count(*) = 6 FROM ledger_accounts);
  ASSERT (SELECT balance = 0 FROM ledger_accounts WHERE account = 7);
  ASSERT (SELECT coalesce(sum(shares), 0) FROM positions)
       = (SELECT coalesce(sum(shares), 0) FROM bets WHERE status = 'filled');
  ASSERT (SELECT coalesce(sum(cost), 0) FROM positions)
       = (SELECT coalesce(sum(spent + fee), 0) FROM bets WHERE status = 'filled' AND shares > 0);
END $$;
