//! What must never be, in SQL: asked of the database and not of the code that keeps it.

use naast_tests::Engine;

/// What must never be, each as the rows that would be it.
pub fn never(engine: Engine) -> Vec<(&'static str, String)> {
    let running = "matches m JOIN support_requests r ON r.id = m.request_id JOIN proposals p ON p.id = m.proposal_id \
                   JOIN assessments a ON a.id = p.assessment_id JOIN buddies b ON b.id = m.buddy_id \
                   WHERE m.state <> 'closed'";
    let consent = |kind: &str| {
        format!(
            "EXISTS (SELECT 1 FROM consents c WHERE c.request_id = r.id AND c.kind = '{kind}' AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL AND (c.how <> 'reported-by-staff' OR c.confirmed_at IS NOT NULL))"
        )
    };
    let (each, effect, key) = match engine {
        Engine::Sqlite => {
            ("json_each(a.findings) f", "json_extract(f.value, '$.effect')", "json_extract(f.value, '$.key')")
        }
        Engine::Postgres => ("jsonb_array_elements(a.findings) f", "f ->> 'effect'", "f ->> 'key'"),
    };
    let accepted =
        "SELECT 1 FROM tie_answers t WHERE t.proposal_id = p.id AND t.answer = 'accepted' AND t.finding";
    let valid = |kind: &str| {
        format!("EXISTS (SELECT 1 FROM certificates c WHERE c.buddy_id = b.id AND c.kind = '{kind}')")
    };
    vec![
        ("a match without consent", format!("{running} AND NOT {}", consent("request"))),
        ("a referred match without that consent", format!("{running} AND r.origin = 'referral' AND NOT {}", consent("referral"))),
        ("a match that not both said yes to", format!("{running} AND (p.parent_answer IS NULL OR p.buddy_answer IS NULL OR p.parent_answer <> 'accepted' OR p.buddy_answer <> 'accepted')")),
        ("an active match with a tie that the parent did not accept", format!("{running} AND m.state = 'active' AND EXISTS (SELECT 1 FROM {each} WHERE {effect} = 'disclose' AND NOT EXISTS ({accepted} = {key}))")),
        ("an active match whose buddy declared nothing for it", format!("{running} AND m.state = 'active' AND p.ties_declared_on IS NULL")),
        ("a match with a buddy who works at the school", format!("{running} AND EXISTS (SELECT 1 FROM ties t WHERE t.buddy_id = b.id AND t.kind = 'employed-at-school' AND t.until IS NULL)")),
        ("a match that was assessed as blocked", format!("{running} AND a.verdict = 'block'")),
        ("an active match of a buddy without certificates", format!("{running} AND m.state = 'active' AND NOT ({} AND {} AND {} AND {})", valid("vog"), valid("training"), valid("agreement"), valid("code-of-conduct"))),
        ("an active match with a buddy who is not available", format!("{running} AND m.state = 'active' AND b.status <> 'active'")),
        ("a parent's consent to data on the health of a pupil who spoke herself", "consents c WHERE c.kind = 'child-health-data' AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL AND EXISTS (SELECT 1 FROM pupil_codes p WHERE p.request_id = c.request_id AND p.used_at IS NOT NULL)".to_owned()),
        ("a pupil's consent beside her no", "consents c WHERE c.kind = 'pupil-health-data' AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL AND EXISTS (SELECT 1 FROM pupil_codes p WHERE p.request_id = c.request_id AND p.said_no_at IS NOT NULL)".to_owned()),
        ("a proposal that waits for a buddy without a place", "proposals p JOIN buddies b ON b.programme_id = p.programme_id AND b.id = p.buddy_id WHERE p.state = 'open' AND b.matches >= b.capacity".to_owned()),
        ("two matches for one request", "matches m JOIN matches n ON n.request_id = m.request_id AND n.id <> m.id WHERE m.state <> 'closed' AND n.state <> 'closed'".to_owned()),
        ("a withdrawn request with something left of it", "support_requests r WHERE r.state = 'withdrawn' AND (r.contact_name IS NOT NULL OR r.contact_value IS NOT NULL OR EXISTS (SELECT 1 FROM matches m WHERE m.request_id = r.id AND m.state <> 'closed') OR EXISTS (SELECT 1 FROM proposals p WHERE p.request_id = r.id AND p.state = 'open') OR EXISTS (SELECT 1 FROM consents c WHERE c.request_id = r.id AND c.withdrawn_at IS NULL AND c.lapsed_at IS NULL))".to_owned()),
        ("a consent that another than the parent gave", "journal j JOIN support_requests r ON CAST(r.id AS text) = j.object_id WHERE j.action = 'request.consented' AND j.actor <> r.parent_id".to_owned()),
    ]
}
