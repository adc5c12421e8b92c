-- A conversion may execute its own delivery: that costs gas like its other transactions.
CREATE INDEX operations_of_conversions_2 ON chain_operations (created_at)
  WHERE purpose IN ('bridge', 'approve', 'swap', 'deliver');
DROP INDEX operations_of_conversions;
ALTER INDEX operations_of_conversions_2 RENAME TO operations_of_conversions;
