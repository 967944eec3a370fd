-- How often it was refused for lack of quota while none of our jobs of its model was open. A restart
-- does not make a refusal the first one.
ALTER TABLE job ADD COLUMN refused_alone INTEGER NOT NULL DEFAULT 0;

-- Whether the service takes jobs, and ends those for which there is no quota later: then only jobs
-- that run show what it allows.
ALTER TABLE token_limit ADD COLUMN late INTEGER NOT NULL DEFAULT 0;

-- How far the turns of one model have come: a model that is worked off faster must not carry those
-- who arrive for another one past all who wait for that.
CREATE TABLE model_turn (
  project VARCHAR(40)      NOT NULL,
  model   VARCHAR(200)     NOT NULL,
  now     DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (project, model)
);
