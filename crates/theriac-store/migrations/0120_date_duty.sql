-- What the dates of approved records make people owe: written when a revision is approved, taken away when the record is
-- retired. Can be made again from revision.
CREATE TABLE date_duty (
    record {INT} NOT NULL REFERENCES record (id),
    field {TEXT} NOT NULL,
    owner {INT} NOT NULL,
    due {TEXT} NOT NULL,
    PRIMARY KEY (record, field)
) {STRICT};
CREATE INDEX date_duty_owner ON date_duty (owner, due, record, field);
CREATE INDEX date_duty_due ON date_duty (due, record, field);

INSERT INTO date_duty (record, field, owner, due)
SELECT r.id, CASE r.kind WHEN 'activity' THEN 'due_date' WHEN 'deviation' THEN 'expires' WHEN 'software-item' THEN 'support_end'
    ELSE 'next_review' END, COALESCE(h.owner, v.author), h.due
FROM record r JOIN record_head h ON h.record = r.id JOIN revision v ON v.digest = h.approved
WHERE h.due IS NOT NULL AND h.approved = h.latest;
