-- Several nodes over one database (docs/decisions/0048): which there are, which of them keeps the house, and how a keeper is
-- replaced. A process alone (cluster.enabled false) touches none of it.

-- One row a life of a node. Its number is never used again: journals, leases and accusations are of a life, not of a name.
CREATE TABLE cluster_nodes (
  incarnation  BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name         TEXT NOT NULL CHECK (name <> ''),
  address      TEXT NOT NULL,  -- "host:port" where peers knock
  release      TEXT NOT NULL,
  wire_version INT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('up', 'left', 'dead')),
  beat         TIMESTAMPTZ NOT NULL,  -- when it was heard of last
  well_since   TIMESTAMPTZ NOT NULL,  -- since when it can be heard: whoever was not, may accuse nobody
  joined_at    TIMESTAMPTZ NOT NULL,
  ended_at     TIMESTAMPTZ,
  reason       TEXT NOT NULL DEFAULT '',
  CHECK ((state = 'up') = (ended_at IS NULL))
) WITH (fillfactor = 20);
CREATE UNIQUE INDEX one_life_per_name ON cluster_nodes (name) WHERE state = 'up';

-- What is owned. One unit so far, the whole house; the user units 0 to 1023 are kept free.
CREATE TABLE cluster_units (
  unit  INT PRIMARY KEY,
  role  TEXT NOT NULL UNIQUE,
  owner BIGINT REFERENCES cluster_nodes,
  epoch BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 40);
INSERT INTO cluster_units (unit, role) VALUES (1024, 'house');

-- Who owned it when. 30 days.
CREATE TABLE cluster_moves (
  unit  INT NOT NULL,
  epoch BIGINT NOT NULL,
  owner BIGINT,  -- NULL: nobody
  at    TIMESTAMPTZ NOT NULL,
  why   TEXT NOT NULL,
  PRIMARY KEY (unit, epoch)
);

-- Advisory locks: (4711, 0) whoever changes who owns what; (4712, incarnation) the journal of that life, while its session lives;
-- (4713, incarnation) the heart of that life, likewise.

CREATE FUNCTION cluster_holds(space INT, life BIGINT) RETURNS BOOL LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = space::oid
    AND objid = life::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
$$;

CREATE FUNCTION cluster_give(life BIGINT, reason TEXT) RETURNS VOID LANGUAGE sql AS $$
  WITH moved AS (UPDATE cluster_units SET owner = life, epoch = epoch + 1 WHERE role = 'house' RETURNING unit, epoch, owner)
  INSERT INTO cluster_moves (unit, epoch, owner, at, why) SELECT unit, epoch, owner, clock_timestamp(), reason FROM moved;
  DELETE FROM cluster_moves WHERE at < clock_timestamp() - interval '30 days';
$$;

CREATE FUNCTION cluster_end_sessions(space INT, life BIGINT) RETURNS VOID LANGUAGE sql AS $$
  SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = space::oid
    AND objid = life::oid AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
$$;

