-- The tables that daemons which share this ledger need; what each column means is said in db/migration.

CREATE TABLE member (
  id words PRIMARY KEY,
  name words NOT NULL,
  version words NOT NULL,
  tables INTEGER NOT NULL,
  mark words NOT NULL,
  daemon INTEGER NOT NULL,
  process words NOT NULL,
  since BIGINT NOT NULL,
  beat BIGINT NOT NULL,
  state words NOT NULL
);
ALTER TABLE run ADD COLUMN owner words;
ALTER TABLE run ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN mark words;
CREATE INDEX run_by_owner ON run (owner) WHERE owner IS NOT NULL;
CREATE INDEX run_receiving ON run (source) WHERE state = 'RECEIVING';
ALTER TABLE job ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
CREATE TABLE upload_claim (
  project words NOT NULL,
  sha256 words NOT NULL,
  mime words NOT NULL,
  run_id words NOT NULL,
  path words NOT NULL,
  size BIGINT NOT NULL,
  member words,
  PRIMARY KEY (project, sha256, mime)
);

-- Whose files can be read where: each state folder that has runs in this ledger.
CREATE TABLE state_folder (
  mark words PRIMARY KEY
);
INSERT INTO state_folder (mark) SELECT mark FROM tie;
UPDATE run SET mark = (SELECT mark FROM tie);
DROP TABLE tie;

-- At most one row, and then nobody may use this ledger: see Suspension.
CREATE TABLE moved (
  mark words NOT NULL,                               -- of the state folder at the other end
  place words NOT NULL,
  state words NOT NULL                               -- COMING, GOING, GONE
);
