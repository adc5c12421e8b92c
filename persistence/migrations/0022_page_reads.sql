-- What a user's page reads: their sales, and their positions that have a result.
CREATE INDEX sales_by_user ON sales (user_address, created_at);
CREATE INDEX positions_settled_by_user ON positions (user_address, updated_at) WHERE result <> 'none';
