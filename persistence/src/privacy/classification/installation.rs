//! What keeps the installation running: the journal, events, kept answers and keys.

use naast_domain::journal::Purpose::Administration;
use naast_domain::privacy::WithheldBecause::{Key, NotAParents};
use naast_domain::privacy::retention::Rule::{Day, Delivery, Installation, Journal, KeyProof};

use super::{Form, Of, SealedFor, Table, internal, key, personal, secret, table};

pub(super) const TABLES: &[Table] = &[
    table(
        "journal_heads",
        Of::Nobody,
        Administration,
        Journal,
        &[internal("chain"), internal("seq"), internal("hash")],
    ),
    // ids and states, no value of anybody: an id means nothing once the row that it names is gone
    table(
        "journal",
        Of::Nobody,
        Administration,
        Journal,
        &[
            internal("chain"),
            internal("seq"),
            personal("at").withheld(Key),
            personal("actor").withheld(Key),
            personal("role").withheld(Key),
            internal("purpose"),
            personal("action").withheld(Key),
            internal("object_kind"),
            personal("object_id").withheld(Key),
            personal("state_before").withheld(Key),
            personal("state_after").withheld(Key),
            internal("hash"),
        ],
    ),
    table(
        "kept_answers",
        Of::Nobody,
        Administration,
        Day,
        &[
            secret("slot").form(Form::Fingerprint),
            secret("fingerprint").form(Form::Fingerprint),
            // under a key that only the caller has
            secret("sealed").form(Form::Wrapped),
            internal("expires_at"),
            personal("request_id").withheld(Key),
            personal("person_id").withheld(Key),
            personal("export_id").withheld(Key),
            personal("subject_id").withheld(Key),
        ],
    ),
    table(
        "webhook_subscriptions",
        Of::Nobody,
        Administration,
        Installation,
        &[
            internal("chain"),
            internal("id"),
            internal("url"),
            internal("event_types"),
            internal("state"),
            internal("disabled_because"),
            internal("position"),
            internal("failing_since"),
            internal("quiet_until"),
            internal("lease_holder"),
            internal("lease_until"),
            internal("version"),
            internal("created_at"),
            personal("kept_by").withheld(Key),
        ],
    ),
    table(
        "webhook_secrets",
        Of::Nobody,
        Administration,
        Installation,
        &[
            internal("chain"),
            internal("id"),
            internal("subscription_id"),
            secret("secret").sealed(SealedFor::System),
            internal("since"),
            internal("until"),
        ],
    ),
    table(
        "webhook_deliveries",
        Of::Nobody,
        Administration,
        Delivery,
        &[
            internal("chain"),
            internal("id"),
            internal("subscription_id"),
            internal("seq"),
            internal("event_type"),
            internal("state"),
            internal("attempts"),
            internal("next_at"),
            internal("last_at"),
            internal("last_status"),
            internal("last_fault"),
            internal("settled_at"),
            internal("created_at"),
        ],
    ),
    table(
        "columns_to_seal",
        Of::Nobody,
        Administration,
        Installation,
        &[internal("table_name"), internal("column_name")],
    ),
    table(
        "master_keys",
        Of::Nobody,
        Administration,
        Installation,
        &[internal("id"), secret("token").form(Form::Wrapped), internal("bound_at")],
    ),
    // a row stays when its key is destroyed: without it a lost key could not be told from one that was destroyed
    table(
        "data_keys",
        Of::Nobody,
        Administration,
        KeyProof,
        &[
            internal("id"),
            internal("owner_kind"),
            key("owner_id"),
            internal("master_id"),
            secret("wrapped").form(Form::Wrapped),
            internal("state"),
            personal("created_at").withheld(NotAParents),
            personal("destroyed_at").withheld(NotAParents),
        ],
    ),
];
