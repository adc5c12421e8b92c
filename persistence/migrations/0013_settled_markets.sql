-- Fails the statement when new bets are on markets that are being paid out, or were (HR003).
CREATE FUNCTION refuse_settled(bets BIGINT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
BEGIN
  IF bets > 0 THEN
    RAISE EXCEPTION '% bets are on settled markets', bets USING ERRCODE = 'HR003';
  END IF;
  RETURN true;
END $$;
