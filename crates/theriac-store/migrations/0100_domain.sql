-- The domain's tables. A versioned row names the transaction that wrote it (tx_from) and the one that ended it
-- (tx_to, NULL while current); an append-only row has tx_from alone. The audit table gives a transaction its sequence.
-- Days are text (2026-11-24), moments milliseconds, lists and objects JSON text that no statement looks into.

CREATE TABLE organisation (
    row_id {INT} NOT NULL PRIMARY KEY,
    id {INT} NOT NULL CHECK (id = 1),
    name {TEXT} NOT NULL,
    zone {TEXT} NOT NULL,
    accept_defects {INT} NOT NULL,
    demonstration {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX organisation_current ON organisation (id) WHERE tx_to IS NULL;

-- People. Names and addresses live in person_name only, where they can be erased.
CREATE TABLE person (
    row_id {INT} NOT NULL PRIMARY KEY,
    id {INT} NOT NULL,
    key {TEXT} NOT NULL,
    department {TEXT},
    manager {INT},
    external {INT} NOT NULL,
    valid_from {TEXT} NOT NULL,
    valid_to {TEXT},
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX person_version ON person (id, valid_from) WHERE tx_to IS NULL;
CREATE INDEX person_key ON person (key) WHERE tx_to IS NULL;

CREATE TABLE person_name (
    person {INT} NOT NULL PRIMARY KEY,
    key {TEXT} NOT NULL UNIQUE,
    name {TEXT} NOT NULL,
    email {TEXT} NOT NULL
) {STRICT};
CREATE UNIQUE INDEX person_email ON person_name (email) WHERE email <> '';

-- Which addresses in commits are whose: by the digest of the address.
CREATE TABLE person_address (
    row_id {INT} NOT NULL PRIMARY KEY,
    person {INT} NOT NULL,
    address {TEXT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX person_address_current ON person_address (address) WHERE tx_to IS NULL;
CREATE INDEX person_address_history ON person_address (address);

CREATE TABLE account (
    person {INT} NOT NULL PRIMARY KEY REFERENCES person_name (person),
    password {TEXT} NOT NULL,
    own {INT} NOT NULL,
    disabled {INT} NOT NULL
) {STRICT};

CREATE TABLE access_grant (
    row_id {INT} NOT NULL PRIMARY KEY,
    person {INT} NOT NULL,
    role {TEXT} NOT NULL,
    product {INT},
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE INDEX access_grant_person ON access_grant (person) WHERE tx_to IS NULL;

CREATE TABLE token (
    id {INT} NOT NULL PRIMARY KEY,
    name {TEXT} NOT NULL,
    digest {TEXT} NOT NULL UNIQUE,
    permissions {TEXT} NOT NULL,
    product {INT},
    expires_at {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX token_name ON token (name) WHERE tx_to IS NULL;

CREATE TABLE session (
    digest {TEXT} NOT NULL PRIMARY KEY,
    person {INT} NOT NULL REFERENCES person_name (person),
    via {TEXT} NOT NULL,
    created_at {INT} NOT NULL,
    seen_at {INT} NOT NULL
) {STRICT};
CREATE INDEX session_seen ON session (seen_at);
CREATE INDEX session_person ON session (person);

CREATE TABLE product (
    row_id {INT} NOT NULL PRIMARY KEY,
    id {INT} NOT NULL,
    key {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    route {TEXT} NOT NULL,
    support_end {TEXT},
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX product_current ON product (id) WHERE tx_to IS NULL;
CREATE UNIQUE INDEX product_key ON product (key) WHERE tx_to IS NULL;

CREATE TABLE release (
    row_id {INT} NOT NULL PRIMARY KEY,
    id {INT} NOT NULL,
    product {INT} NOT NULL,
    name {TEXT} NOT NULL,
    based_on {INT},
    planned_ship_date {TEXT},
    manager {INT},
    fielded {INT} NOT NULL,
    candidate {INT},
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX release_current ON release (id) WHERE tx_to IS NULL;
CREATE UNIQUE INDEX release_name ON release (product, name) WHERE tx_to IS NULL;

CREATE TABLE build (
    id {INT} NOT NULL PRIMARY KEY,
    release {INT} NOT NULL,
    name {TEXT} NOT NULL,
    commit_id {TEXT} NOT NULL,
    tx_from {INT} NOT NULL,
    UNIQUE (release, name)
) {STRICT};

-- Evidence: the bytes are a blob; everything below it is derived and can be made again.
CREATE TABLE evidence (
    id {INT} NOT NULL PRIMARY KEY,
    number {INT} NOT NULL UNIQUE,
    release {INT} NOT NULL,
    build {INT},
    digest {TEXT} NOT NULL REFERENCES blob (digest),
    kind {TEXT} NOT NULL,
    format {TEXT} NOT NULL,
    file_name {TEXT} NOT NULL,
    size {INT} NOT NULL,
    tool {TEXT},
    tool_version {TEXT},
    rules {TEXT},
    feed_at {INT},
    performed_at {INT},
    serial {TEXT},
    serial_revision {INT},
    recorded_at {INT} NOT NULL,
    delivered_by {TEXT} NOT NULL,
    defects {TEXT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE INDEX evidence_release ON evidence (release, number);
-- The same file is one evidence of a build; two builds may give the same file.
CREATE INDEX evidence_digest ON evidence (release, digest);

CREATE TABLE disqualification (
    evidence {INT} NOT NULL PRIMARY KEY REFERENCES evidence (id),
    reason {TEXT} NOT NULL,
    signature {INT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};

CREATE TABLE component (
    evidence {INT} NOT NULL REFERENCES evidence (id),
    position {INT} NOT NULL,
    key {TEXT} NOT NULL,
    purl {TEXT},
    cpe {TEXT},
    component_type {TEXT} NOT NULL,
    name {TEXT} NOT NULL,
    version {TEXT},
    supplier {TEXT},
    licences {TEXT} NOT NULL,
    hashes {TEXT} NOT NULL,
    parent {INT},
    direct {INT} NOT NULL,
    PRIMARY KEY (evidence, position)
) {STRICT};
CREATE INDEX component_key ON component (evidence, key);
CREATE INDEX component_by_key ON component (key);

CREATE TABLE test_result (
    evidence {INT} NOT NULL REFERENCES evidence (id),
    position {INT} NOT NULL,
    test_case {TEXT} NOT NULL,
    outcome {TEXT} NOT NULL,
    message {TEXT} NOT NULL,
    PRIMARY KEY (evidence, position)
) {STRICT};

CREATE TABLE manifest (
    evidence {INT} NOT NULL PRIMARY KEY REFERENCES evidence (id),
    commit_id {TEXT} NOT NULL,
    predecessor {TEXT}
) {STRICT};
CREATE INDEX manifest_commit ON manifest (commit_id);
CREATE TABLE manifest_author (
    evidence {INT} NOT NULL REFERENCES manifest (evidence),
    address {TEXT} NOT NULL,
    PRIMARY KEY (evidence, address)
) {STRICT};
CREATE TABLE manifest_path (
    evidence {INT} NOT NULL REFERENCES manifest (evidence),
    position {INT} NOT NULL,
    path {TEXT} NOT NULL,
    tree {TEXT},
    PRIMARY KEY (evidence, position)
) {STRICT};
CREATE TABLE manifest_artefact (
    evidence {INT} NOT NULL REFERENCES manifest (evidence),
    position {INT} NOT NULL,
    name {TEXT} NOT NULL,
    digest {TEXT} NOT NULL,
    PRIMARY KEY (evidence, position)
) {STRICT};

-- Components of a release that could not be matched, as of the last matching.
CREATE TABLE unmatched (
    row_id {INT} NOT NULL PRIMARY KEY,
    release {INT} NOT NULL,
    component {TEXT} NOT NULL,
    code {TEXT} NOT NULL,
    reason {TEXT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX unmatched_current ON unmatched (release, component) WHERE tx_to IS NULL;
CREATE INDEX unmatched_release ON unmatched (release);

CREATE TABLE disposition (
    row_id {INT} NOT NULL PRIMARY KEY,
    release {INT} NOT NULL,
    component {TEXT} NOT NULL,
    disposition {TEXT} NOT NULL,
    reason {TEXT} NOT NULL,
    person {INT} NOT NULL,
    carried_from {INT},
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX disposition_current ON disposition (release, component) WHERE tx_to IS NULL;
CREATE INDEX disposition_release ON disposition (release);

-- When a release was last matched, and against which state of the feed.
CREATE TABLE matching (
    row_id {INT} NOT NULL PRIMARY KEY,
    release {INT} NOT NULL,
    feed {TEXT} NOT NULL,
    feed_at {INT},
    imported_at {INT} NOT NULL,
    components {INT} NOT NULL,
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX matching_current ON matching (release) WHERE tx_to IS NULL;
CREATE INDEX matching_release ON matching (release);

CREATE TABLE advisory (
    digest {TEXT} NOT NULL PRIMARY KEY,
    id {TEXT} NOT NULL,
    content {TEXT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};

CREATE TABLE finding (
    id {INT} NOT NULL PRIMARY KEY,
    number {INT} NOT NULL UNIQUE,
    release {INT} NOT NULL,
    component {TEXT} NOT NULL,
    vulnerability {TEXT} NOT NULL,
    opened_at {INT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE UNIQUE INDEX finding_once ON finding (release, component, vulnerability);
CREATE INDEX finding_release ON finding (release, number);
CREATE INDEX finding_vulnerability ON finding (vulnerability, release);

-- What is said about a finding: changes with the feed, and when it is resolved or taken up again. vulnerability is
-- what its id is now, severity_rank 0 for the worst.
CREATE TABLE finding_version (
    row_id {INT} NOT NULL PRIMARY KEY,
    finding {INT} NOT NULL REFERENCES finding (id),
    vulnerability {TEXT} NOT NULL,
    aliases {TEXT} NOT NULL,
    severity {TEXT} NOT NULL,
    severity_rank {INT} NOT NULL,
    score {INT},
    cvss {TEXT},
    fixed {TEXT} NOT NULL,
    advisories {TEXT} NOT NULL,
    resolved {TEXT},
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX finding_version_current ON finding_version (finding) WHERE tx_to IS NULL;
CREATE INDEX finding_version_rank ON finding_version (severity_rank, finding) WHERE tx_to IS NULL;
CREATE INDEX finding_version_finding ON finding_version (finding);

CREATE TABLE signature (
    id {INT} NOT NULL PRIMARY KEY,
    digest {TEXT} NOT NULL,
    person {INT} NOT NULL,
    meaning {TEXT} NOT NULL,
    method {TEXT} NOT NULL,
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE INDEX signature_digest ON signature (digest);

-- Append-only; the latest of a finding counts. at is when it was judged: a carried one keeps it from the one that
-- it was carried from. root is the assessment that people judged and signed, its own id where it is that.
-- digest names all that is said and what was judged; set_digest names what was judged at once, and is what is signed.
CREATE TABLE assessment (
    id {INT} NOT NULL PRIMARY KEY,
    finding {INT} NOT NULL REFERENCES finding (id),
    status {TEXT} NOT NULL,
    justification {TEXT},
    explanation {TEXT} NOT NULL,
    exploitability {TEXT},
    exploitability_reason {TEXT} NOT NULL,
    patient_safety_impact {TEXT} NOT NULL,
    decision {TEXT},
    decision_reason {TEXT} NOT NULL,
    due {TEXT},
    fixer {INT},
    rests_on {TEXT} NOT NULL,
    assessor {INT} NOT NULL,
    at {INT} NOT NULL,
    carried_from {INT},
    root {INT} NOT NULL,
    changed {TEXT} NOT NULL,
    digest {TEXT} NOT NULL,
    set_digest {TEXT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE INDEX assessment_finding ON assessment (finding, id);
CREATE INDEX assessment_set ON assessment (set_digest);
CREATE TABLE assessment_signature (
    assessment {INT} NOT NULL REFERENCES assessment (id),
    signature {INT} NOT NULL REFERENCES signature (id),
    tx_from {INT} NOT NULL,
    PRIMARY KEY (assessment, signature)
) {STRICT};

-- Records: a record has one scope for ever; drafts are mutable, revisions are not.
CREATE TABLE record (
    id {INT} NOT NULL PRIMARY KEY,
    ref {TEXT} NOT NULL UNIQUE,
    kind {TEXT} NOT NULL,
    number {INT} NOT NULL,
    scope {TEXT} NOT NULL,
    product {INT},
    release {INT},
    created_at {INT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE INDEX record_kind ON record (kind, number);
CREATE INDEX record_product ON record (product, kind, number);

CREATE TABLE draft (
    record {INT} NOT NULL REFERENCES record (id),
    author {INT} NOT NULL,
    predecessor {TEXT},
    content {TEXT} NOT NULL,
    links {TEXT} NOT NULL,
    attachments {TEXT} NOT NULL,
    saved_at {INT} NOT NULL,
    PRIMARY KEY (record, author)
) {STRICT};

CREATE TABLE revision (
    digest {TEXT} NOT NULL PRIMARY KEY,
    record {INT} NOT NULL REFERENCES record (id),
    number {INT} NOT NULL,
    kind_version {INT} NOT NULL,
    predecessor {TEXT},
    content {TEXT} NOT NULL,
    links {TEXT} NOT NULL,
    attachments {TEXT} NOT NULL,
    author {INT} NOT NULL,
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    UNIQUE (record, number)
) {STRICT};

CREATE TABLE revision_state (
    row_id {INT} NOT NULL PRIMARY KEY,
    revision {TEXT} NOT NULL REFERENCES revision (digest),
    record {INT} NOT NULL,
    state {TEXT} NOT NULL,
    person {INT} NOT NULL,
    reason {TEXT} NOT NULL,
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX revision_state_current ON revision_state (revision) WHERE tx_to IS NULL;
CREATE INDEX revision_state_record ON revision_state (record, state) WHERE tx_to IS NULL;
CREATE INDEX revision_state_revision ON revision_state (revision);
CREATE INDEX revision_state_history ON revision_state (record);

-- Projections of revisions, so that no statement looks into JSON. Can be made again from revision.
CREATE TABLE link (
    revision {TEXT} NOT NULL REFERENCES revision (digest),
    link {TEXT} NOT NULL,
    target {INT} NOT NULL REFERENCES record (id),
    source {INT} NOT NULL REFERENCES record (id),
    pinned {TEXT} NOT NULL,
    PRIMARY KEY (revision, link, target)
) {STRICT};
CREATE INDEX link_target ON link (target);
CREATE TABLE listed_field (
    revision {TEXT} NOT NULL REFERENCES revision (digest),
    field {TEXT} NOT NULL,
    value {TEXT} NOT NULL,
    PRIMARY KEY (revision, field)
) {STRICT};
CREATE INDEX listed_field_value ON listed_field (field, value);

-- The one row of each record that lists show: its latest revision, or its draft while it has none.
CREATE TABLE record_head (
    record {INT} NOT NULL PRIMARY KEY REFERENCES record (id),
    latest {TEXT},
    approved {TEXT},
    title {TEXT} NOT NULL,
    folded {TEXT} NOT NULL,
    state {TEXT} NOT NULL,
    owner {INT},
    due {TEXT},
    changed_at {INT} NOT NULL
) {STRICT};
CREATE INDEX record_head_changed ON record_head (changed_at, record);
CREATE INDEX record_head_state ON record_head (state, record);
CREATE INDEX record_head_due ON record_head (due, record);
CREATE INDEX record_head_owner ON record_head (owner, due, record);

CREATE TABLE clearance (
    id {INT} NOT NULL PRIMARY KEY,
    source {INT} NOT NULL,
    link {TEXT} NOT NULL,
    target {INT} NOT NULL,
    from_revision {TEXT} NOT NULL,
    to_revision {TEXT} NOT NULL,
    reason {TEXT} NOT NULL,
    person {INT} NOT NULL,
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE INDEX clearance_source ON clearance (source, link, target);

-- Packs: what was loaded when, and what was adopted by signature.
CREATE TABLE pack (
    digest {TEXT} NOT NULL PRIMARY KEY,
    id {TEXT} NOT NULL,
    files {TEXT} NOT NULL,
    tx_from {INT} NOT NULL
) {STRICT};
CREATE TABLE pack_activation (
    row_id {INT} NOT NULL PRIMARY KEY,
    pack {TEXT} NOT NULL REFERENCES pack (digest),
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE TABLE adoption (
    row_id {INT} NOT NULL PRIMARY KEY,
    pack {TEXT} NOT NULL REFERENCES pack (digest),
    copy_of {TEXT} NOT NULL,
    signature {INT} NOT NULL REFERENCES signature (id),
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};

-- A decision pins facts, verdicts and baseline as blobs; a new one ends the one before.
CREATE TABLE decision (
    id {INT} NOT NULL PRIMARY KEY,
    release {INT} NOT NULL,
    outcome {TEXT} NOT NULL,
    reason {TEXT} NOT NULL,
    seq {INT} NOT NULL,
    facts {TEXT} NOT NULL REFERENCES blob (digest),
    verdicts {TEXT} NOT NULL REFERENCES blob (digest),
    pack {TEXT} NOT NULL,
    signature {INT} NOT NULL REFERENCES signature (id),
    at {INT} NOT NULL,
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX decision_current ON decision (release) WHERE tx_to IS NULL;
CREATE TABLE baseline (
    decision {INT} NOT NULL REFERENCES decision (id),
    record {INT} NOT NULL,
    revision {TEXT} NOT NULL,
    PRIMARY KEY (decision, record)
) {STRICT};
CREATE TABLE baseline_artefact (
    decision {INT} NOT NULL REFERENCES decision (id),
    name {TEXT} NOT NULL,
    digest {TEXT} NOT NULL,
    PRIMARY KEY (decision, name)
) {STRICT};
-- What a release based on a decided one takes over instead of the baseline.
CREATE TABLE baseline_adoption (
    row_id {INT} NOT NULL PRIMARY KEY,
    release {INT} NOT NULL,
    record {INT} NOT NULL,
    revision {TEXT} NOT NULL,
    signature {INT} NOT NULL REFERENCES signature (id),
    tx_from {INT} NOT NULL,
    tx_to {INT}
) {STRICT};
CREATE UNIQUE INDEX baseline_adoption_current ON baseline_adoption (release, record) WHERE tx_to IS NULL;
CREATE INDEX baseline_adoption_history ON baseline_adoption (release, record);

-- Verdicts as pages show them: for the last change that can bear on the release.
CREATE TABLE stored_verdict (
    release {INT} NOT NULL PRIMARY KEY,
    seq {INT} NOT NULL,
    day {TEXT} NOT NULL,
    pack {TEXT} NOT NULL,
    verdicts {TEXT} NOT NULL
) {STRICT};
