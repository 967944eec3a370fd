-- The oldest run that waits is asked for whenever a job is to be created.
CREATE INDEX run_waiting ON run (waits_project, created_at, id) WHERE waits_for IS NOT NULL;
