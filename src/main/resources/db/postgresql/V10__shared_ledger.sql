-- Which dropped file is which, on every machine; said in db/migration. The first word is the file itself.
ALTER TABLE run ADD COLUMN identity words;
CREATE INDEX run_by_identity ON run (split_part(identity, ' ', 1)) WHERE identity IS NOT NULL;

-- What each member has written, so that it notices if the ledger goes back: see OwnWrites. Not in member, whose
-- row a heartbeat changes, which must not wait until a transaction is over.
CREATE TABLE member_write (
  member words PRIMARY KEY REFERENCES member (id) ON DELETE CASCADE,
  writes BIGINT NOT NULL,                            -- transactions
  at BIGINT NOT NULL                                 -- when the last one began
) WITH (fillfactor = 50);

-- How long a member may be silent, by its own setting; others may have another one for a while.
ALTER TABLE member ADD COLUMN silence BIGINT NOT NULL DEFAULT 60000;   -- milliseconds
CREATE INDEX upload_claim_by_run ON upload_claim (run_id);
