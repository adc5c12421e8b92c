-- Whose an operation is stands beside it from the commit on that stores it: a conversion's steps name it only once its
-- wallet has answered.
ALTER TABLE chain_operations ADD COLUMN conversion_id UUID;     -- NULL: of none
ALTER TABLE external_operations ADD COLUMN conversion_id UUID;  -- likewise
UPDATE chain_operations o SET conversion_id = n.conversion_id
  FROM (SELECT c.conversion_id, operation::uuid AS operation_id
        FROM conversions c, jsonb_array_elements(c.steps) step,
             jsonb_array_elements_text(CASE jsonb_typeof(step->'operations') WHEN 'array' THEN step->'operations'
                                       ELSE '[]' END) operation) n
  WHERE o.operation_id = n.operation_id;

CREATE INDEX operations_by_conversion ON chain_operations (conversion_id, status) WHERE conversion_id IS NOT NULL;
CREATE INDEX external_operations_by_conversion ON external_operations (conversion_id) WHERE conversion_id IS NOT NULL;
-- What conversions cost, whatever their routes are made of.
DROP INDEX operations_of_conversions;
CREATE INDEX operations_of_conversions ON chain_operations (created_at) WHERE conversion_id IS NOT NULL;

-- Whatever believes that a conversion may send: it must run, and no operator may hold or have ended it, for then it is
-- paid by hand. The row is locked as an order locks it (FOR UPDATE), so that the one sees the other.
CREATE FUNCTION refuse_operation_of_conversion() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM conversions WHERE conversion_id = NEW.conversion_id AND status = 'running' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'conversion % does not run: it sends nothing', NEW.conversion_id USING ERRCODE = 'HR005';
  END IF;
  IF (SELECT o.word FROM conversion_orders o WHERE o.conversion_id = NEW.conversion_id
      ORDER BY o.number DESC LIMIT 1) IN ('hold', 'settle', 'write_off') THEN
    RAISE EXCEPTION 'conversion % is held or ended by an order: it sends nothing', NEW.conversion_id
      USING ERRCODE = 'HR005';
  END IF;
  RETURN NEW;
END $$;
-- Not of what is stored already: a held one's transaction may need a higher fee to get mined at all.
CREATE TRIGGER conversion_may_send BEFORE INSERT ON chain_operations
  FOR EACH ROW WHEN (NEW.conversion_id IS NOT NULL AND NEW.attempt = 0)
  EXECUTE FUNCTION refuse_operation_of_conversion();
CREATE TRIGGER conversion_may_ask BEFORE INSERT ON external_operations
  FOR EACH ROW WHEN (NEW.conversion_id IS NOT NULL) EXECUTE FUNCTION refuse_operation_of_conversion();
CREATE TRIGGER external_operations_keep_their_conversion BEFORE UPDATE OF conversion_id ON external_operations
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
