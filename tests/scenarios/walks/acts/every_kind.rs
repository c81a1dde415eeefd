//! Each kind of tie in its turn, about each kind of thing that it can be about: what the walk draws by itself leaves some of them out for long.

use chrono::Days;
use naast_domain::code::Code as _;
use naast_domain::independence::{ObjectKind, TieKind};
use naast_tests::app::Reply;
use naast_tests::world::{ELSEWHERE, SCHOOL};
use serde_json::{Value, json};

use super::Walk;

impl Walk<'_> {
    /// A tie of the kind whose turn it is. Near a case it is over more often than not, and elsewhere it goes on: what blocks for good is
    /// rare, or nobody would be matched for long. Where a parent is only told of it, it is near and goes on.
    pub(super) fn tie_of_the_next_kind(&mut self) -> Option<Reply> {
        let (programme, buddy) = self.dice.pick(&self.buddies)?;
        let kind = TieKind::ALL[self.next_kind % TieKind::ALL.len()];
        let is_told = matches!(
            kind,
            TieKind::FriendOnStaff
                | TieKind::TieWithParent
                | TieKind::ExpensesPaidBySchool
                | TieKind::AuthorityWorker
        );
        let near = is_told || self.dice.once_in(3);
        let thing = self.dice.pick(kind.needs())?;
        let about = self.thing(thing, programme, near)?;
        let today = self.world.app.platform.clock.today();
        let since = today - Days::new(1 + self.dice.below(900) as u64);
        let mut body = json!({ "kind": kind.code(), "about": about, "sinceDate": since });
        let always_near = matches!(thing, ObjectKind::Request | ObjectKind::Parent | ObjectKind::Everywhere);
        if !is_told && (near || always_near) && !self.dice.once_in(4) {
            body["untilDate"] = json!((today - Days::new(1 + self.dice.below(600) as u64)).max(since));
        }
        if kind.further_question().is_some() && self.dice.once_in(2) {
            body["aggravated"] = json!(true);
        }
        let who = self.who(buddy.person);
        let reply = self.world.app.post(who, &format!("/buddies/{}/ties", buddy.id), &body);
        // the next one has its turn once this one was declared
        self.next_kind += usize::from(reply.status == 201 || reply.body["code"] == "tie-known");
        Some(reply)
    }

    /// Something of this kind: of the school or the case at hand, or elsewhere. None while there is none.
    fn thing(&mut self, kind: ObjectKind, programme: usize, near: bool) -> Option<Value> {
        let pick = |here: &'static str, there: &'static str| if near { here } else { there };
        let of_the_programme: Vec<_> =
            self.requests.iter().filter(|(_, at, _)| *at == programme).cloned().collect();
        let board = ["99901", "99902"][self.dice.below(2)];
        Some(match kind {
            ObjectKind::School => json!({ "kind": "school", "locationCode": pick(SCHOOL, ELSEWHERE) }),
            ObjectKind::Board => {
                let (board, unlisted) = if near { (board, None) } else { ("99909", Some(true)) };
                json!({ "kind": "board", "boardNumber": board, "notInDirectory": unlisted })
            }
            ObjectKind::Partnership => {
                json!({ "kind": "partnership", "partnershipCode": pick("PO9901", "PO9902") })
            }
            ObjectKind::Seat => json!({
                "kind": "seat", "partnershipCode": pick("PO9901", "PO9902"), "boardNumber": board
            }),
            ObjectKind::Municipality => {
                json!({ "kind": "municipality", "municipalityCode": pick("9901", "9902") })
            }
            ObjectKind::Request => {
                let (_, _, request) = self.dice.lately(&of_the_programme)?;
                json!({ "kind": "request", "requestId": request })
            }
            ObjectKind::Parent => {
                let (parent, ..) = self.dice.lately(&of_the_programme)?;
                json!({ "kind": "parent", "personId": parent })
            }
            ObjectKind::Everywhere => json!({ "kind": "everywhere" }),
        })
    }
}
