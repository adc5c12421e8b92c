-- What the venue charges above what was reserved for a bet is the house's loss: account 8,
-- venue_loss; posting kind 7, debit venue_loss, credit buffer (domain/journal.hpp).
ALTER TABLE ledger_accounts DROP CONSTRAINT ledger_accounts_account_check;
ALTER TABLE ledger_accounts ADD CONSTRAINT ledger_accounts_account_check
  CHECK (account IN (1, 2, 4, 5, 8));
INSERT INTO ledger_accounts (account) VALUES (8);

-- Then nothing of the bet is given back, and the excess is spent + fee - amount.
ALTER TABLE bets DROP CONSTRAINT bet_parts_sum_up;
ALTER TABLE bets ADD CONSTRAINT bet_parts_sum_up CHECK (CASE
  WHEN status = 'placing' THEN spent + fee + refunded = 0
  WHEN status = 'failed' THEN refunded = amount AND spent + fee = 0
  WHEN refunded = 0 THEN spent + fee >= amount
  ELSE spent + fee + refunded = amount END);

-- Each end that a human gave to a bet, with what was seen on the chain when it was given.
CREATE TABLE bet_resolutions (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bet_id      UUID        NOT NULL REFERENCES bets,
  status      bet_status  NOT NULL CHECK (status IN ('filled', 'failed')),
  shares      BIGINT      NOT NULL CHECK (shares >= 0),
  spent       BIGINT      NOT NULL CHECK (spent >= 0),
  fee         BIGINT      NOT NULL CHECK (fee >= 0),
  decided_by  TEXT        NOT NULL CHECK (decided_by <> ''),
  evidence    TEXT        NOT NULL CHECK (evidence <> ''),
  chain_words TEXT        NOT NULL CHECK (chain_words <> ''),
  created_at  TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER bet_resolutions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bet_resolutions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

DO $$
BEGIN
  ASSERT (SELECT count(*) = 5 FROM ledger_accounts);
  ASSERT (SELECT balance = 0 FROM ledger_accounts WHERE account = 8);
END $$;
