//! The statements of the counterpart on PostgreSQL.

const COLUMNS: &str = "id, programme_id, parent_id, origin, duration, channels, topics, language, location_code, \
     municipality_code, state, contact_name, contact_kind, contact_value, created_at";

/// The product's statement.
const APPEND: &str = "WITH head AS ( \
     INSERT INTO journal_heads AS h (chain, seq, hash) VALUES ($1, 1, sha256($2::bytea || int8send(1) || $3::bytea)) \
     ON CONFLICT (chain) DO UPDATE SET seq = h.seq + 1, hash = sha256(h.hash || int8send(h.seq + 1) || $3) \
     RETURNING seq, hash) \
     INSERT INTO journal (chain, seq, at, actor, role, purpose, action, object_kind, object_id, state_before, \
     state_after, hash) \
     SELECT $1, head.seq, $4, $5, 'parent', 'matching', 'request.submitted', 'request', $6, NULL, 'submitted', \
     head.hash FROM head";

/// The places of the statements.
#[derive(Clone, Copy)]
pub enum Sql {
    Request,
    First,
    Next,
    Insert,
    Append,
    Consents,
    Buddies,
    Certificates,
    Ties,
    Forms,
    School,
    Proposals,
}

/// Their texts, in the order of [`Sql`].
pub fn texts() -> [String; 12] {
    let page = format!("SELECT {COLUMNS} FROM support_requests WHERE programme_id = $1");
    let order = "ORDER BY created_at DESC, id DESC LIMIT $2";
    [
        format!("SELECT {COLUMNS} FROM support_requests WHERE id = $1 LIMIT 1"),
        format!("{page} {order}"),
        format!("{page} AND created_at <= $3 AND (created_at < $3 OR id < $4) {order}"),
        format!(
            "INSERT INTO support_requests ({COLUMNS}, updated_at, version) VALUES \
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, 1)"
        ),
        APPEND.to_owned(),
        "SELECT kind, withdrawn_at FROM consents WHERE programme_id = $1 AND request_id = $2".to_owned(),
        "SELECT id, first_name, specialisms, channels, municipalities, capacity, matches FROM buddies \
         WHERE programme_id = $1 AND ready_until >= $2 AND status = 'active' AND matches < capacity \
         AND (languages & $3) <> 0 AND (channels & $4) <> 0"
            .to_owned(),
        "SELECT buddy_id, kind, issued_on, expires_on FROM certificates WHERE programme_id = $1 AND buddy_id = ANY($2)"
            .to_owned(),
        "SELECT buddy_id, kind, about FROM ties WHERE programme_id = $1 AND buddy_id = ANY($2)".to_owned(),
        "SELECT form, funders FROM programme_forms WHERE programme_id = $1 ORDER BY since".to_owned(),
        "SELECT s.board_number, s.municipality_code, p.partnership_code FROM schools s LEFT JOIN school_partnerships p \
         ON p.location_code = s.location_code AND p.since <= $2 AND (p.until IS NULL OR p.until >= $2) \
         WHERE s.location_code = $1"
            .to_owned(),
        "SELECT buddy_id FROM proposals WHERE programme_id = $1 AND request_id = $2 AND state IN ('open', 'refused')"
            .to_owned(),
    ]
}
