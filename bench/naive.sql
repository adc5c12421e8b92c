-- The naive design, for comparison: one transaction per bet, the singleton row locked until its
-- commit. Lighter than our books: no postings, no second index, no daily volume.
CREATE TABLE naive_users (
  id      BIGINT PRIMARY KEY,
  balance BIGINT NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 60);
CREATE TABLE naive_buffer (
  id           INT PRIMARY KEY,
  usdc_balance BIGINT NOT NULL CHECK (usdc_balance >= 0)
) WITH (fillfactor = 10);
CREATE TABLE naive_bets (
  bet_id       UUID PRIMARY KEY,
  user_id      BIGINT NOT NULL,
  amount       BIGINT NOT NULL CHECK (amount > 0),
  max_price    BIGINT NOT NULL,
  signed_order BYTEA NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL
);
INSERT INTO naive_users SELECT n, 1000000000000 FROM generate_series(1, :users) n;
INSERT INTO naive_buffer VALUES (1, 1000000000000000);
VACUUM ANALYZE;
