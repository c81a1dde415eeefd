//! Matching (S2, S5): candidates with reasons, proposals, the parent's answers on ties, and the answers of both sides.

pub mod answers;
pub mod cancel;
pub mod candidates;
pub mod decisions;
mod declare;
pub mod explanation;
pub mod propose;
pub mod show;
pub mod ties;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of this room.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(candidates::list_candidates)
        .service(decisions::list_decisions)
        .service(propose::propose_buddy)
        .service(show::list_proposals_for_request)
        .service(show::list_my_proposals)
        .service(show::get_proposal)
        .service(explanation::get_proposal_explanation)
        .service(ties::answer_ties)
        .service(ties::list_tie_answers)
        .service(answers::answer_proposal)
        .service(cancel::cancel_proposal);
}
