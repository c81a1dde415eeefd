//! One school: everybody signed in can read it, with its partnership and its pupils.

use actix_web::{get, web};
use naast_domain::Date;
use naast_domain::directory::files::PupilCount;
use naast_domain::directory::{
    BoardNumber, InstitutionCode, LocationCode, MunicipalityCode, PartnershipCode, PartnershipSource,
    Postcode,
};
use naast_persistence::directory::{self, Listed, PartnershipLink, Pupils};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Path;
use crate::platform::Platform;
use crate::problem::Error;

/// That a school belongs to a partnership.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchoolPartnershipView {
    /// The partnership.
    pub partnership_code: PartnershipCode,
    /// How it is known.
    pub source: PartnershipSource,
    /// From this day on.
    pub since_date: Date,
}

impl From<PartnershipLink> for SchoolPartnershipView {
    fn from(link: PartnershipLink) -> Self {
        Self { partnership_code: link.code, source: link.source, since_date: link.since }
    }
}

/// The pupils of a school in one year.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchoolPupilsView {
    /// The latest year that was published.
    pub year: i32,
    /// How many; null when there are fewer than five.
    pub count: Option<u32>,
    /// Whether there are fewer than five. Such a number is not published, because it could point at a child.
    pub below_five: bool,
}

impl From<Pupils> for SchoolPupilsView {
    fn from(pupils: Pupils) -> Self {
        let count = match pupils.count {
            PupilCount::Exactly(number) => Some(number),
            PupilCount::BelowFive => None,
        };
        Self { year: pupils.year, count, below_five: count.is_none() }
    }
}

/// One location of a school.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "locationCode": "03GR01", "institutionCode": "03GR", "boardNumber": "41775", "name": "Basisschool De Ark",
    "street": "Melkweg", "houseNumber": "13-A", "postcode": "1011 AB", "place": "AMSTERDAM",
    "municipalityCode": "0363", "municipalityName": "AMSTERDAM", "province": "Noord-Holland",
    "denomination": "Openbaar", "phone": "0201234567", "website": "www.voorbeeld.nl",
    "partnership": { "partnershipCode": "PO2707", "source": "postcode-table", "sinceDate": "2026-08-01" },
    "pupils": { "year": 2025, "count": 212, "belowFive": false }, "goneSinceDate": null
}))]
pub struct SchoolView {
    /// Its code.
    pub location_code: LocationCode,
    /// The institution that it is a location of.
    pub institution_code: InstitutionCode,
    /// The board that answers for it.
    pub board_number: BoardNumber,
    /// Its name.
    pub name: String,
    /// The street; empty where it is not published.
    pub street: String,
    /// The house number with what is added to it; empty where it is not published.
    pub house_number: String,
    /// The postcode.
    pub postcode: Postcode,
    /// The place, in capitals as DUO writes it.
    pub place: String,
    /// The municipality.
    pub municipality_code: MunicipalityCode,
    /// The name of the municipality; empty where it is not published.
    pub municipality_name: String,
    /// The province; empty where it is not published.
    pub province: String,
    /// The denomination in DUO's words, such as `Openbaar`.
    pub denomination: String,
    /// The telephone number.
    pub phone: Option<String>,
    /// The address of the website, mostly without `https://`.
    pub website: Option<String>,
    /// The partnership that it belongs to now; null where none is known.
    pub partnership: Option<SchoolPartnershipView>,
    /// The pupils in the latest year that was published; null where no year is known.
    pub pupils: Option<SchoolPupilsView>,
    /// The day on which it was no longer published; null while it is.
    pub gone_since_date: Option<Date>,
}

impl From<Listed> for SchoolView {
    fn from(listed: Listed) -> Self {
        let school = listed.school;
        Self {
            location_code: school.location,
            institution_code: school.institution,
            board_number: school.board,
            name: school.name,
            street: school.street,
            house_number: school.house_number,
            postcode: school.postcode,
            place: school.place,
            municipality_code: school.municipality,
            municipality_name: school.municipality_name,
            province: school.province,
            denomination: school.denomination,
            phone: school.phone,
            website: school.website,
            partnership: listed.partnership.map(Into::into),
            pupils: listed.pupils.map(Into::into),
            gone_since_date: listed.gone_since,
        }
    }
}

/// Get a school; also one that is no longer published, because conversations and requests still point at it.
#[utoipa::path(
    operation_id = "getSchool",
    tag = "directory",
    security(("person" = []), ("client" = ["directory:read"])),
    params(("locationCode" = LocationCode, Path, description = "The school")),
    responses((status = 200, description = "The school", body = SchoolView)),
)]
#[get("/schools/{locationCode}")]
pub async fn get_school(
    platform: web::Data<Platform>,
    caller: Caller,
    Path(location): Path<LocationCode>,
) -> Result<Answer<SchoolView>, Error> {
    platform
        .read(caller.0, move |cx| {
            let listed = directory::find(cx.db, &location)?.ok_or(Error::NotFound)?;
            let version = listed.version;
            Ok(Answer::found(SchoolView::from(listed)).version(version))
        })
        .await
}
