-- A payer's own names for a payment (Idempotency-Key, x402's payment-identifier), as keccak-256: a
-- second signature under the same name is the same deposit, and is never settled.
ALTER TABLE deposits
  ADD COLUMN idempotency_key    BYTEA,
  ADD COLUMN payment_identifier BYTEA,
  ADD CHECK (octet_length(idempotency_key) = 32),
  ADD CHECK (octet_length(payment_identifier) = 32);
CREATE UNIQUE INDEX deposits_idempotency_key ON deposits (user_address, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE UNIQUE INDEX deposits_payment_identifier ON deposits (user_address, payment_identifier)
  WHERE payment_identifier IS NOT NULL;