-- Ends the session of a life's journal and waits until it is gone with whatever it was about to commit. A journal that opens
-- meanwhile waits for its lock, and looks behind it.
CREATE FUNCTION cluster_end_journal(life BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cluster_end_sessions(4712, life);
  PERFORM pg_advisory_xact_lock(4712, life::int);
END $$;

-- Declares a life dead once its journal is gone; its heart's session, too: it hears of it at its next beat.
CREATE FUNCTION cluster_bury(victim BIGINT, proof TEXT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  PERFORM cluster_end_sessions(4713, victim);
  PERFORM cluster_end_journal(victim);
  UPDATE cluster_nodes SET state = 'dead', ended_at = clock_timestamp(), reason = proof WHERE incarnation = victim AND state = 'up';
  IF EXISTS (SELECT 1 FROM cluster_units WHERE role = 'house' AND owner = victim) THEN
    PERFORM cluster_give(NULL, proof);
  END IF;
END $$;

-- A new life. `refused`: the name lives, or the others speak another wire version.
CREATE FUNCTION cluster_enter(own_name TEXT, own_address TEXT, own_release TEXT, own_wire INT, OUT life BIGINT, OUT refused TEXT)
LANGUAGE plpgsql AS $$
DECLARE other RECORD;
BEGIN
  PERFORM set_config('synchronous_commit', 'on', true);  -- a heart's session has it off
  PERFORM pg_advisory_xact_lock(4711, 0);
  refused := '';
  SELECT * INTO other FROM cluster_nodes WHERE name = own_name AND state = 'up';
  IF FOUND THEN
    IF other.beat > clock_timestamp() - interval '10 seconds'  -- a machine without power leaves its sessions behind
      AND (cluster_holds(4712, other.incarnation) OR cluster_holds(4713, other.incarnation)) THEN
      refused := 'a node called ' || own_name || ' lives, at ' || other.address;
      RETURN;
    END IF;
    PERFORM cluster_bury(other.incarnation, 'gone');
  END IF;
  SELECT * INTO other FROM cluster_nodes n WHERE state = 'up' AND wire_version <> own_wire
    AND (beat > clock_timestamp() - interval '10 seconds' OR cluster_holds(4713, n.incarnation)) LIMIT 1;
  IF FOUND THEN
    refused := own_name || ' speaks wire ' || own_wire || ', this cluster speaks wire ' || other.wire_version || ': stop its nodes first';
    RETURN;
  END IF;
  DELETE FROM cluster_nodes n WHERE ended_at < clock_timestamp() - interval '30 days'
    AND NOT EXISTS (SELECT 1 FROM cluster_units u WHERE u.owner = n.incarnation);
  INSERT INTO cluster_nodes (name, address, release, wire_version, state, beat, well_since, joined_at)
    VALUES (own_name, own_address, own_release, own_wire, 'up', clock_timestamp(), clock_timestamp(), clock_timestamp())
    RETURNING incarnation INTO life;
END $$;

-- `proof`: '' (nobody keeps the house), 'late', 'refused'. Answers ours, busy, not_proven or dead.
CREATE FUNCTION cluster_take(me BIGINT, proof TEXT, dead_after INTERVAL) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE other RECORD;
BEGIN
  PERFORM set_config('synchronous_commit', 'on', true);
  IF NOT pg_try_advisory_xact_lock(4711, 0) THEN RETURN 'busy'; END IF;
  IF NOT EXISTS (SELECT 1 FROM cluster_nodes WHERE incarnation = me AND state = 'up') THEN RETURN 'dead'; END IF;
  -- Locked: a beat of the keeper was before this look, or finds that it is dead.
  SELECT n.* INTO other FROM cluster_units u JOIN cluster_nodes n ON n.incarnation = u.owner WHERE u.role = 'house' FOR UPDATE OF n;
  IF FOUND THEN
    IF other.incarnation = me THEN RETURN 'ours'; END IF;
    CASE proof
      WHEN 'late' THEN  -- by one clock, and an outage of the database kills nobody
        IF other.beat >= clock_timestamp() - dead_after OR EXISTS (SELECT 1 FROM cluster_nodes
          WHERE incarnation = me AND well_since >= clock_timestamp() - dead_after) THEN RETURN 'not_proven'; END IF;
      WHEN 'refused' THEN
        IF cluster_holds(4712, other.incarnation) OR cluster_holds(4713, other.incarnation) THEN RETURN 'not_proven'; END IF;
      ELSE RETURN 'not_proven';
    END CASE;
    PERFORM cluster_bury(other.incarnation, proof);
  ELSIF EXISTS (SELECT 1 FROM cluster_nodes WHERE state = 'dead' AND beat >= clock_timestamp() - dead_after) THEN
    RETURN 'busy';  -- who was declared dead while it lived may believe itself for a moment still
  END IF;
  PERFORM cluster_give(me, CASE WHEN other.incarnation IS NULL THEN 'free' ELSE proof END);
  UPDATE cluster_nodes SET beat = clock_timestamp() WHERE incarnation = me;
  RETURN 'ours';
END $$;

CREATE FUNCTION cluster_leave(me BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'on', true);
  PERFORM pg_advisory_xact_lock(4711, 0);
  PERFORM cluster_end_journal(me);
  UPDATE cluster_nodes SET state = 'left', ended_at = clock_timestamp(), reason = 'left' WHERE incarnation = me AND state = 'up';
  IF EXISTS (SELECT 1 FROM cluster_units WHERE role = 'house' AND owner = me) THEN
    PERFORM cluster_give(NULL, 'left');
  END IF;
END $$;

DO $$
BEGIN
  ASSERT (SELECT count(*) FROM cluster_units WHERE owner IS NULL) = 1;
  ASSERT cluster_take(1, '', interval '1 second') = 'dead';
END $$;
