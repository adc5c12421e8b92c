-- The markets that were bet on: which condition an outcome token belongs to, and in which slot of its
-- payout vector. What a market is never changes; whether it is open is asked of the venue.
CREATE TABLE markets (
  condition_id BYTEA       PRIMARY KEY CHECK (octet_length(condition_id) = 32),
  neg_risk     BOOLEAN     NOT NULL,
  question     TEXT        NOT NULL,
  created_at   TIMESTAMPTZ NOT NULL
);
CREATE TABLE market_outcomes (
  token        BYTEA    PRIMARY KEY CHECK (octet_length(token) = 32),
  condition_id BYTEA    NOT NULL REFERENCES markets,
  slot         SMALLINT NOT NULL CHECK (slot >= 0),
  name         TEXT     NOT NULL,
  UNIQUE (condition_id, slot)
);
