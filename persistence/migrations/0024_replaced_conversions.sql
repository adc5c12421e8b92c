-- A conversion that has sent nothing may hand its deposits on to another, by another route (docs/decisions/0044). From that
-- commit on 0019's trigger refuses whatever its route had under way, for it does not run any more.
ALTER TYPE conversion_status ADD VALUE 'replaced';
ALTER TABLE conversions
  ADD COLUMN replaced_by UUID REFERENCES conversions,  -- NULL: it was not
  ADD CHECK ((status::text = 'replaced') = (replaced_by IS NOT NULL));
