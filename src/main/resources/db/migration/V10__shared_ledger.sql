-- Daemons that share a ledger take a file from an inbox once, under whatever path each of them sees it, and
-- never take another file for it. In a ledger of a state folder this stays empty.
ALTER TABLE run ADD COLUMN identity VARCHAR(500);   -- of the dropped file and of the settings beside it, until it has left the inbox
