-- The engine's own tables. {INT}, {TEXT}, {BLOB} and {STRICT} are filled in per engine.
-- Moments are milliseconds since 1970 (UTC), digests 64 hexadecimal characters, flags 0 or 1.

CREATE TABLE audit (
    seq {INT} NOT NULL PRIMARY KEY,
    tx {INT} NOT NULL UNIQUE,
    at {INT} NOT NULL,
    actor {TEXT} NOT NULL,
    action {TEXT} NOT NULL,
    entry {TEXT} NOT NULL,
    hash {TEXT} NOT NULL
) {STRICT};
CREATE INDEX audit_at ON audit (at, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX audit_action ON audit (action, seq);

CREATE TABLE audit_subject (
    subject {TEXT} NOT NULL,
    seq {INT} NOT NULL REFERENCES audit (seq),
    PRIMARY KEY (subject, seq)
) {STRICT};
CREATE INDEX audit_subject_seq ON audit_subject (seq);

CREATE TABLE chain_head (
    id {INT} NOT NULL PRIMARY KEY CHECK (id = 1),
    seq {INT} NOT NULL,
    at {INT} NOT NULL,
    hash {TEXT} NOT NULL
) {STRICT};

CREATE TABLE checkpoint (
    seq {INT} NOT NULL PRIMARY KEY,
    line {TEXT} NOT NULL
) {STRICT};

CREATE TABLE signing_key (
    public {TEXT} NOT NULL PRIMARY KEY,
    since {INT} NOT NULL
) {STRICT};

CREATE TABLE counter (
    prefix {TEXT} NOT NULL PRIMARY KEY,
    last {INT} NOT NULL
) {STRICT};

CREATE TABLE blob (
    digest {TEXT} NOT NULL PRIMARY KEY,
    size {INT} NOT NULL,
    state {TEXT} NOT NULL CHECK (state IN ('pending', 'ready')),
    since {INT} NOT NULL
) {STRICT};
CREATE INDEX blob_pending ON blob (since) WHERE state = 'pending';

CREATE TABLE job (
    id {INT} NOT NULL PRIMARY KEY,
    name {TEXT} NOT NULL,
    payload {TEXT} NOT NULL,
    unique_key {TEXT},
    unique_ever {INT} NOT NULL,
    state {TEXT} NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    due {INT} NOT NULL,
    lease_until {INT},
    attempt {INT} NOT NULL,
    done {INT} NOT NULL,
    total {INT} NOT NULL,
    words {TEXT} NOT NULL,
    error {TEXT},
    created_at {INT} NOT NULL,
    ended_at {INT}
) {STRICT};
CREATE UNIQUE INDEX job_unique ON job (name, unique_key);
CREATE INDEX job_due ON job (due, id) WHERE state = 'queued';
CREATE INDEX job_lease ON job (lease_until) WHERE state = 'running';

CREATE TABLE idempotency (
    actor {TEXT} NOT NULL,
    key {TEXT} NOT NULL,
    request {TEXT} NOT NULL,
    status {INT} NOT NULL,
    response {TEXT} NOT NULL,
    created_at {INT} NOT NULL,
    PRIMARY KEY (actor, key)
) {STRICT};
CREATE INDEX idempotency_created ON idempotency (created_at);
