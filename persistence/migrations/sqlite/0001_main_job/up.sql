-- The main job: directory, organisations, programmes, conversations, requests, buddies, matches, journal.
-- Every table of a programme has programme_id first in its key, so that the schema can be distributed by it.

-- directory ---------------------------------------------------------------------------------------------------
CREATE TABLE boards (
    number TEXT PRIMARY KEY,
    name TEXT
) STRICT;

CREATE TABLE partnerships (
    code TEXT PRIMARY KEY,
    name TEXT
) STRICT;

CREATE TABLE schools (
    location_code TEXT PRIMARY KEY,
    institution_code TEXT NOT NULL,
    board_number TEXT NOT NULL REFERENCES boards (number),
    name TEXT NOT NULL,
    street TEXT NOT NULL,
    house_number TEXT NOT NULL,
    postcode TEXT NOT NULL,
    place TEXT NOT NULL,
    place_key TEXT NOT NULL,
    municipality_code TEXT NOT NULL,
    municipality_name TEXT NOT NULL,
    province TEXT NOT NULL,
    denomination TEXT NOT NULL,
    phone TEXT,
    website TEXT,
    -- the day on which the school was no longer in the published file
    gone_since TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX schools_by_board ON schools (board_number, location_code);
CREATE INDEX schools_by_place ON schools (place_key, location_code);
CREATE INDEX schools_by_postcode ON schools (postcode, location_code);

-- the words of names, for search by the beginning of a word
CREATE TABLE school_words (
    word TEXT NOT NULL,
    location_code TEXT NOT NULL REFERENCES schools (location_code),
    PRIMARY KEY (word, location_code)
) STRICT;
CREATE INDEX school_words_by_school ON school_words (location_code);

CREATE TABLE school_partnerships (
    location_code TEXT NOT NULL REFERENCES schools (location_code),
    partnership_code TEXT NOT NULL REFERENCES partnerships (code),
    source TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (location_code, partnership_code, since),
    CHECK (until IS NULL OR until >= since)
) STRICT;
CREATE INDEX school_partnerships_by_partnership ON school_partnerships (partnership_code, location_code);

CREATE TABLE postcode_areas (
    area TEXT PRIMARY KEY,
    municipality_name TEXT NOT NULL,
    primary_partnership TEXT,
    secondary_partnership TEXT
) STRICT;

CREATE TABLE pupil_counts (
    location_code TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    -- year to number of pupils; -1 stands for the published "<5"
    counts TEXT NOT NULL
) STRICT;

CREATE TABLE directory_imports (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('schools', 'partnerships', 'pupils')),
    file_name TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('applied', 'unchanged', 'held')),
    row_count INTEGER NOT NULL,
    added INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    links_opened INTEGER NOT NULL,
    links_closed INTEGER NOT NULL,
    differences TEXT NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;
CREATE INDEX directory_imports_by_time ON directory_imports (imported_at, id);

-- organisations -----------------------------------------------------------------------------------------------
CREATE TABLE organisations (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('school', 'board', 'partnership', 'support-point', 'parent-association', 'provider')),
    name TEXT NOT NULL,
    location_code TEXT REFERENCES schools (location_code),
    board_number TEXT REFERENCES boards (number),
    partnership_code TEXT REFERENCES partnerships (code),
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX organisations_by_time ON organisations (created_at, id);
CREATE INDEX organisations_by_school ON organisations (location_code);

CREATE TABLE people (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE programmes (
    id TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX programmes_by_time ON programmes (created_at, id);

CREATE TABLE memberships (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    programme_id TEXT REFERENCES programmes (id),
    role TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'suspended', 'ended')),
    since TEXT NOT NULL,
    until TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    CHECK (until IS NULL OR until >= since)
) STRICT;
CREATE INDEX memberships_by_person ON memberships (person_id);
CREATE INDEX memberships_by_organisation ON memberships (organisation_id, id);

-- programmes --------------------------------------------------------------------------------------------------
CREATE TABLE programme_forms (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    since TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('independent', 'school', 'support-point')),
    funders INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (programme_id, since)
) STRICT;

CREATE TABLE programme_schools (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    location_code TEXT NOT NULL REFERENCES schools (location_code),
    since TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (programme_id, location_code),
    CHECK (until IS NULL OR until >= since)
) STRICT;
CREATE INDEX programme_schools_by_school ON programme_schools (location_code, programme_id);

