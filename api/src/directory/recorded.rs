//! Which partnership a school belongs to, where its postcode does not say it: a school of a denomination with a national
//! partnership, or one whose partnership said so itself.

use actix_web::{put, web};
use naast_domain::Date;
use naast_domain::access::RecordPartnership;
use naast_domain::code::{Code as _, contract_schema_of};
use naast_domain::directory::{
    LocationCode, PartnershipCode, PartnershipSource, earliest_partnership, has_national_partnership,
};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_domain::text::Text;
use naast_persistence::directory::{self, PartnershipLink};
use naast_persistence::{Database, Kept};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::schools::SchoolView;
use crate::answer::{Answer, IfMatch};
use crate::caller::Caller;
use crate::contract::{Check, Path, Sent};
use crate::platform::{Platform, Said as _};
use crate::problem::Error;

/// That a school belongs to a partnership.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "partnershipCode": "PO9901", "source": "denomination", "sinceDate": "2026-08-01" }))]
pub struct SchoolPartnershipBody {
    /// The partnership, for primary education.
    pub partnership_code: PartnershipCode,
    /// How it is known.
    #[schema(schema_with = sources)]
    pub source: PartnershipSource,
    /// From this day on: today at the latest, after the last day of what is over, and not before 1 August 2014, when partnerships began.
    pub since_date: Date,
    /// That the code is right and stands in no list of the directory, such as that of a national partnership, or of one that began after
    /// the table of postcodes. Without it an unknown code is a fault, so that a slip of the pen is not a partnership.
    pub not_in_directory: Option<bool>,
}

/// The sources that somebody can name.
fn sources() -> RefOr<Schema> {
    let said: Vec<_> = PartnershipSource::ALL.iter().copied().filter(|source| source.is_said()).collect();
    contract_schema_of(&said)
}

/// What the journal keeps of a period: what was replaced is found nowhere else.
fn in_words(link: &PartnershipLink) -> String {
    format!("{} {} {}", link.code, link.source.code(), link.since)
}

/// What no schema can find: what goes with a school of this denomination, on this day, and a code that nobody has.
fn look_over(
    check: &mut Check<'_>,
    db: &mut Database<'_>,
    denomination: &str,
    (earliest, today): (Date, Date),
) -> Result<(), Error> {
    if check.get::<PartnershipCode>("/partnershipCode").is_some_and(|code| !code.as_str().starts_with("PO")) {
        let text = Text::of(
            "Een basisschool hoort bij een samenwerkingsverband voor primair onderwijs: PO en vier cijfers.",
            "A primary school belongs to a partnership for primary education: PO and four digits.",
        );
        check.fault("/partnershipCode", "other-sector", text);
    }
    if check.get("/source") == Some(PartnershipSource::Denomination)
        && !has_national_partnership(denomination)
    {
        let text = Text::of(
            "De richting van deze school heeft geen landelijk samenwerkingsverband. Toegestaan: partnership.",
            "The denomination of this school has no national partnership. Allowed: partnership.",
        );
        check.fault("/source", "not-by-denomination", text);
    }
    if check.get::<Date>("/sinceDate").is_some_and(|since| since < earliest) {
        let text = Text::new(
            format!(
                "Niet voor {earliest}: wat daarvoor gold, staat vast, en voor 1 augustus 2014 was er geen."
            ),
            format!(
                "Not before {earliest}: what held before stands, and before 1 August 2014 there was none."
            ),
        );
        check.fault("/sinceDate", "too-early", text);
    }
    if check.get::<Date>("/sinceDate").is_some_and(|since| since > today) {
        let text = Text::of("Deze dag ligt in de toekomst.", "This day is ahead.");
        check.fault("/sinceDate", "too-late", text);
    }
    let unlisted = check.get("/notInDirectory").unwrap_or(false);
    check.refers("/partnershipCode", |code| {
        Ok(unlisted || directory::partnership(db, &code)?.is_some() || !directory::has_partnerships(db)?)
    })
}

/// Record which partnership a school belongs to.
///
/// It takes the place of what the postcode says, and no import changes it. What stood there holds until the day before; where the new
/// first day is no later than its own, it is replaced, and the journal says by what. What is over stays. The rules of independence count with it from the next call on; what
/// runs already, and what is proposed, is asked again within a second.
#[utoipa::path(
    operation_id = "recordSchoolPartnership",
    tag = "directory",
    params(
        ("locationCode" = LocationCode, Path, description = "The school"),
        ("If-Match" = String, Header, description = "The ETag of the school that was read"),
    ),
    request_body = SchoolPartnershipBody,
    responses((status = 200, description = "Recorded", body = SchoolView)),
)]
#[put("/schools/{locationCode}/partnership")]
pub async fn record_school_partnership(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(location): Path<LocationCode>,
    seen: IfMatch,
    sent: Sent<SchoolPartnershipBody>,
) -> Result<Answer<SchoolView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<RecordPartnership>()?;
            let school = directory::find(cx.tx, &location)?.ok_or(Error::NotFound)?;
            let mut check = sent.check();
            let earliest = earliest_partnership(directory::last_day_over(cx.tx, &grant, &location)?);
            look_over(&mut check, cx.tx, &school.school.denomination, (earliest, cx.today))?;
            let body = sent.sound(check)?;
            seen.check(school.version)?;
            let link = PartnershipLink {
                code: body.partnership_code.clone(),
                source: body.source,
                since: body.since_date,
            };
            let view = |school: directory::Listed| {
                let version = school.version;
                Answer::found(SchoolView::from(school)).version(version)
            };
            if school.partnership.as_ref() == Some(&link) {
                cx.shows([]);
                return Ok(Kept::unchanged(view(school)));
            }
            let stood = directory::record_partnership(cx.tx, &grant, &school, &link, cx.now)?;
            let before: Vec<String> = stood.iter().map(in_words).collect();
            let after = directory::find(cx.tx, &location)?.ok_or(Error::NotFound)?;
            let entry = cx
                .entry(
                    Chain::PLATFORM,
                    Role::Administrator,
                    Purpose::Administration,
                    "school.partnership-recorded",
                )
                .on(&location)
                .facts((!before.is_empty()).then(|| before.join(", ")), in_words(&link));
            Ok(cx.tx.keep([entry], view(after))?)
        })
        .await
}
