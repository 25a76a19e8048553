-- Lists read from the sums how many findings nobody has judged. Verdicts kept for pages are made again when they are missing.
DROP TABLE stored_verdict;
CREATE TABLE stored_verdict (
    release {INT} NOT NULL PRIMARY KEY,
    seq {INT} NOT NULL,
    day {TEXT} NOT NULL,
    pack {TEXT} NOT NULL,
    evaluator {INT} NOT NULL,
    gate_open {INT} NOT NULL,
    reasons {INT} NOT NULL,
    findings {INT} NOT NULL,
    met {INT} NOT NULL,
    partly_met {INT} NOT NULL,
    not_met {INT} NOT NULL,
    not_applicable {INT} NOT NULL,
    verdicts {TEXT} NOT NULL
) {STRICT};