-- conversations -----------------------------------------------------------------------------------------------
-- No name and no contact way of a parent has a column here: the school side cannot hold one.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    location_code TEXT NOT NULL REFERENCES schools (location_code),
    opened_by TEXT NOT NULL REFERENCES people (id),
    parent_reference TEXT NOT NULL,
    ground TEXT NOT NULL,
    state TEXT NOT NULL,
    -- what the school sees has a version of its own, which the parent's steps do not touch
    school_version INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL DEFAULT 1,
    code_hash BLOB UNIQUE,
    opened_at TEXT NOT NULL,
    handed_over_on TEXT
) STRICT;
CREATE INDEX conversations_by_school ON conversations (location_code, opened_at, id);
CREATE INDEX conversations_by_reference ON conversations (location_code, parent_reference, opened_at);

CREATE TABLE conversation_steps (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    ordinal INTEGER NOT NULL,
    step TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('school', 'parent')),
    wording_version TEXT,
    language TEXT,
    programmes_shown TEXT,
    at TEXT NOT NULL,
    PRIMARY KEY (conversation_id, ordinal)
) STRICT;

-- requests ----------------------------------------------------------------------------------------------------
CREATE TABLE support_requests (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    id TEXT NOT NULL,
    parent_id TEXT NOT NULL REFERENCES people (id),
    origin TEXT NOT NULL CHECK (origin IN ('self', 'referral')),
    duration TEXT NOT NULL CHECK (duration IN ('one-off', 'long-term')),
    channels INTEGER NOT NULL,
    topics INTEGER NOT NULL,
    language TEXT NOT NULL,
    location_code TEXT REFERENCES schools (location_code),
    municipality_code TEXT,
    state TEXT NOT NULL CHECK (state IN ('submitted', 'consented', 'matched', 'closed', 'withdrawn')),
    ended_because TEXT,
    contact_name TEXT,
    contact_kind TEXT,
    contact_value TEXT,
    -- by it a parent who was referred may also stop; not the fingerprint that the conversation keeps
    code_hash BLOB,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id)
) STRICT;
CREATE INDEX support_requests_by_id ON support_requests (id);
CREATE INDEX support_requests_by_code ON support_requests (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX support_requests_by_parent ON support_requests (parent_id, created_at, id);
CREATE INDEX support_requests_by_time ON support_requests (programme_id, created_at, id);
CREATE INDEX support_requests_by_state ON support_requests (programme_id, state, created_at, id);

CREATE TABLE consents (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('referral', 'request', 'child-health-data')),
    text_version TEXT NOT NULL,
    language TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    given_at TEXT NOT NULL,
    withdrawn_at TEXT,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
) STRICT;
CREATE INDEX consents_by_request ON consents (programme_id, request_id);
CREATE UNIQUE INDEX consents_in_force ON consents (programme_id, request_id, kind) WHERE withdrawn_at IS NULL;

-- buddies -----------------------------------------------------------------------------------------------------
CREATE TABLE buddies (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    id TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    first_name TEXT NOT NULL,
    languages INTEGER NOT NULL,
    specialisms INTEGER NOT NULL,
    channels INTEGER NOT NULL,
    municipalities TEXT NOT NULL,
    capacity INTEGER NOT NULL CHECK (capacity >= 0),
    -- running matches; changed only together with a match, under the row's lock
    matches INTEGER NOT NULL DEFAULT 0 CHECK (matches >= 0),
    status TEXT NOT NULL CHECK (status IN ('applicant', 'active', 'paused', 'left')),
    ties_asked_on TEXT,
    -- the last day on which every certificate that readiness asks for is valid; computed from the certificates
    ready_until TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id)
) STRICT;
CREATE INDEX buddies_by_id ON buddies (id);
CREATE INDEX buddies_by_person ON buddies (person_id);
CREATE INDEX buddies_by_time ON buddies (programme_id, created_at, id);
CREATE UNIQUE INDEX buddies_once_in_a_programme ON buddies (programme_id, person_id) WHERE status <> 'left';
CREATE INDEX buddies_available ON buddies (programme_id, ready_until) WHERE status = 'active' AND matches < capacity;

CREATE TABLE ties (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    buddy_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    aggravated INTEGER NOT NULL,
    since TEXT,
    until TEXT,
    declared_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id)
) STRICT;
CREATE INDEX ties_by_buddy ON ties (programme_id, buddy_id);

