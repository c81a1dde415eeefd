//! How long things stay, what holds them back, and what is left of them.

use naast_domain::journal::Purpose::{Administration, Support};
use naast_domain::privacy::HoldReason;
use naast_domain::privacy::WithheldBecause::{NotAParents, Repeated, ThirdParty};
use naast_domain::privacy::retention::Rule::{
    Account, AnnouncedTalk, Case, ConsentProof, Count, Day, ErasureNotice, Installation, Tombstone,
};

use super::{Form, Of, SealedFor, Table, internal, key, personal, public, secret, table};

pub(super) const TABLES: &[Table] = &[
    table(
        "retention_terms",
        Of::Nobody,
        Administration,
        Installation,
        &[
            public("programme_id"),
            public("term"),
            public("days"),
            // everybody who is signed in reads why a programme keeps something longer
            public("reason"),
            public("set_at"),
            internal("version"),
        ],
    ),
    table(
        "holds",
        Of::Case("request_id"),
        Support,
        Case,
        &[
            internal("programme_id"),
            key("id"),
            key("request_id"),
            personal("because").exported("requests.holds.because").reads::<HoldReason>(),
            personal("placed_by").withheld(ThirdParty),
            personal("placed_at").exported("requests.holds.placedAt"),
            personal("lifted_by").withheld(ThirdParty),
            personal("lifted_at").exported("requests.holds.liftedAt"),
        ],
    ),
    table(
        "erasure_requests",
        Of::Person("person_id"),
        Administration,
        Account,
        &[key("person_id"), personal("asked_at").exported("account.erasureAskedAt")],
    ),
    table(
        "exports",
        Of::Person("person_id"),
        Administration,
        Day,
        &[
            key("id"),
            key("person_id"),
            // what is in it is there already, in the rows that it was made from
            secret("content").sealed(SealedFor::Export("id")),
            personal("requested_at").withheld(Repeated),
            personal("expires_at").withheld(Repeated),
            personal("taken_at").withheld(Repeated),
            personal("gone_at").withheld(Repeated),
        ],
    ),
    // what a school was told: of the school, and of nobody whom it could be traced to
    table(
        "announced_meetings",
        Of::Nobody,
        Support,
        AnnouncedTalk,
        &[
            internal("id"),
            internal("location_code"),
            internal("talk_date"),
            internal("day_begins_at"),
            internal("state"),
            internal("objections"),
            internal("version"),
        ],
    )
    .aged_by("day_begins_at"),
    // what recipients are told of a case that is gone: an id that leads nowhere any more, and nothing that the parent told
    table(
        "erasure_notices",
        Of::Nobody,
        Support,
        ErasureNotice,
        &[
            internal("programme_id"),
            internal("id"),
            internal("reference"),
            internal("recipient_kind"),
            personal("recipient").withheld(NotAParents),
            internal("kinds"),
            internal("state"),
            personal("coordinators").withheld(NotAParents),
            internal("told_at"),
            internal("confirmed_at"),
            internal("erased_at"),
        ],
    )
    .aged_by("erased_at"),
    table(
        "tombstones",
        Of::Nobody,
        Administration,
        Tombstone,
        &[secret("fingerprint").form(Form::Fingerprint), internal("kind"), internal("laid_at")],
    ),
    table(
        "consent_proofs",
        Of::Nobody,
        Administration,
        ConsentProof,
        &[
            secret("fingerprint").form(Form::Fingerprint),
            internal("kind"),
            internal("text_version"),
            internal("language"),
            internal("text_hash"),
            internal("given_at"),
            internal("withdrawn_at"),
        ],
    )
    .aged_by("given_at"),
    table(
        "erased_counts",
        Of::Nobody,
        Administration,
        Count,
        &[internal("scope"), internal("kind"), internal("outcome"), internal("quarter"), internal("number")],
    ),
    table(
        "job_leases",
        Of::Nobody,
        Administration,
        Installation,
        &[internal("job"), internal("holder"), internal("until")],
    ),
    table(
        "restorations",
        Of::Nobody,
        Administration,
        Installation,
        &[
            internal("id"),
            internal("backup_made_at"),
            internal("restored_at"),
            internal("replayed_at"),
            internal("tombstones_missing"),
        ],
    ),
];
