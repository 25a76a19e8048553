-- The decisions of a release, those that were withdrawn too: for what a release that is based on it reads.
CREATE INDEX decision_release ON decision (release);
