-- What the window shows. Days are local ones, 2026-07-04; a row for each profile and model of a day, kept
-- for ever, since jobs are forgotten with their runs.
CREATE TABLE daily (
  day            VARCHAR(10)  NOT NULL,
  profile        VARCHAR(100) NOT NULL,
  model          VARCHAR(200) NOT NULL,             -- without models/
  answered       BIGINT       NOT NULL,
  failed         BIGINT       NOT NULL,             -- requests of a job that it left unanswered
  tokens_in      BIGINT       NOT NULL,
  tokens_out     BIGINT       NOT NULL,
  tokens_thought BIGINT       NOT NULL,
  tokens_cached  BIGINT       NOT NULL,
  PRIMARY KEY (day, profile, model)
);

-- What people have done, the last 10,000 times.
CREATE TABLE audit (
  id     INTEGER       PRIMARY KEY,                 -- ascends without gaps
  at     BIGINT        NOT NULL,
  who    VARCHAR(200)  NOT NULL,
  what   VARCHAR(8000) NOT NULL,
  run_id VARCHAR(40)
);

-- What a person may want to know of, the last 1,000 times.
CREATE TABLE event (
  id     INTEGER       PRIMARY KEY,                 -- as above
  at     BIGINT        NOT NULL,
  level  VARCHAR(10)   NOT NULL,
  text   VARCHAR(8000) NOT NULL,
  run_id VARCHAR(40)
);

-- How many of its requests the service says to have answered, and how many have failed, while the job
-- runs; unknown if it does not say.
ALTER TABLE job ADD COLUMN done BIGINT;
ALTER TABLE job ADD COLUMN done_failed BIGINT;

-- The key of the request that a run was made for, and what it asked for, as a hash: if it comes once more,
-- the run is found, and no other one is made.
ALTER TABLE run ADD COLUMN once_key VARCHAR(200);
ALTER TABLE run ADD COLUMN once_asked VARCHAR(64);
CREATE UNIQUE INDEX run_once_key ON run (once_key) WHERE once_key IS NOT NULL;
