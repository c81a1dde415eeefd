//! The data, computed from numbers: the same in every run and in both databases, and known to whoever asks without a
//! question to the database.

use naast_domain::ids::PersonId;
use uuid::Uuid;

/// Requests, and buddies, of an ordinary programme.
pub const PER_PROGRAMME: u32 = 200;

/// How many schools the directory has.
pub const SCHOOLS: u32 = 400;

/// How much data.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// So many programmes of [`PER_PROGRAMME`] requests and as many buddies.
    pub programmes: u32,
    /// So many requests and buddies in one programme more; none where it is 0.
    pub crowd: u32,
}

impl Size {
    /// Requests in all, and buddies in all.
    pub fn rows(self) -> u32 {
        self.programmes * PER_PROGRAMME + self.crowd
    }

    /// Programmes in all. The last one is the crowded one.
    pub fn all_programmes(self) -> u32 {
        self.programmes + u32::from(self.crowd > 0)
    }

    /// The programme of a request, and of a buddy.
    pub fn programme_of(self, row: u32) -> u32 {
        (row / PER_PROGRAMME).min(self.programmes)
    }
}

/// What an id is of.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The organisation of a programme.
    Organisation = 1,
    /// A programme.
    Programme,
    /// The person who coordinates a programme.
    Coordinator,
    /// A membership of a coordinator.
    Membership,
    /// The person who made a request.
    Parent,
    /// A request.
    Request,
    /// The consent on a request.
    Consent,
    /// A buddy.
    Buddy,
    /// The person whom a buddy is.
    Volunteer,
    /// A certificate of a buddy.
    Certificate,
    /// A tie of a buddy.
    Tie,
    /// The key of a call that is repeated.
    Key,
}

/// Spreads the bits of a number (splitmix64).
pub fn mixed(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The id of the thing with this number.
pub fn id(kind: Kind, number: u32) -> Uuid {
    let seed = ((kind as u64) << 40) | u64::from(number);
    let bits = (u128::from(mixed(seed)) << 64) | u128::from(mixed(seed ^ (1 << 60)));
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

/// The person with this number.
pub fn person(kind: Kind, number: u32) -> PersonId {
    PersonId::from_uuid(id(kind, number))
}

/// The code of a school.
pub fn school(number: u32) -> String {
    let letter = |place: u32| char::from(b'A' + u8::try_from(place % 26).expect("a letter"));
    format!("98{}{}00", letter(number / 26), letter(number))
}

/// The code of a municipality.
pub fn municipality(number: u32) -> String {
    format!("{:04}", 9_900 + number % 40)
}

/// Whether the parent of this request has given the consent without which no buddy is sought.
pub fn is_consented(request: u32) -> bool {
    request % 5 != 4
}
