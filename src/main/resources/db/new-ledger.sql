-- Written by NewLedgerGoldenTest from db/migration; see NewLedger.
CREATE TABLE "flyway_schema_history" (
    "installed_rank" INT NOT NULL PRIMARY KEY,
    "version" VARCHAR(50),
    "description" VARCHAR(200) NOT NULL,
    "type" VARCHAR(20) NOT NULL,
    "script" VARCHAR(1000) NOT NULL,
    "checksum" INT,
    "installed_by" VARCHAR(100) NOT NULL,
    "installed_on" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f','now')),
    "execution_time" INT NOT NULL,
    "success" BOOLEAN NOT NULL
);
CREATE INDEX "flyway_schema_history_s_idx" ON "flyway_schema_history" ("success");
CREATE TABLE run (
  id              VARCHAR(40)   PRIMARY KEY,
  name            VARCHAR(1000) NOT NULL,           -- the input's file name
  source          VARCHAR(4000) NOT NULL,           -- where it was dropped or given
  from_inbox      INTEGER       NOT NULL,
  output          VARCHAR(4000),                    -- the results file, once it is decided
  model           VARCHAR(200)  NOT NULL,           -- for lines that name none
  media_root      VARCHAR(4000) NOT NULL,
  display_name    VARCHAR(500)  NOT NULL,
  forced          INTEGER       NOT NULL,           -- pay again for the same content
  state           VARCHAR(20)   NOT NULL,
  reason          VARCHAR(8000),                    -- why it waits, or why it failed
  attempt         INTEGER       NOT NULL DEFAULT 1, -- more than 1 when lines were sent again
  tries           INTEGER       NOT NULL DEFAULT 0, -- of the present stage
  next_try        BIGINT        NOT NULL DEFAULT 0,
  fingerprint     VARCHAR(64),                      -- of the content: input, model, files
  leader          VARCHAR(40),                      -- the run with the same content that answers
  input_size      BIGINT        NOT NULL DEFAULT 0,
  input_modified  BIGINT        NOT NULL DEFAULT 0,
  requests        BIGINT        NOT NULL DEFAULT 0, -- lines that are not blank
  rejected        BIGINT        NOT NULL DEFAULT 0, -- of them, never sent
  answered        BIGINT        NOT NULL DEFAULT 0,
  uploads_new     BIGINT        NOT NULL DEFAULT 0,
  uploads_reused  BIGINT        NOT NULL DEFAULT 0,
  created_at      BIGINT        NOT NULL,
  updated_at      BIGINT        NOT NULL
, waits_for VARCHAR(10), waits_project VARCHAR(40), waits_model VARCHAR(200), waits_seen BIGINT, dry_run INTEGER NOT NULL DEFAULT 0, profile VARCHAR(100) NOT NULL DEFAULT 'default', held INTEGER NOT NULL DEFAULT 0, strikes INTEGER NOT NULL DEFAULT 0, tried_memory BIGINT, tried_version VARCHAR(100), priority INTEGER NOT NULL DEFAULT 5, cancelled INTEGER NOT NULL DEFAULT 0, once_key VARCHAR(200), once_asked VARCHAR(64), owner VARCHAR(40), fence BIGINT NOT NULL DEFAULT 0, mark VARCHAR(40), identity VARCHAR(500));
CREATE INDEX run_by_state ON run (state, next_try);
CREATE INDEX run_by_fingerprint ON run (fingerprint);
CREATE TABLE job (
  run_id         VARCHAR(40)  NOT NULL,
  number         INTEGER      NOT NULL,
  attempt        INTEGER      NOT NULL,
  model          VARCHAR(200) NOT NULL,
  requests       BIGINT       NOT NULL,
  state          VARCHAR(20)  NOT NULL,
  display_name   VARCHAR(600) NOT NULL,             -- unique, so that a lost job can be found
  project        VARCHAR(40),                       -- fingerprint of the key it was sent with
  input_file     VARCHAR(100),                      -- files/...
  name           VARCHAR(200),                      -- batches/...
  remote_state   VARCHAR(60),
  responses_file VARCHAR(200),
  reason         VARCHAR(8000),
  cancel_asked   INTEGER      NOT NULL DEFAULT 0,   -- by a person, here
  answered       BIGINT       NOT NULL DEFAULT 0,
  failed         BIGINT       NOT NULL DEFAULT 0,
  tokens_in      BIGINT       NOT NULL DEFAULT 0,
  tokens_out     BIGINT       NOT NULL DEFAULT 0,
  tokens_thought BIGINT       NOT NULL DEFAULT 0,
  tokens_cached  BIGINT       NOT NULL DEFAULT 0,
  submitted_at   BIGINT,
  ended_at       BIGINT, creation INTEGER NOT NULL DEFAULT 1, creating_at BIGINT, started_at BIGINT, given_up_at BIGINT, tokens_by_kind VARCHAR(1000), tokens BIGINT NOT NULL DEFAULT 0, turn DOUBLE PRECISION, pack VARCHAR(40), pack_most INTEGER, refused_alone INTEGER NOT NULL DEFAULT 0, done BIGINT, done_failed BIGINT, fence BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX job_by_state ON job (state);
CREATE INDEX job_by_name ON job (name);
CREATE TABLE media (
  run_id  VARCHAR(40)   NOT NULL,
  tag     VARCHAR(4000) NOT NULL,
  attempt INTEGER       NOT NULL DEFAULT 1,         -- the last one that needs it
  path    VARCHAR(4000),
  sha256  VARCHAR(64),
  size    BIGINT,
  mime    VARCHAR(200),
  code    VARCHAR(60),
  problem VARCHAR(8000),
  PRIMARY KEY (run_id, tag)
);
CREATE INDEX media_by_content ON media (run_id, sha256);
CREATE TABLE digest (
  path     VARCHAR(4000) PRIMARY KEY,
  size     BIGINT        NOT NULL,
  modified BIGINT        NOT NULL,                  -- nanoseconds where the disk knows them
  sha256   VARCHAR(64)   NOT NULL,
  mime     VARCHAR(200)  NOT NULL
);
CREATE TABLE upload (
  project    VARCHAR(40)   NOT NULL,                -- fingerprint of the API key
  sha256     VARCHAR(64)   NOT NULL,
  name       VARCHAR(100)  NOT NULL,
  uri        VARCHAR(2000) NOT NULL,
  mime       VARCHAR(200)  NOT NULL,
  size       BIGINT        NOT NULL,
  stored_at  BIGINT        NOT NULL,                -- by the service's clock, as the next
  expires_at BIGINT        NOT NULL,
  PRIMARY KEY (project, sha256)
);
CREATE INDEX run_waiting ON run (waits_project, created_at, id) WHERE waits_for IS NOT NULL;
CREATE INDEX run_waiting_by_age ON run (created_at, id) WHERE waits_for IS NOT NULL;
CREATE INDEX run_by_output ON run (output);
CREATE INDEX run_by_name ON run (name, created_at);
CREATE INDEX run_by_creation ON run (created_at);
CREATE INDEX run_by_end ON run (state, updated_at);
CREATE INDEX run_by_leader ON run (leader) WHERE leader IS NOT NULL;
CREATE INDEX run_dry ON run (dry_run) WHERE dry_run = 1;
CREATE INDEX run_held ON run (held) WHERE held = 1;
CREATE INDEX job_by_pack ON job (pack) WHERE pack IS NOT NULL;
CREATE TABLE turn (
  project VARCHAR(40)      PRIMARY KEY,
  now     DOUBLE PRECISION NOT NULL
);
CREATE TABLE token_factor (
  model      VARCHAR(200) NOT NULL,
  kind       VARCHAR(40)  NOT NULL,
  estimated  BIGINT       NOT NULL,
  counted    BIGINT       NOT NULL,
  updated_at BIGINT       NOT NULL,
  PRIMARY KEY (model, kind)
);
CREATE TABLE token_limit (
  project    VARCHAR(40)  NOT NULL,
  model      VARCHAR(200) NOT NULL,
  allowed    BIGINT       NOT NULL DEFAULT 0,  -- so many were taken
  refused    BIGINT,                           -- so many were not
  refusals   INTEGER      NOT NULL DEFAULT 0,  -- how often it said no, to these or to more
  updated_at BIGINT       NOT NULL, late INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (project, model)
);
CREATE TABLE model_turn (
  project VARCHAR(40)      NOT NULL,
  model   VARCHAR(200)     NOT NULL,
  now     DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (project, model)
);
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
CREATE TABLE audit (
  id     INTEGER       PRIMARY KEY,                 -- ascends without gaps
  at     BIGINT        NOT NULL,
  who    VARCHAR(200)  NOT NULL,
  what   VARCHAR(8000) NOT NULL,
  run_id VARCHAR(40)
);
CREATE TABLE event (
  id     INTEGER       PRIMARY KEY,                 -- as above
  at     BIGINT        NOT NULL,
  level  VARCHAR(10)   NOT NULL,
  text   VARCHAR(8000) NOT NULL,
  run_id VARCHAR(40)
);
CREATE UNIQUE INDEX run_once_key ON run (once_key) WHERE once_key IS NOT NULL;
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
CREATE INDEX run_by_owner ON run (owner) WHERE owner IS NOT NULL;
CREATE INDEX run_receiving ON run (source) WHERE state = 'RECEIVING';
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
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (1, '1', 'runs jobs and uploads', 'SQL', 'V1__runs_jobs_and_uploads.sql', 1618372829, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (2, '2', 'queue for creation', 'SQL', 'V2__queue_for_creation.sql', -6603631, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (3, '3', 'many runs', 'SQL', 'V3__many_runs.sql', -428707497, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (4, '4', 'profiles', 'SQL', 'V4__profiles.sql', 201429914, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (5, '5', 'strikes', 'SQL', 'V5__strikes.sql', 1014168578, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (6, '6', 'room', 'SQL', 'V6__room.sql', 1046456206, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (7, '7', 'refusals', 'SQL', 'V7__refusals.sql', 1091054779, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (8, '8', 'window', 'SQL', 'V8__window.sql', 1240448533, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (9, '9', 'members', 'SQL', 'V9__members.sql', -950572424, '', 0, 1);
INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) VALUES (10, '10', 'shared ledger', 'SQL', 'V10__shared_ledger.sql', -931679125, '', 0, 1);
