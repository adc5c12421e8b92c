-- The outbox for REST services: what was signed, stored before it is sent. Numbers of a status are
-- those of domain/external_operation.hpp.
CREATE TABLE external_operations (
  operation_id UUID        PRIMARY KEY,
  service      TEXT        NOT NULL CHECK (service <> ''),
  account      BYTEA       NOT NULL CHECK (octet_length(account) = 20),
  sequence     BIGINT      NOT NULL CHECK (sequence >= 0),
  request_hash BYTEA       NOT NULL CHECK (octet_length(request_hash) = 32),
  request      BYTEA       NOT NULL,  -- sent again exactly so
  give_up_at   TIMESTAMPTZ NOT NULL,
  purpose      TEXT        NOT NULL,
  status       SMALLINT    NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 4),
  remote_id    TEXT        NOT NULL DEFAULT '',
  tx_hash      BYTEA       CHECK (octet_length(tx_hash) = 32),
  detail       TEXT        NOT NULL DEFAULT '',
  created_at   TIMESTAMPTZ NOT NULL,
  updated_at   TIMESTAMPTZ NOT NULL
);
-- An account's operations share its sequence: one at a time.
CREATE UNIQUE INDEX external_operation_open_once ON external_operations (service, account)
  WHERE status IN (0, 1);
-- What was signed stays.
CREATE TRIGGER external_operations_keep_their_request
  BEFORE UPDATE OF operation_id, service, account, sequence, request_hash, request, give_up_at,
    purpose, created_at OR DELETE OR TRUNCATE ON external_operations
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
