-- Whether an earlier signed judgement of the finding said that a patient can be harmed, which takes a clinical signature.
ALTER TABLE assessment ADD COLUMN harm_before {INT} NOT NULL DEFAULT 0;
-- The person who answers for what a token hands in.
ALTER TABLE token ADD COLUMN owner {INT};
-- The people who answer for the tokens that wrote a draft, as JSON; once it is a revision they are authors of it, too.
ALTER TABLE draft ADD COLUMN hands {TEXT} NOT NULL DEFAULT '[]';
CREATE TABLE revision_hand (
    record {INT} NOT NULL REFERENCES record (id),
    revision {TEXT} NOT NULL REFERENCES revision (digest),
    person {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    PRIMARY KEY (record, revision, person)
) {STRICT};
