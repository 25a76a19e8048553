-- What a signer adds to a signature in their own words; empty for none.
ALTER TABLE signature ADD COLUMN comment {TEXT} NOT NULL DEFAULT '';
