-- Runs that wait for the same room take turns; a run of priority 9 gets nine times the share of one of 1.
ALTER TABLE run ADD COLUMN priority INTEGER NOT NULL DEFAULT 5;
ALTER TABLE run ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0; -- by a person: nothing more is sent

-- What its requests put in: as estimated for each kind of content ("latin=1200,image=516"), and in
-- all, corrected by what the service has counted before.
ALTER TABLE job ADD COLUMN tokens_by_kind VARCHAR(1000);
ALTER TABLE job ADD COLUMN tokens BIGINT NOT NULL DEFAULT 0;

-- Its place among the jobs of its project that wait, from when it waits: the lowest is next.
ALTER TABLE job ADD COLUMN turn DOUBLE PRECISION;

-- Jobs of several runs that are one job to the service. Until that has ended they move together.
ALTER TABLE job ADD COLUMN pack VARCHAR(40);
ALTER TABLE job ADD COLUMN pack_most INTEGER; -- how many may be in its next pack, after a refusal
CREATE INDEX job_by_pack ON job (pack) WHERE pack IS NOT NULL;

-- How far the turns of a project have come.
CREATE TABLE turn (
  project VARCHAR(40)      PRIMARY KEY,
  now     DOUBLE PRECISION NOT NULL
);

-- What the service counted for requests of one kind, beside what was estimated for them.
CREATE TABLE token_factor (
  model      VARCHAR(200) NOT NULL,
  kind       VARCHAR(40)  NOT NULL,
  estimated  BIGINT       NOT NULL,
  counted    BIGINT       NOT NULL,
  updated_at BIGINT       NOT NULL,
  PRIMARY KEY (model, kind)
);

-- How many tokens of a model a project may have enqueued, as far as the service has shown it.
CREATE TABLE token_limit (
  project    VARCHAR(40)  NOT NULL,
  model      VARCHAR(200) NOT NULL,
  allowed    BIGINT       NOT NULL DEFAULT 0,  -- so many were taken
  refused    BIGINT,                           -- so many were not
  refusals   INTEGER      NOT NULL DEFAULT 0,  -- how often it said no, to these or to more
  updated_at BIGINT       NOT NULL,
  PRIMARY KEY (project, model)
);
