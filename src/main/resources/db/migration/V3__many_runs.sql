-- The oldest run that waits is asked for whenever a job is to be created.
CREATE INDEX run_waiting ON run (waits_project, created_at, id) WHERE waits_for IS NOT NULL;
CREATE INDEX run_waiting_by_age ON run (created_at, id) WHERE waits_for IS NOT NULL;

-- A million finished runs must not slow down what is asked for each new one.
CREATE INDEX run_by_output ON run (output);
CREATE INDEX run_by_name ON run (name, created_at);
CREATE INDEX run_by_creation ON run (created_at);
CREATE INDEX run_by_end ON run (state, updated_at);
CREATE INDEX run_by_leader ON run (leader) WHERE leader IS NOT NULL;
CREATE INDEX run_dry ON run (dry_run) WHERE dry_run = 1;
