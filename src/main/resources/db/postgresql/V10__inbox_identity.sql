-- Which dropped file is which, on every machine; said in db/migration. The first word is the file itself.
ALTER TABLE run ADD COLUMN identity words;
CREATE INDEX run_by_identity ON run (split_part(identity, ' ', 1)) WHERE identity IS NOT NULL;
