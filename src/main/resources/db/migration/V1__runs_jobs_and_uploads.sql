-- Times are milliseconds since 1970 in UTC. Only what SQLite and PostgreSQL both understand.

-- One input file on its way from the inbox to the outbox.
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
);
CREATE INDEX run_by_state ON run (state, next_try);
CREATE INDEX run_by_fingerprint ON run (fingerprint);

-- One batch job of a run.
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
  ended_at       BIGINT,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX job_by_state ON job (state);
CREATE INDEX job_by_name ON job (name);

-- What a file tag of a run points to, or why it points to nothing.
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

-- Hash and type of files on disk, valid while size and time stay the same.
CREATE TABLE digest (
  path     VARCHAR(4000) PRIMARY KEY,
  size     BIGINT        NOT NULL,
  modified BIGINT        NOT NULL,                  -- nanoseconds where the disk knows them
  sha256   VARCHAR(64)   NOT NULL,
  mime     VARCHAR(200)  NOT NULL
);

-- The upload cache: which reference a project got for a content.
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