-- A VOG is kept as date, profile and expiry; the document itself has no place here.
CREATE TABLE certificates (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    buddy_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('vog', 'training', 'agreement', 'code-of-conduct')),
    profile TEXT,
    issued_on TEXT NOT NULL,
    expires_on TEXT,
    seen_by TEXT NOT NULL REFERENCES people (id),
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id),
    CHECK (expires_on IS NULL OR expires_on >= issued_on)
) STRICT;
CREATE INDEX certificates_by_buddy ON certificates (programme_id, buddy_id);

-- independence, matching, support -----------------------------------------------------------------------------
CREATE TABLE assessments (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    buddy_id TEXT NOT NULL,
    table_version TEXT NOT NULL,
    form TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('none', 'disclose', 'block')),
    findings TEXT NOT NULL,
    assessed_on TEXT NOT NULL,
    assessed_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id)
) STRICT;
CREATE INDEX assessments_by_request ON assessments (programme_id, request_id);

CREATE TABLE decisions (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    proposed_buddy TEXT NOT NULL,
    rules_version TEXT NOT NULL,
    facts TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id)
) STRICT;
CREATE INDEX decisions_by_request ON decisions (programme_id, request_id, decided_at, id);

CREATE TABLE proposals (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    buddy_id TEXT NOT NULL,
    assessment_id TEXT NOT NULL,
    decision_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'cancelled')),
    parent_answer TEXT CHECK (parent_answer IN ('accepted', 'refused')),
    buddy_answer TEXT CHECK (buddy_answer IN ('accepted', 'refused')),
    proposed_by TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id),
    FOREIGN KEY (programme_id, assessment_id) REFERENCES assessments (programme_id, id),
    FOREIGN KEY (programme_id, decision_id) REFERENCES decisions (programme_id, id)
) STRICT;
CREATE INDEX proposals_by_id ON proposals (id);
CREATE INDEX proposals_by_request ON proposals (programme_id, request_id, created_at, id);
CREATE INDEX proposals_by_buddy ON proposals (programme_id, buddy_id, created_at, id);
CREATE UNIQUE INDEX proposals_open_once ON proposals (programme_id, request_id, buddy_id) WHERE state = 'open';

CREATE TABLE tie_answers (
    programme_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    finding TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('accepted', 'refused')),
    text_version TEXT NOT NULL,
    answered_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, proposal_id, finding),
    FOREIGN KEY (programme_id, proposal_id) REFERENCES proposals (programme_id, id)
) STRICT;

CREATE TABLE matches (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    buddy_id TEXT NOT NULL,
    proposal_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'closed')),
    paused_because TEXT,
    closed_because TEXT,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    FOREIGN KEY (programme_id, buddy_id) REFERENCES buddies (programme_id, id),
    FOREIGN KEY (programme_id, proposal_id) REFERENCES proposals (programme_id, id)
) STRICT;
CREATE INDEX matches_by_id ON matches (id);
CREATE INDEX matches_by_request ON matches (request_id);
CREATE INDEX matches_by_buddy ON matches (buddy_id);
CREATE INDEX matches_by_time ON matches (programme_id, started_at, id);
CREATE INDEX matches_running_by_buddy ON matches (programme_id, buddy_id) WHERE state <> 'closed';
-- one running match for a request, whatever happens at the same moment
CREATE UNIQUE INDEX matches_one_for_a_request ON matches (programme_id, request_id) WHERE state <> 'closed';

-- When, how long and what kind; never what was said.
CREATE TABLE contacts (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    match_id TEXT NOT NULL,
    contact_date TEXT NOT NULL,
    channel TEXT NOT NULL,
    minutes INTEGER NOT NULL CHECK (minutes BETWEEN 1 AND 600),
    task TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
) STRICT;
CREATE INDEX contacts_by_match ON contacts (programme_id, match_id, recorded_at, id);

-- journal -----------------------------------------------------------------------------------------------------
CREATE TABLE journal_heads (
    chain TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE journal (
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor TEXT,
    role TEXT NOT NULL,
    purpose TEXT NOT NULL,
    action TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    state_before TEXT,
    state_after TEXT,
    hash BLOB NOT NULL,
    PRIMARY KEY (chain, seq)
) STRICT;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
-- REPLACE takes a row out without asking the trigger above
CREATE TRIGGER journal_no_replace BEFORE INSERT ON journal
    WHEN EXISTS (SELECT 1 FROM journal WHERE chain = NEW.chain AND seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
