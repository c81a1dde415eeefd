//! What the platform knows of the caller herself.

use actix_web::{get, put, web};
use chrono::{DateTime, Utc};
use naast_domain::access::{DecideOnRequest, Principal, ReadBuddy, actions_of};
use naast_domain::ids::{OrganisationId, PersonId, ProgrammeId};
use naast_domain::journal::{Chain, Purpose};
use naast_domain::organisations::Role;
use naast_persistence::keys::Keys;
use naast_persistence::privacy::others::account_due;
use naast_persistence::privacy::retention::asked_at;
use naast_persistence::{Database, buddies, organisations};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::memberships::MembershipView;
use super::people::PersonView;
use crate::answer::Answer;
use crate::caller::Caller;
use crate::contract::Body;
use crate::page_of;
use crate::platform::{Platform, Said as _};
use crate::privacy::retention::RetentionView;
use crate::problem::Error;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MeView {
    /// Her id: the subject of her token.
    pub id: PersonId,
    /// Her name.
    pub name: String,
    /// What she may be at this moment: by her active memberships, as a buddy of a programme, and, as everybody may, as a
    /// parent.
    pub powers: Vec<PowerView>,
    /// When the account is erased; null while a request, a buddy's file or a role needs it.
    pub retention: RetentionView,
    /// When she asked that everything of hers be erased, while something still keeps a request or the account; the answer to that call said
    /// what. It goes once nothing does, unless she takes it back (`takeBackErasure`), or asks for help again while nothing of before is kept.
    /// After a role that is given to her later the account goes as any other does.
    pub erasure_asked_at: Option<DateTime<Utc>>,
}

impl MeView {
    /// What the platform knows of the caller.
    pub(crate) fn of(db: &mut Database<'_>, keys: &Keys, me: &Principal) -> Result<Self, Error> {
        let name = organisations::own_name(db, keys, me)?.ok_or(Error::Unauthenticated)?;
        let held = me.powers.iter().map(|power| PowerView {
            role: power.role,
            organisation_id: Some(power.organisation),
            programme_id: power.programme,
            location_code: power.school.as_ref().map(ToString::to_string),
            may: actions_of(power.role).collect(),
        });
        let mut powers: Vec<PowerView> = held.collect();
        // by what is her own: a connected system has no such grant
        if let Some(own) = me.grant::<ReadBuddy>() {
            for programme in buddies::programmes_of(db, &own)? {
                powers.push(PowerView::without_membership(Role::Buddy, Some(programme)));
            }
            powers.push(PowerView::without_membership(Role::Parent, None));
        }
        let retention = RetentionView::of(account_due(db, me)?);
        Ok(Self { id: me.person, name, powers, retention, erasure_asked_at: asked_at(db, me)? })
    }
}

/// A role that the caller holds at this moment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PowerView {
    /// The role.
    pub role: Role,
    /// Where she holds it; null for a parent and a buddy, who hold it nowhere but in what is their own.
    pub organisation_id: Option<OrganisationId>,
    /// The programme, for a role of a programme and for a buddy.
    pub programme_id: Option<ProgrammeId>,
    /// The school, when the organisation is one.
    pub location_code: Option<String>,
    /// What the role may do, by the names of the policy, as far as it reaches: a parent and a buddy to what is their own or
    /// was given to them, others to what belongs where they hold the role. More names may come.
    pub may: Vec<&'static str>,
}

impl PowerView {
    /// A role that is held by no membership.
    fn without_membership(role: Role, programme_id: Option<ProgrammeId>) -> Self {
        let may = actions_of(role).collect();
        Self { role, organisation_id: None, programme_id, location_code: None, may }
    }
}

/// Who am I, and what may I be at this moment.
#[utoipa::path(
    operation_id = "getMe",
    tag = "organisations",
    responses((status = 200, description = "The caller", body = MeView)),
)]
#[get("/me")]
pub async fn get_me(platform: web::Data<Platform>, caller: Caller) -> Result<Answer<MeView>, Error> {
    platform.read(caller.0, |cx| Ok(Answer::found(MeView::of(cx.db, cx.keys, &cx.me)?))).await
}

/// The caller's name, as it should be.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({ "name": "Voorbeeld Persoon" }))]
pub struct MyNameBody {
    /// Her name.
    #[schema(min_length = 1, max_length = 200, pattern = "\\S")]
    pub name: String,
}

impl std::fmt::Debug for MyNameBody {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("MyNameBody(withheld)")
    }
}

/// Put my own name right (AVG art. 16). Nobody else can, and nobody else is shown it.
///
/// What I am called elsewhere is not this name: a request holds the name that its parent gave with it, and a buddy's first name stands in
/// her profile.
#[utoipa::path(
    operation_id = "correctMyName",
    tag = "organisations",
    request_body = MyNameBody,
    responses((status = 200, description = "As it stands now", body = PersonView)),
)]
#[put("/me/name")]
pub async fn correct_my_name(
    platform: web::Data<Platform>,
    caller: Caller,
    Body(body): Body<MyNameBody>,
) -> Result<Answer<PersonView>, Error> {
    platform
        .write(caller.0, move |cx| {
            let grant = cx.grant::<DecideOnRequest>()?;
            let me = grant.person();
            organisations::correct_own_name(cx.tx, cx.keys, &grant, &body.name, cx.now)?;
            let entry =
                cx.entry(Chain::PLATFORM, Role::Parent, Purpose::Administration, "person.renamed").on(me);
            let retention = RetentionView::of(account_due(cx.tx, &cx.me)?);
            let view = PersonView { id: me, name: body.name.clone(), retention };
            Ok(cx.tx.keep([entry], Answer::found(view))?)
        })
        .await
}

page_of! {
    /// The caller's memberships, also those that are not active.
    MyMembershipPage of MembershipView
}

/// My memberships, also those that have ended.
#[utoipa::path(
    operation_id = "listMyMemberships",
    tag = "organisations",
    responses((status = 200, description = "All of them, on one page", body = MyMembershipPage)),
)]
#[get("/me/memberships")]
pub async fn list_my_memberships(
    platform: web::Data<Platform>,
    caller: Caller,
) -> Result<MyMembershipPage, Error> {
    platform
        .read(caller.0, |cx| {
            let all = organisations::own_memberships(cx.db, &cx.me)?;
            Ok(MyMembershipPage {
                data: all.into_iter().map(MembershipView::from).collect(),
                next_cursor: None,
            })
        })
        .await
}
