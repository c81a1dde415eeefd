-- The access log: one record for each reading of somebody's data by somebody else, written before the answer goes out. Its fields are
-- those of the Logboek Dataverwerkingen 1.0; it holds nothing of what was read.
CREATE TABLE access_log (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_kind TEXT NOT NULL CHECK (subject_kind IN ('parent', 'buddy')),
    reader_id TEXT NOT NULL,
    role TEXT NOT NULL,
    organisation_id TEXT,
    client_id TEXT,
    data_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    objects INTEGER NOT NULL CHECK (objects > 0),
    purpose TEXT NOT NULL,
    activity TEXT NOT NULL,
    operation TEXT NOT NULL,
    call_id TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    parent_span INTEGER,
    began_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id)
) STRICT;
CREATE INDEX access_log_by_subject ON access_log (subject_id, began_at, id);
CREATE INDEX access_log_by_time ON access_log (began_at, id);
