-- How often the work on a run has ended the process with an error, or got stuck, since the run last
-- moved to another state. With one strike it is tried last and alone; with two it is held (held = 2).
ALTER TABLE run ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0;

-- What it was tried with then: it is tried once more with more memory, or by another version.
ALTER TABLE run ADD COLUMN tried_memory BIGINT;
ALTER TABLE run ADD COLUMN tried_version VARCHAR(100);
