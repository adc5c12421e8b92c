-- Who asked for a change: "key:<id>" of a service key, "user:<address>" who signed, "cli:<name>" of
-- an operator at the machine. Empty: from before this was kept.
ALTER TABLE bets ADD COLUMN placed_by TEXT NOT NULL DEFAULT '';

-- What operators did, written in the commit that does it.
CREATE TABLE operator_actions (
  action_id  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  done_by    TEXT        NOT NULL,
  action     TEXT        NOT NULL CHECK (action <> ''),
  target     TEXT        NOT NULL,
  detail     JSONB       NOT NULL,
  created_at TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER operator_actions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_actions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Six scopes now: read 1, trade 2, inspect 4, admin 8, withdraw 16, operate 32.
ALTER TABLE service_keys DROP CONSTRAINT service_keys_scopes_check;
ALTER TABLE service_keys ADD CONSTRAINT service_keys_scopes_check CHECK (scopes BETWEEN 1 AND 63);

-- A user's money on its way is asked for with every GET /balance, however many deposits there were.
CREATE INDEX deposits_on_their_way ON deposits (user_address, created_at)
  WHERE status IN ('settling', 'pending');

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM bets WHERE placed_by <> '') = 0;
  ASSERT (SELECT count(*) FROM operator_actions) = 0;
END $$;
