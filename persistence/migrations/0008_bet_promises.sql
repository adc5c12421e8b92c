-- Bets whose askers were told `placing` before the books knew them, and how those ended that were
-- refused: their ids are understood after a restart too. A bet that is in `bets` is what that says.
CREATE TABLE bet_promises (
  bet_id       UUID        PRIMARY KEY,
  user_address BYTEA       NOT NULL CHECK (octet_length(user_address) = 20),
  token        BYTEA       NOT NULL CHECK (octet_length(token) = 32),
  amount       BIGINT      NOT NULL CHECK (amount > 0),
  max_price    BIGINT      NOT NULL CHECK (max_price > 0),
  status       bet_status  NOT NULL CHECK (status IN ('placing', 'failed')),
  failure      TEXT        NOT NULL,
  deadline     TIMESTAMPTZ NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL,
  placed_by    TEXT        NOT NULL,
  kept_until   TIMESTAMPTZ NOT NULL
);
CREATE INDEX bet_promises_kept_until ON bet_promises (kept_until);
