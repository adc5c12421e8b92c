-- Each end that a human gave to a sale, with what was seen on the chain when it was given.
CREATE TABLE sale_resolutions (
  id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sale_id     UUID        NOT NULL REFERENCES sales,
  status      sale_status NOT NULL CHECK (status IN ('sold', 'failed')),
  sold        BIGINT      NOT NULL CHECK (sold >= 0),
  proceeds    BIGINT      NOT NULL CHECK (proceeds >= 0),
  fee         BIGINT      NOT NULL CHECK (fee >= 0),
  decided_by  TEXT        NOT NULL CHECK (decided_by <> ''),
  evidence    TEXT        NOT NULL CHECK (evidence <> ''),
  chain_words TEXT        NOT NULL CHECK (chain_words <> ''),
  created_at  TIMESTAMPTZ NOT NULL
);
CREATE TRIGGER sale_resolutions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sale_resolutions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
