//! The directory: open data of DUO about schools, boards and partnerships.

use naast_domain::journal::Purpose::Administration;
use naast_domain::privacy::retention::Rule::{Directory, Installation};

use super::{Of, Table, internal, public, table};

pub(super) const TABLES: &[Table] = &[
    table("boards", Of::Nobody, Administration, Directory, &[public("number"), public("name")]),
    table("partnerships", Of::Nobody, Administration, Directory, &[public("code"), public("name")]),
    table(
        "schools",
        Of::Nobody,
        Administration,
        Directory,
        &[
            public("location_code"),
            public("institution_code"),
            public("board_number"),
            public("name"),
            public("street"),
            public("house_number"),
            public("postcode"),
            public("place"),
            public("place_key"),
            public("municipality_code"),
            public("municipality_name"),
            public("province"),
            public("denomination"),
            public("phone"),
            public("website"),
            public("gone_since"),
            internal("version"),
            public("beside"),
        ],
    ),
    table("school_words", Of::Nobody, Administration, Directory, &[public("word"), public("location_code")]),
    table(
        "school_partnerships",
        Of::Nobody,
        Administration,
        Directory,
        &[
            public("location_code"),
            public("partnership_code"),
            public("source"),
            public("since"),
            public("until"),
        ],
    ),
    table(
        "postcode_areas",
        Of::Nobody,
        Administration,
        Directory,
        &[
            public("area"),
            public("municipality_name"),
            public("primary_partnership"),
            public("secondary_partnership"),
        ],
    ),
    table(
        "pupil_counts",
        Of::Nobody,
        Administration,
        Directory,
        // DUO publishes no count below five
        &[public("location_code"), public("kind"), public("counts")],
    ),
    table(
        "directory_imports",
        Of::Nobody,
        Administration,
        Installation,
        &[
            internal("id"),
            internal("kind"),
            internal("file_name"),
            internal("file_hash"),
            internal("status"),
            internal("row_count"),
            internal("added"),
            internal("changed"),
            internal("removed"),
            internal("unchanged"),
            internal("links_opened"),
            internal("links_closed"),
            internal("differences"),
            internal("imported_at"),
        ],
    ),
];
