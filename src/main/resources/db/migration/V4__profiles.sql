-- Whose settings a run goes by.
ALTER TABLE run ADD COLUMN profile VARCHAR(100) NOT NULL DEFAULT 'default';

-- Whether it stays where it is until it is let go on.
ALTER TABLE run ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX run_held ON run (held) WHERE held = 1;
