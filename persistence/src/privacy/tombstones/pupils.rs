//! What pupils said with their codes. It can change, so each word is a tombstone of its own, and the last of a code counts.
//!
//! A word lays two: one of the code, the word and the moment; and one that hides the code under the id of its request and that moment. Whoever
//! has the request finds the code, also where the backup is of before it was made; whoever has the file alone finds neither.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use naast_domain::Moment;
use naast_domain::ids::{ProgrammeId, RequestId};
use naast_domain::privacy::consents::PupilsWord;
use naast_domain::requests::SupportRequest;
use uuid::Uuid;

use super::{Fingerprint, Kind, Tombstone, all, fingerprint_of, moment, put};
use crate::columns::{At, Key};
use crate::database::Database;
use crate::privacy::pupils::said_with_codes;
use crate::rows::Stored;
use crate::schema::support_requests;
use crate::transaction::Transaction;
use crate::{Error, on_either};

/// What a pupil said with a code, which the database does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaidByPupil {
    /// The request.
    pub request: RequestId,
    /// The fingerprint of the code.
    pub code: Vec<u8>,
    /// Whether it was yes.
    pub is_yes: bool,
    /// When she said it.
    pub at: Moment,
}

/// Lays the tombstones of what a pupil says with a code of a request.
pub(crate) fn lay_word(
    tx: &mut Transaction<'_, '_>,
    request: &Stored<SupportRequest>,
    (code, is_yes): (&[u8], bool),
    now: Moment,
) -> Result<(), Error> {
    put(tx, word(is_yes), of_word(code, is_yes, now), now)?;
    let code = Fingerprint::try_from(code)
        .map_err(|_| Error::Corrupt { table: "pupil_codes", column: "code_hash" })?;
    put(tx, Kind::PupilsCode, masked(code, request.id.uuid(), now), now)
}

fn word(is_yes: bool) -> Kind {
    if is_yes { Kind::PupilsYes } else { Kind::PupilsNo }
}

fn of_word(code: &[u8], is_yes: bool, at: Moment) -> Fingerprint {
    fingerprint_of(word(is_yes).word(), &[code, &moment(at)])
}

/// Hides a code under a request and a moment, and finds it again.
fn masked(code: Fingerprint, request: Uuid, at: Moment) -> Fingerprint {
    super::masked(Kind::PupilsCode, code, request, at)
}

/// The last word with each code, where the database does not know it. What it knows itself counts with what came from outside: a word that
/// she said since is not undone by one of before.
pub(super) fn unheard(database: &mut Database<'_>, stones: &[Tombstone]) -> Result<Vec<SaidByPupil>, Error> {
    let stones: BTreeMap<(Moment, Fingerprint), Kind> = all(database)?
        .iter()
        .chain(stones)
        .map(|stone| ((stone.laid_at, stone.fingerprint), stone.kind))
        .collect();
    let known: HashSet<(Kind, Fingerprint)> =
        stones.iter().map(|((_, fingerprint), kind)| (*kind, *fingerprint)).collect();
    let codes: Vec<(Moment, Fingerprint)> =
        stones.iter().filter(|(_, kind)| **kind == Kind::PupilsCode).map(|(stone, _)| *stone).collect();
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let requests: Vec<(Key, Key, At)> = on_either!(&mut *database, |c| support_requests::table
        .order(support_requests::id)
        .select((support_requests::programme_id, support_requests::id, support_requests::created_at))
        .load(c))?;
    let mut unheard = Vec::new();
    for (programme, request, created_at) in requests {
        // the moments go up: the last word with a code is the one that stays
        let mut last: BTreeMap<Fingerprint, (bool, Moment)> = BTreeMap::new();
        for (at, hidden) in codes.iter().filter(|(at, _)| *at >= created_at.0) {
            let code = masked(*hidden, request.0, *at);
            let said = [false, true]
                .into_iter()
                .find(|is_yes| known.contains(&(word(*is_yes), of_word(&code, *is_yes, *at))));
            if let Some(is_yes) = said {
                last.insert(code, (is_yes, *at));
            }
        }
        if last.is_empty() {
            continue;
        }
        let (programme, request): (ProgrammeId, RequestId) = (programme.into(), request.into());
        let stored = crate::requests::of_programme(database, programme, request)?;
        let here = said_with_codes(database, &stored)?;
        for (code, (is_yes, at)) in last {
            let word = if is_yes { PupilsWord::Yes } else { PupilsWord::No };
            if !here.iter().any(|one| one.code == code && one.word == word) {
                unheard.push(SaidByPupil { request, code: code.to_vec(), is_yes, at });
            }
        }
    }
    Ok(unheard)
}

#[cfg(test)]
mod tests {
    use naast_domain::Moment;
    use uuid::Uuid;

    use super::masked;

    #[test]
    fn a_code_is_found_again_by_its_own_request_and_moment_alone() {
        let at = |seconds| Moment::from_timestamp(seconds, 0).expect("a moment");
        let (one, another) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let hidden = masked([7; 32], one, at(60));
        assert_eq!(masked(hidden, one, at(60)), [7; 32]);
        assert_ne!(hidden, [7; 32]);
        assert_ne!(masked(hidden, another, at(60)), [7; 32]);
        assert_ne!(masked(hidden, one, at(61)), [7; 32]);
    }
}
