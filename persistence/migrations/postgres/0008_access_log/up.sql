-- The access log: one record for each reading of somebody's data by somebody else, written before the answer goes out. Its fields are
-- those of the Logboek Dataverwerkingen 1.0; it holds nothing of what was read.
CREATE TABLE access_log (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('parent', 'buddy')),
    reader_id uuid NOT NULL,
    role text NOT NULL,
    organisation_id uuid,
    client_id uuid,
    data_kind text NOT NULL,
    object_id uuid NOT NULL,
    objects integer NOT NULL CHECK (objects > 0),
    purpose text NOT NULL,
    activity text NOT NULL,
    operation text NOT NULL,
    call_id uuid NOT NULL,
    trace_id uuid NOT NULL,
    parent_span bigint,
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id)
);
CREATE INDEX access_log_by_subject ON access_log (subject_id, began_at, id);
CREATE INDEX access_log_by_time ON access_log (began_at, id);
