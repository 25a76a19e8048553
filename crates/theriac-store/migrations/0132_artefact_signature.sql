-- What a build manifest says of the key that signed an artefact: which, when, valid from when and until when.
ALTER TABLE manifest_artefact ADD COLUMN signing_key {TEXT};
ALTER TABLE manifest_artefact ADD COLUMN signed_at {INT};
ALTER TABLE manifest_artefact ADD COLUMN key_valid_from {INT};
ALTER TABLE manifest_artefact ADD COLUMN key_valid_to {INT};
