-- Whose settings a run goes by.
ALTER TABLE run ADD COLUMN profile VARCHAR(100) NOT NULL DEFAULT 'default';
