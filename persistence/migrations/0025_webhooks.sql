-- Who is told of events by HTTP: domain/webhooks.hpp. Secrets stand here as they are, because signing needs
-- them (docs/decisions/0046); those of a removed one are wiped.
CREATE TABLE webhooks (
  webhook_id       UUID        PRIMARY KEY,
  url              TEXT        NOT NULL CHECK (url <> ''),
  types            BIGINT      NOT NULL CHECK (types <> 0),  -- a bit for each event_type
  secret           BYTEA       NOT NULL,
  old_secret       BYTEA       NOT NULL DEFAULT '',
  old_secret_until TIMESTAMPTZ,
  hears_after      BIGINT      NOT NULL,                     -- events up to this one are not its affair
  created_at       TIMESTAMPTZ NOT NULL,
  updated_at       TIMESTAMPTZ NOT NULL,
  disabled_at      TIMESTAMPTZ,
  disabled_reason  TEXT        NOT NULL DEFAULT '',
  failing_since    TIMESTAMPTZ,
  removed_at       TIMESTAMPTZ,
  CHECK (removed_at IS NOT NULL OR octet_length(secret) BETWEEN 24 AND 64),
  CHECK ((disabled_at IS NULL) = (disabled_reason = ''))
);

-- The last event whose deliveries were made.
CREATE TABLE webhook_cursor (
  one   BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
  heard BIGINT  NOT NULL
);
INSERT INTO webhook_cursor (heard) SELECT coalesce(max(id), 0) FROM events;

CREATE TABLE webhook_deliveries (
  number      BIGINT      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook_id  UUID        NOT NULL REFERENCES webhooks,
  event       BIGINT,                                        -- NULL: a test
  type        SMALLINT    NOT NULL,
  status      SMALLINT    NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 3),
  tries       SMALLINT    NOT NULL DEFAULT 0 CHECK (tries >= 0),
  created_at  TIMESTAMPTZ NOT NULL,
  next_try_at TIMESTAMPTZ NOT NULL,
  last_try_at TIMESTAMPTZ,
  last_status SMALLINT    NOT NULL DEFAULT 0,
  last_error  TEXT        NOT NULL DEFAULT '',
  last_ms     INTEGER     NOT NULL DEFAULT 0,
  UNIQUE (webhook_id, event)
) WITH (fillfactor = 80);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_try_at, number) WHERE status = 0;
CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (webhook_id, number);

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM webhook_cursor) = 1;
END $$;
