-- What of a payment is the house's and not the payer's: decided when the payment is taken, booked
-- with its credit (posting kind 15: debit in_transit, credit revenue).
ALTER TABLE deposits
  ADD COLUMN fee BIGINT NOT NULL DEFAULT 0 CHECK (fee >= 0),
  ADD CONSTRAINT fee_leaves_something CHECK (fee < amount);

DO $$
BEGIN
  ASSERT (SELECT count(*) = 0 FROM deposits WHERE fee <> 0);
END $$;
