-- Keys that may sign a user's bets, within bounds: domain/delegations.hpp.
CREATE TABLE delegations (
  delegation_id UUID        PRIMARY KEY,
  user_address  BYTEA       NOT NULL CHECK (octet_length(user_address) = 20),
  public_key    BYTEA       NOT NULL CHECK (octet_length(public_key) = 65),
  per_bet       BIGINT      NOT NULL CHECK (per_bet > 0),
  total         BIGINT      NOT NULL CHECK (total >= per_bet),
  used          BIGINT      NOT NULL DEFAULT 0,
  created_at    TIMESTAMPTZ NOT NULL,
  expires_at    TIMESTAMPTZ NOT NULL,
  revoked_at    TIMESTAMPTZ,
  revoked_by    TEXT        NOT NULL DEFAULT '',
  CONSTRAINT delegation_bounds_hold CHECK (used BETWEEN 0 AND total),
  CHECK (expires_at > created_at),
  CHECK ((revoked_at IS NULL) = (revoked_by = ''))
) WITH (fillfactor = 60);
CREATE INDEX delegations_of_users ON delegations (user_address, created_at);

-- The delegation that a bet was placed under, by its placed_by; NULL: none.
CREATE FUNCTION delegation_in(placed_by TEXT) RETURNS UUID LANGUAGE sql IMMUTABLE
  RETURN CASE WHEN strpos(placed_by, ' delegation:') > 0
              THEN split_part(placed_by, ' delegation:', 2)::uuid END;

-- Fails the statement when a delegation does not allow a bet of it (HR007), or has ended (HR006).
CREATE FUNCTION require_delegation(lives BOOLEAN, allowed BOOLEAN) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  IF lives IS NOT TRUE THEN
    RAISE EXCEPTION 'the delegation has ended' USING ERRCODE = 'HR006';
  END IF;
  IF allowed IS NOT TRUE THEN
    RAISE EXCEPTION 'the delegation does not allow this bet' USING ERRCODE = 'HR007';
  END IF;
  RETURN true;
END $$;

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM delegations) = 0;
END $$;
