-- Daemons that share a ledger on a server. In a ledger of a state folder these stay empty: there, files say
-- who works on what.

-- A process that works on runs, from when it starts to when it is forgotten.
CREATE TABLE member (
  id         VARCHAR(40)  PRIMARY KEY,
  name       VARCHAR(200) NOT NULL,                 -- member.name
  version    VARCHAR(100) NOT NULL,                 -- of the program
  tables     INTEGER      NOT NULL,                 -- the newest migration that it knows
  mark       VARCHAR(40)  NOT NULL,                 -- of its state folder
  daemon     INTEGER      NOT NULL,                 -- else a command, which ends soon
  process    VARCHAR(200) NOT NULL,                 -- where it runs: machine, number, start
  since      BIGINT       NOT NULL,
  beat       BIGINT       NOT NULL,                 -- its last heartbeat, by the clock of the server
  state      VARCHAR(20)  NOT NULL                  -- UP, DRAINING, GONE: then its runs are free
);

-- Who works on a run. The fence grows whenever the owner changes; a write with an older one is refused.
ALTER TABLE run ADD COLUMN owner VARCHAR(40);
ALTER TABLE run ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN mark VARCHAR(40);        -- of the state folder that has its files
CREATE INDEX run_by_owner ON run (owner) WHERE owner IS NOT NULL;
CREATE INDEX run_receiving ON run (source) WHERE state = 'RECEIVING';

-- The fence of its run when the service was about to be asked to create it.
ALTER TABLE job ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;

-- Contents that a member uploads now, or that wait for whoever has time.
CREATE TABLE upload_claim (
  project    VARCHAR(40)   NOT NULL,
  sha256     VARCHAR(64)   NOT NULL,
  mime       VARCHAR(200)  NOT NULL,
  run_id     VARCHAR(40)   NOT NULL,                -- that needs it
  path       VARCHAR(4000) NOT NULL,
  size       BIGINT        NOT NULL,
  member     VARCHAR(40),                           -- NULL: nobody yet
  PRIMARY KEY (project, sha256, mime)
);
