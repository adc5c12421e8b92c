-- What the outside hears of the journal's entries: domain/events.hpp, whose numbers the types are. A row is
-- written in the commit of its entry, and numbers grow in the order of commits: whoever writes beside the
-- journal locks this table first (docs/decisions/0041).
CREATE TABLE events (
  id           BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  type         SMALLINT    NOT NULL CHECK (type >= 0),
  subject      BYTEA       NOT NULL CHECK (octet_length(subject) IN (0, 16, 32)),  -- an id, or a token
  user_address BYTEA       CHECK (octet_length(user_address) = 20),
  amount       BIGINT      NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL
);

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM events) = 0;
END $$;
