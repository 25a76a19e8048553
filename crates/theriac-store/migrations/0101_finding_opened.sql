-- Lists of findings ask what has appeared since a moment, on a release and everywhere.
CREATE INDEX finding_opened ON finding (opened_at);
CREATE INDEX finding_release_opened ON finding (release, opened_at);
