-- A run that waits until it may create a job, and what for: ROOM or QUOTA.
ALTER TABLE run ADD COLUMN waits_for VARCHAR(10);
ALTER TABLE run ADD COLUMN waits_project VARCHAR(40);
ALTER TABLE run ADD COLUMN waits_model VARCHAR(200);
ALTER TABLE run ADD COLUMN waits_seen BIGINT;                   -- when somebody last cared for it
ALTER TABLE run ADD COLUMN dry_run INTEGER NOT NULL DEFAULT 0;  -- only looked at, never sent

ALTER TABLE job ADD COLUMN creation INTEGER NOT NULL DEFAULT 1; -- more when it failed for quota
ALTER TABLE job ADD COLUMN creating_at BIGINT;                  -- when the call was begun
ALTER TABLE job ADD COLUMN started_at BIGINT;                   -- when it was first seen running
ALTER TABLE job ADD COLUMN given_up_at BIGINT;                  -- when it was cancelled for hanging
