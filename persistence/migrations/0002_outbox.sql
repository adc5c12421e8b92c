-- The outbox grows for ever; what is read of it often must not be a scan of it all.
CREATE INDEX operations_stored ON chain_operations (chain_id, account, nonce, attempt)
  WHERE status = 'stored';
CREATE INDEX operations_of_conversions ON chain_operations (created_at)
  WHERE purpose IN ('bridge', 'approve', 'swap');

-- More than 18.4 coins: a bridge may ask for that.
ALTER TABLE chain_operations ALTER COLUMN fee_wei TYPE NUMERIC(39);
