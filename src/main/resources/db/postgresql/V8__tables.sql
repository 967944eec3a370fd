-- The tables of db/migration up to V8 for PostgreSQL; what each column means is said there. From here on
-- each migration has the same number in both folders.

-- Names and messages of others have no limit worth enforcing, and are sorted as they are on any machine.
CREATE DOMAIN words AS TEXT COLLATE "C";

-- As SQLite calls it.
CREATE FUNCTION instr(TEXT, TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE STRICT
  AS 'SELECT strpos($1, $2)';

CREATE TABLE run (
  id words PRIMARY KEY,
  name words NOT NULL,
  source words NOT NULL,
  from_inbox INTEGER NOT NULL,
  output words,
  model words NOT NULL,
  media_root words NOT NULL,
  display_name words NOT NULL,
  forced INTEGER NOT NULL,
  state words NOT NULL,
  reason words,
  attempt INTEGER NOT NULL DEFAULT 1,
  tries INTEGER NOT NULL DEFAULT 0,
  next_try BIGINT NOT NULL DEFAULT 0,
  fingerprint words,
  leader words,
  input_size BIGINT NOT NULL DEFAULT 0,
  input_modified BIGINT NOT NULL DEFAULT 0,
  requests BIGINT NOT NULL DEFAULT 0,
  rejected BIGINT NOT NULL DEFAULT 0,
  answered BIGINT NOT NULL DEFAULT 0,
  uploads_new BIGINT NOT NULL DEFAULT 0,
  uploads_reused BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  waits_for words,
  waits_project words,
  waits_model words,
  waits_seen BIGINT,
  dry_run INTEGER NOT NULL DEFAULT 0,
  profile words NOT NULL DEFAULT 'default',
  held INTEGER NOT NULL DEFAULT 0,
  strikes INTEGER NOT NULL DEFAULT 0,
  tried_memory BIGINT,
  tried_version words,
  priority INTEGER NOT NULL DEFAULT 5,
  cancelled INTEGER NOT NULL DEFAULT 0,
  once_key words,
  once_asked words
);
CREATE INDEX run_by_state ON run (state, next_try);
CREATE INDEX run_by_fingerprint ON run (fingerprint);

CREATE TABLE job (
  run_id words NOT NULL,
  number INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  model words NOT NULL,
  requests BIGINT NOT NULL,
  state words NOT NULL,
  display_name words NOT NULL,
  project words,
  input_file words,
  name words,
  remote_state words,
  responses_file words,
  reason words,
  cancel_asked INTEGER NOT NULL DEFAULT 0,
  answered BIGINT NOT NULL DEFAULT 0,
  failed BIGINT NOT NULL DEFAULT 0,
  tokens_in BIGINT NOT NULL DEFAULT 0,
  tokens_out BIGINT NOT NULL DEFAULT 0,
  tokens_thought BIGINT NOT NULL DEFAULT 0,
  tokens_cached BIGINT NOT NULL DEFAULT 0,
  submitted_at BIGINT,
  ended_at BIGINT,
  creation INTEGER NOT NULL DEFAULT 1,
  creating_at BIGINT,
  started_at BIGINT,
  given_up_at BIGINT,
  tokens_by_kind words,
  tokens BIGINT NOT NULL DEFAULT 0,
  turn DOUBLE PRECISION,
  pack words,
  pack_most INTEGER,
  refused_alone INTEGER NOT NULL DEFAULT 0,
  done BIGINT,
  done_failed BIGINT,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX job_by_state ON job (state);
CREATE INDEX job_by_name ON job (name);

CREATE TABLE media (
  run_id words NOT NULL,
  tag words NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 1,
  path words,
  sha256 words,
  size BIGINT,
  mime words,
  code words,
  problem words
);
-- A tag may be longer than what an index takes that is sorted.
CREATE INDEX media_by_tag ON media USING hash (tag);
CREATE UNIQUE INDEX media_of_run ON media (run_id, md5(tag));
CREATE INDEX media_by_content ON media (run_id, sha256);

CREATE TABLE digest (
  path words PRIMARY KEY,
  size BIGINT NOT NULL,
  modified BIGINT NOT NULL,
  sha256 words NOT NULL,
  mime words NOT NULL,
  rowid BIGINT GENERATED ALWAYS AS IDENTITY          -- SQLite numbers all rows
);

CREATE TABLE upload (
  project words NOT NULL,
  sha256 words NOT NULL,
  name words NOT NULL,
  uri words NOT NULL,
  mime words NOT NULL,
  size BIGINT NOT NULL,
  stored_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (project, sha256)
);
CREATE INDEX run_waiting ON run (waits_project, created_at, id) WHERE waits_for IS NOT NULL;
CREATE INDEX run_waiting_by_age ON run (created_at, id) WHERE waits_for IS NOT NULL;
CREATE INDEX run_by_output ON run USING hash (output);
CREATE INDEX run_by_name ON run (name, created_at);
CREATE INDEX run_by_creation ON run (created_at);
CREATE INDEX run_by_end ON run (state, updated_at);
CREATE INDEX run_by_leader ON run (leader) WHERE leader IS NOT NULL;
CREATE INDEX run_dry ON run (dry_run) WHERE dry_run = 1;
CREATE INDEX run_held ON run (held) WHERE held = 1;
CREATE UNIQUE INDEX run_once_key ON run (once_key) WHERE once_key IS NOT NULL;
CREATE INDEX job_by_pack ON job (pack) WHERE pack IS NOT NULL;

CREATE TABLE turn (
  project words PRIMARY KEY,
  now DOUBLE PRECISION NOT NULL
);

CREATE TABLE token_factor (
  model words NOT NULL,
  kind words NOT NULL,
  estimated BIGINT NOT NULL,
  counted BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (model, kind)
);

CREATE TABLE token_limit (
  project words NOT NULL,
  model words NOT NULL,
  allowed BIGINT NOT NULL DEFAULT 0,
  refused BIGINT,
  refusals INTEGER NOT NULL DEFAULT 0,
  updated_at BIGINT NOT NULL,
  late INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (project, model)
);

CREATE TABLE model_turn (
  project words NOT NULL,
  model words NOT NULL,
  now DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (project, model)
);

CREATE TABLE daily (
  day words NOT NULL,
  profile words NOT NULL,
  model words NOT NULL,
  answered BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  tokens_in BIGINT NOT NULL,
  tokens_out BIGINT NOT NULL,
  tokens_thought BIGINT NOT NULL,
  tokens_cached BIGINT NOT NULL,
  PRIMARY KEY (day, profile, model)
);

CREATE TABLE audit (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  who words NOT NULL,
  what words NOT NULL,
  run_id words
);

CREATE TABLE event (
  id BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  level words NOT NULL,
  text words NOT NULL,
  run_id words
);

-- What SQLite keeps in its file for us: see Restoration.
CREATE TABLE note (
  name words PRIMARY KEY,
  minutes BIGINT NOT NULL
);

-- Which state folder has the files of the runs: see LedgerTie.
CREATE TABLE tie (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  mark words NOT NULL
);
