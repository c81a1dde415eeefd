//! The tables, as diesel knows them. Kept by hand beside the two migrations; a test selects from every table on
//! both databases.

#![cfg_attr(
    not(test),
    expect(clippy::wildcard_imports, reason = "the SQL types, as every schema of diesel names them")
)]

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    boards (number) {
        number -> Text,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    partnerships (code) {
        code -> Text,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    schools (location_code) {
        location_code -> Text,
        institution_code -> Text,
        board_number -> Text,
        name -> Text,
        street -> Text,
        house_number -> Text,
        postcode -> Text,
        place -> Text,
        place_key -> Text,
        municipality_code -> Text,
        municipality_name -> Text,
        province -> Text,
        denomination -> Text,
        phone -> Nullable<Text>,
        website -> Nullable<Text>,
        gone_since -> Nullable<Date>,
        version -> Integer,
        beside -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    school_words (word, location_code) {
        word -> Text,
        location_code -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    school_partnerships (location_code, partnership_code, since) {
        location_code -> Text,
        partnership_code -> Text,
        source -> Text,
        since -> Date,
        until -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    postcode_areas (area) {
        area -> Text,
        municipality_name -> Text,
        primary_partnership -> Nullable<Text>,
        secondary_partnership -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    pupil_counts (location_code) {
        location_code -> Text,
        kind -> Text,
        counts -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    directory_imports (id) {
        id -> Id,
        kind -> Text,
        file_name -> Text,
        file_hash -> Text,
        status -> Text,
        row_count -> Integer,
        added -> Integer,
        changed -> Integer,
        removed -> Integer,
        unchanged -> Integer,
        links_opened -> Integer,
        links_closed -> Integer,
        differences -> Document,
        imported_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    organisations (id) {
        id -> Id,
        kind -> Text,
        name -> Text,
        location_code -> Nullable<Text>,
        board_number -> Nullable<Text>,
        partnership_code -> Nullable<Text>,
        version -> Integer,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    people (id) {
        id -> Id,
        name -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    programmes (id) {
        id -> Id,
        organisation_id -> Id,
        name -> Text,
        version -> Integer,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    memberships (id) {
        id -> Id,
        person_id -> Id,
        organisation_id -> Id,
        programme_id -> Nullable<Id>,
        role -> Text,
        status -> Text,
        since -> Date,
        until -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    programme_forms (programme_id, since) {
        programme_id -> Id,
        since -> Date,
        form -> Text,
        funders -> BigInt,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    programme_schools (programme_id, location_code, since) {
        programme_id -> Id,
        location_code -> Text,
        since -> Date,
        until -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    conversations (id) {
        id -> Id,
        location_code -> Text,
        opened_by -> Id,
        parent_reference -> Id,
        ground -> Text,
        state -> Text,
        school_version -> Integer,
        version -> Integer,
        code_hash -> Nullable<Binary>,
        opened_at -> Moment,
        handed_over_on -> Nullable<Date>,
        handed_to -> Nullable<Id>,
        invitation_hash -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    parent_sides (conversation_id, code_hash) {
        conversation_id -> Id,
        code_hash -> Binary,
        state -> Text,
        answered_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    conversation_steps (conversation_id, ordinal) {
        conversation_id -> Id,
        ordinal -> Integer,
        step -> Text,
        side -> Text,
        wording_version -> Nullable<Text>,
        language -> Nullable<Text>,
        programmes_shown -> Nullable<Document>,
        at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    support_requests (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        parent_id -> Id,
        origin -> Text,
        duration -> Text,
        channels -> BigInt,
        topics -> BigInt,
        language -> Text,
        location_code -> Nullable<Text>,
        municipality_code -> Nullable<Text>,
        state -> Text,
        ended_because -> Nullable<Text>,
        contact_name -> Nullable<Text>,
        contact_kind -> Nullable<Text>,
        contact_value -> Nullable<Text>,
        code_hash -> Nullable<Binary>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
        withdrawn_by -> Nullable<Text>,
        continued_at -> Nullable<Moment>,
        continued_by -> Nullable<Text>,
        last_day_told_at -> Nullable<Moment>,
        consent_end_told_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    consents (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        kind -> Text,
        subject_id -> Id,
        text_version -> Text,
        language -> Text,
        text_hash -> Text,
        how -> Text,
        recorded_by -> Nullable<Id>,
        given_at -> Moment,
        valid_until -> Nullable<Date>,
        confirmation_hash -> Nullable<Binary>,
        confirmed_at -> Nullable<Moment>,
        withdrawn_at -> Nullable<Moment>,
        lapsed_at -> Nullable<Moment>,
        confirmed_how -> Nullable<Text>,
        confirmed_text_version -> Nullable<Text>,
        confirmed_language -> Nullable<Text>,
        confirmed_text_hash -> Nullable<Text>,
        programme_form -> Nullable<Text>,
        withdrawn_by -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    choices_shown (programme_id, request_id, said_at, shown_programme_id) {
        programme_id -> Id,
        request_id -> Id,
        said_at -> Moment,
        shown_programme_id -> Id,
        how -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    pupil_codes (programme_id, code_hash) {
        programme_id -> Id,
        request_id -> Id,
        code_hash -> Binary,
        made_at -> Moment,
        used_at -> Nullable<Moment>,
        said_no_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    withdrawal_notices (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        recipient_kind -> Text,
        recipient -> Text,
        kinds -> BigInt,
        state -> Text,
        told_at -> Moment,
        confirmed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    buddies (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        person_id -> Id,
        first_name -> Text,
        languages -> BigInt,
        specialisms -> BigInt,
        channels -> BigInt,
        municipalities -> Document,
        capacity -> Integer,
        matches -> Integer,
        status -> Text,
        ties_asked_on -> Nullable<Date>,
        ready_until -> Nullable<Date>,
        version -> Integer,
        created_at -> Moment,
        left_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    ties (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        buddy_id -> Id,
        kind -> Text,
        about -> Document,
        aggravated -> Bool,
        since -> Nullable<Date>,
        until -> Nullable<Date>,
        declared_at -> Moment,
        version -> Integer,
        ended_on -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::Id;

    coordinator_tie_declarations (programme_id, person_id) {
        programme_id -> Id,
        person_id -> Id,
        declared_on -> Date,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    coordinator_ties (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        person_id -> Id,
        kind -> Text,
        about -> Document,
        aggravated -> Bool,
        since -> Nullable<Date>,
        until -> Nullable<Date>,
        declared_at -> Moment,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    certificates (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        buddy_id -> Id,
        kind -> Text,
        profile -> Nullable<Text>,
        issued_on -> Date,
        expires_on -> Nullable<Date>,
        seen_by -> Id,
        recorded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    assessments (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        buddy_id -> Id,
        table_version -> Text,
        form -> Text,
        verdict -> Text,
        findings -> Document,
        assessed_on -> Date,
        assessed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    decisions (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        proposed_buddy -> Id,
        rules_version -> Text,
        facts -> Document,
        decided_by -> Id,
        decided_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    proposals (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        buddy_id -> Id,
        assessment_id -> Id,
        decision_id -> Id,
        state -> Text,
        parent_answer -> Nullable<Text>,
        buddy_answer -> Nullable<Text>,
        ties_declared_on -> Nullable<Date>,
        proposed_by -> Id,
        version -> Integer,
        created_at -> Moment,
        ties_declared_upon -> Nullable<Document>,
        cancelled_because -> Nullable<Text>,
        cancelled_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    tie_answers (programme_id, proposal_id, finding) {
        programme_id -> Id,
        proposal_id -> Id,
        finding -> Text,
        answer -> Text,
        text_version -> Text,
        answered_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    earlier_tie_answers (programme_id, proposal_id, finding, answered_at) {
        programme_id -> Id,
        proposal_id -> Id,
        finding -> Text,
        answer -> Text,
        text_version -> Text,
        answered_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    matches (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        buddy_id -> Id,
        proposal_id -> Id,
        state -> Text,
        paused_for -> BigInt,
        closed_because -> Nullable<Text>,
        started_at -> Moment,
        ended_at -> Nullable<Moment>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    access_log (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        subject_id -> Id,
        subject_kind -> Text,
        reader_id -> Id,
        role -> Text,
        organisation_id -> Nullable<Id>,
        client_id -> Nullable<Id>,
        data_kind -> Text,
        object_id -> Id,
        objects -> Integer,
        purpose -> Text,
        activity -> Text,
        operation -> Text,
        call_id -> Id,
        trace_id -> Id,
        parent_span -> Nullable<BigInt>,
        began_at -> Moment,
        ended_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    meeting_announcements (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        match_id -> Id,
        request_id -> Id,
        location_code -> Text,
        school_key -> Nullable<Id>,
        talk_date -> Date,
        state -> Text,
        text_version -> Text,
        language -> Text,
        text_hash -> Text,
        version -> Integer,
        announced_at -> Moment,
        withdrawn_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    erasure_notices (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        reference -> Id,
        recipient_kind -> Text,
        recipient -> Text,
        kinds -> BigInt,
        state -> Text,
        coordinators -> Document,
        told_at -> Moment,
        confirmed_at -> Nullable<Moment>,
        erased_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    announced_meetings (id) {
        id -> Id,
        location_code -> Text,
        talk_date -> Date,
        day_begins_at -> Moment,
        state -> Text,
        objections -> BigInt,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    meeting_objections (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        announcement_id -> Id,
        objection -> Text,
        noted_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    private_entries (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        match_id -> Id,
        request_id -> Id,
        kind -> Text,
        writer -> Text,
        words -> Text,
        version -> Integer,
        written_at -> Moment,
        changed_at -> Nullable<Moment>,
        about_health -> Bool,
        words_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    private_readings (programme_id, match_id, reader) {
        programme_id -> Id,
        match_id -> Id,
        reader -> Text,
        written_at -> Moment,
        entry_id -> Id,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    match_pauses (programme_id, match_id, paused_at) {
        programme_id -> Id,
        match_id -> Id,
        paused_at -> Moment,
        resumed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    contacts (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        match_id -> Id,
        contact_date -> Date,
        channel -> Text,
        minutes -> Integer,
        task -> Text,
        recorded_by -> Id,
        recorded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    journal_heads (chain) {
        chain -> Id,
        seq -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    journal (chain, seq) {
        chain -> Id,
        seq -> BigInt,
        at -> Moment,
        actor -> Nullable<Id>,
        role -> Text,
        purpose -> Text,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        state_before -> Nullable<Text>,
        state_after -> Nullable<Text>,
        hash -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    master_keys (id) {
        id -> Text,
        token -> Binary,
        bound_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    data_keys (id) {
        id -> Id,
        owner_kind -> Text,
        owner_id -> Id,
        master_id -> Text,
        wrapped -> Nullable<Binary>,
        state -> Text,
        created_at -> Moment,
        destroyed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    webhook_subscriptions (chain, id) {
        chain -> Id,
        id -> Id,
        url -> Text,
        event_types -> Nullable<BigInt>,
        state -> Text,
        disabled_because -> Nullable<Text>,
        position -> BigInt,
        failing_since -> Nullable<Moment>,
        quiet_until -> Nullable<Moment>,
        lease_holder -> Nullable<Id>,
        lease_until -> Nullable<Moment>,
        version -> Integer,
        created_at -> Moment,
        kept_by -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    webhook_secrets (chain, id) {
        chain -> Id,
        id -> Id,
        subscription_id -> Id,
        since -> Moment,
        until -> Nullable<Moment>,
        secret -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    webhook_deliveries (chain, id) {
        chain -> Id,
        id -> Id,
        subscription_id -> Id,
        seq -> BigInt,
        event_type -> Text,
        state -> Text,
        attempts -> Integer,
        next_at -> Nullable<Moment>,
        last_at -> Nullable<Moment>,
        last_status -> Nullable<Integer>,
        last_fault -> Nullable<Text>,
        settled_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    clients (id) {
        id -> Id,
        organisation_id -> Id,
        purpose -> Text,
        scopes -> BigInt,
        status -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    client_credentials (id) {
        id -> Id,
        client_id -> Id,
        secret_hash -> Nullable<Binary>,
        public_key -> Nullable<Text>,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    used_assertions (client_id, jti_hash) {
        client_id -> Id,
        jti_hash -> Binary,
        expires_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    sign_in_codes (id) {
        id -> Id,
        address_hash -> Binary,
        code_hash -> Binary,
        tries -> Integer,
        used -> Bool,
        created_at -> Moment,
        expires_at -> Moment,
        sent -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    sign_in_addresses (address_hash, person_id) {
        address_hash -> Binary,
        person_id -> Id,
        added_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    sessions (id) {
        id -> Id,
        person_id -> Id,
        started_at -> Moment,
        ended_because -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    refresh_tokens (token_hash) {
        token_hash -> Binary,
        session_id -> Id,
        used -> Bool,
        issued_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    external_subjects (issuer, subject_hash) {
        issuer -> Text,
        subject_hash -> Binary,
        person_id -> Id,
        linked_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Document, Id, Moment};

    kept_answers (slot) {
        slot -> Binary,
        fingerprint -> Binary,
        sealed -> Binary,
        expires_at -> Moment,
        request_id -> Nullable<Id>,
        person_id -> Nullable<Id>,
        export_id -> Nullable<Id>,
        subject_id -> Nullable<Id>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    columns_to_seal (table_name, column_name) {
        table_name -> Text,
        column_name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    retention_terms (programme_id, term) {
        programme_id -> Id,
        term -> Text,
        days -> Nullable<Integer>,
        reason -> Nullable<Text>,
        set_at -> Moment,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    holds (programme_id, id) {
        programme_id -> Id,
        id -> Id,
        request_id -> Id,
        because -> Text,
        placed_by -> Id,
        placed_at -> Moment,
        lifted_by -> Nullable<Id>,
        lifted_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    erasure_requests (person_id) {
        person_id -> Id,
        asked_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::Moment;

    tombstones (fingerprint) {
        fingerprint -> Binary,
        kind -> Text,
        laid_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::Moment;

    consent_proofs (fingerprint) {
        fingerprint -> Binary,
        kind -> Text,
        text_version -> Text,
        language -> Text,
        text_hash -> Text,
        given_at -> Moment,
        withdrawn_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    erased_counts (scope, kind, outcome, quarter) {
        scope -> Text,
        kind -> Text,
        outcome -> Text,
        quarter -> Text,
        number -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    reassessments (id) {
        id -> Id,
        buddy_id -> Nullable<Id>,
        asked_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    job_leases (job) {
        job -> Text,
        holder -> Id,
        until -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    restorations (id) {
        id -> Id,
        backup_made_at -> Moment,
        restored_at -> Moment,
        replayed_at -> Nullable<Moment>,
        tombstones_missing -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::columns::{Id, Moment};

    exports (id) {
        id -> Id,
        person_id -> Id,
        content -> Nullable<Text>,
        requested_at -> Moment,
        expires_at -> Moment,
        taken_at -> Nullable<Moment>,
        gone_at -> Nullable<Moment>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    boards,
    partnerships,
    schools,
    school_words,
    school_partnerships,
    postcode_areas,
    pupil_counts,
    directory_imports,
    organisations,
    people,
    programmes,
    memberships,
    programme_forms,
    programme_schools,
    conversations,
    conversation_steps,
    parent_sides,
    support_requests,
    consents,
    choices_shown,
    pupil_codes,
    withdrawal_notices,
    buddies,
    ties,
    coordinator_ties,
    coordinator_tie_declarations,
    certificates,
    assessments,
    decisions,
    proposals,
    tie_answers,
    earlier_tie_answers,
    matches,
    match_pauses,
    contacts,
    access_log,
    announced_meetings,
    erasure_notices,
    meeting_announcements,
    meeting_objections,
    private_entries,
    private_readings,
    journal_heads,
    journal,
    master_keys,
    data_keys,
    webhook_subscriptions,
    webhook_secrets,
    webhook_deliveries,
    clients,
    client_credentials,
    used_assertions,
    sign_in_codes,
    sign_in_addresses,
    sessions,
    refresh_tokens,
    external_subjects,
    kept_answers,
    columns_to_seal,
    retention_terms,
    holds,
    erasure_requests,
    tombstones,
    consent_proofs,
    erased_counts,
    job_leases,
    reassessments,
    restorations,
    exports,
);
