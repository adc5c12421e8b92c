-- Who is signed in: domain/sessions.hpp. The tokens themselves are stored nowhere.

-- Numbers the changes, in the order of their commits: there is one writer. Readers keep up by it.
CREATE SEQUENCE session_changes;

CREATE TABLE sessions (
  token_hash   BYTEA       PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  nonce_hash   BYTEA       NOT NULL UNIQUE CHECK (octet_length(nonce_hash) = 32),
  user_address BYTEA       CHECK (octet_length(user_address) = 20),
  key_id       TEXT        CHECK (key_id <> ''),
  created_at   TIMESTAMPTZ NOT NULL,
  expires_at   TIMESTAMPTZ NOT NULL,
  closed_at    TIMESTAMPTZ,
  change       BIGINT      NOT NULL DEFAULT nextval('session_changes'),
  CHECK ((user_address IS NULL) <> (key_id IS NULL)),
  CHECK (expires_at > created_at)
);
CREATE UNIQUE INDEX sessions_by_change ON sessions (change);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_of_users ON sessions (user_address, created_at) WHERE closed_at IS NULL;
CREATE INDEX sessions_of_keys ON sessions (key_id, created_at) WHERE closed_at IS NULL;

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM sessions) = 0;
END $$;
