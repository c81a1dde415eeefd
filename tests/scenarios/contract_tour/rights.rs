//! What a parent and a data protection officer ask: consents, terms, exports, the access log.

use naast_tests::random_id;
use naast_tests::world::{SCHOOL, World, words};
use serde_json::json;

use crate::checker::Checker;
use crate::consents::confirmation_in;
use crate::signing_in::letters;

/// Terms, holds and erasure.
pub(super) fn privacy(world: &World, see: &mut Checker) {
    let (administrator, coordinator) = (world.administrator, world.coordinators[0]);
    let parent = world.person();
    let request = world.consented(0, parent);
    let terms = format!("/programmes/{}/retention-terms", world.programmes[0]);
    see.call(world, parent, &format!("GET {terms}"), None, None).expect(200);
    let longer = json!({ "days": 60 });
    let set = format!("PUT {terms}/withdrawn");
    see.call(world, administrator, &set, Some(&longer), None).expect(428);
    see.call(world, administrator, &set, Some(&longer), Some("\"v0\"")).expect(409);
    let longer = json!({ "days": 60, "reason": "Er loopt een evaluatie." });
    see.call(world, administrator, &set, Some(&longer), Some("\"v0\"")).expect(200);
    let holds = format!("/support-requests/{request}/holds");
    let complaint = json!({ "because": "complaint" });
    let hold =
        see.call(world, coordinator, &format!("POST {holds}"), Some(&complaint), None).expect(201).id();
    see.call(world, coordinator, &format!("POST {holds}"), Some(&complaint), None).expect(409);
    see.call(world, parent, &format!("GET {holds}"), None, None).expect(200);
    see.call(world, coordinator, &format!("POST {holds}/{hold}/release"), None, None).expect(200);
    see.call(world, coordinator, &format!("POST {holds}/{}/release", random_id()), None, None).expect(404);
    let export = see.call(world, parent, "POST /me/exports", None, None).expect(201).id();
    see.call(world, parent, &format!("GET /me/exports/{export}"), None, None).expect(200);
    see.call(world, parent, &format!("POST /me/exports/{export}/download"), None, None).expect(200);
    see.call(world, parent, &format!("POST /me/exports/{export}/download"), None, None).expect(404);
    let half = json!({ "confirmation": "erase-a-bit" });
    see.call(world, parent, "POST /me/erasure", Some(&half), None).expect(400);
    let sure = json!({ "confirmation": "erase-everything-of-mine" });
    see.call(world, parent, "POST /me/erasure", Some(&sure), None).expect(200);
    see.call(world, coordinator, "POST /me/erasure/withdrawal", None, None).expect(200);
}

/// The consent register: said, heard, confirmed, by a pupil, taken back, and told.
pub(super) fn consents(world: &World, see: &mut Checker) {
    let (parent, coordinator) = (world.person(), world.coordinators[0]);
    letters(&world.app);
    let path = format!("/support-requests/{}", world.request(0, parent));
    let heard = json!({ "kind": "request", "text": words("request") });
    let reports = format!("POST {path}/reported-consents");
    let reported = see.call(world, coordinator, &reports, Some(&heard), None).expect(201);
    see.call(world, parent, &reports, Some(&heard), None).expect(403);
    let code = confirmation_in(&letters(&world.app)[0]);
    let look = json!({ "code": code });
    see.call(world, parent, "POST /consent-confirmations/_search", Some(&look), None).expect(200);
    see.call(world, coordinator, "POST /consent-confirmations/_search", Some(&look), None).expect(409);
    let read = json!({ "text": words("request") });
    let code = json!({ "code": code, "text": words("request") });
    see.call(world, parent, "POST /consent-confirmations", Some(&code), None).expect(200);
    let one = format!("{path}/consents/{}", reported.id());
    see.call(world, parent, &format!("POST {one}/confirmation"), Some(&read), None).expect(200);
    see.call(world, parent, &format!("GET {one}/receipt"), None, None).expect(200);
    see.call(world, coordinator, &format!("GET {path}/consents/{}/receipt", random_id()), None, None)
        .expect(404);
    let health =
        json!({ "kind": "child-health-data", "text": words("child-health-data"), "childAge": "16-or-older" });
    see.call(world, parent, &format!("POST {path}/consents"), Some(&health), None).expect(409);
    let code = see.call(world, parent, &format!("POST {path}/pupil-codes"), None, None).expect(201);
    let code = code.text("pupilCode");
    let yes = json!({ "code": code, "text": words("pupil-health-data") });
    let looks = json!({ "code": code });
    see.call(world, parent, "POST /pupil-consents/_search", Some(&looks), None).expect(200);
    see.call(world, parent, "POST /pupil-consents", Some(&yes), None).expect(200);
    see.call(world, parent, "POST /pupil-consents/_search", Some(&looks), None).expect(200);
    see.call(world, parent, "POST /pupil-consents/withdrawal", Some(&json!({ "code": code })), None)
        .expect(200);
    let school = json!({ "locationCode": SCHOOL });
    see.call(world, parent, &format!("PATCH {path}"), Some(&school), Some(&path)).expect(200);
    see.call(world, parent, &format!("POST {one}/withdrawal"), None, None).expect(200);
    let name = json!({ "name": "Ouder Anders" });
    see.call(world, parent, "PUT /me/name", Some(&name), None).expect(200);
    see.call(world, parent, "GET /me/consents", None, None).expect(200);
    see.call(world, parent, "POST /me/consents/withdrawal", None, None).expect(200);
    let told = see.call(world, parent, &format!("GET {path}/withdrawal-recipients"), None, None).expect(200);
    let waiting = format!("GET /withdrawal-notices?programmeId={}", world.programmes[0]);
    see.call(world, coordinator, &waiting, None, None).expect(200);
    let notice = told.body["data"][0]["noticeId"].as_str().expect("an id");
    see.call(world, coordinator, &format!("POST /withdrawal-notices/{notice}/confirmation"), None, None)
        .expect(200);
}
