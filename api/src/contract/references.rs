//! What the members of a body name: `x-refers-to` in the contract, put there by the type of the member, so that a new body
//! has it by itself, and looked up by whoever reads the body.

use std::collections::BTreeMap;

use naast_domain::text::Text;
use serde_json::{Map, Value, json};

/// The member of a schema that says what kind of thing it names.
pub const MARK: &str = "x-refers-to";

/// A kind of thing that a member can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The word in the contract.
    pub code: &'static str,
    /// What is said when there is no such thing; the same for one that the caller may not see.
    pub unknown: Text,
    /// Whether it decides what the caller may do: then an unknown one is answered as somebody else's is, and no fault is
    /// named.
    pub decides: bool,
}

macro_rules! references {
    ($($name:ident $code:literal $decides:literal $nl:literal / $en:literal;)+) => {
        $(pub(super) const $name: Reference =
            Reference { code: $code, unknown: Text::of($nl, $en), decides: $decides };)+

        /// Every kind.
        pub const REFERENCES: &[Reference] = &[$($name),+];
    };
}

references! {
    PROGRAMME "programme" false "Er is geen programma met dit id." / "There is no programme with this id.";
    RUNNING_PROGRAMME "running-programme" false "Er loopt geen programma met dit id." / "No programme with this id is running.";
    OWN_PROGRAMME "own-programme" true "Dit is niet uw programma." / "This is not your programme.";
    SCHOOL "school" false "Er is geen school met deze code." / "There is no school with this code.";
    OWN_SCHOOL "own-school" true "Dit is niet uw school." / "This is not your school.";
    TIE_SCHOOL "school-of-tie" false "Deze code staat niet in de lijst van basisscholen. Staat de school in geen lijst, zoals een middelbare school, stuur dan notInDirectory mee." / "This code does not stand in the list of primary schools. Where the school stands in no list, such as a secondary school, send notInDirectory.";
    TIE_BOARD "board-of-tie" false "Dit nummer heeft geen bestuur van een basisschool. Staat het bestuur in geen lijst, stuur dan notInDirectory mee." / "No board of a primary school has this number. Where the board stands in no list, send notInDirectory.";
    MUNICIPALITY "municipality" false "In geen gemeente met deze code staat een basisschool: zij bestaat niet." / "No municipality with this code has a primary school: it does not exist.";
    BOARD "board" false "Er is geen schoolbestuur met dit nummer." / "There is no school board with this number.";
    PARTNERSHIP "partnership" false "Er is geen samenwerkingsverband met deze code." / "There is no partnership with this code.";
    SCHOOL_PARTNERSHIP "partnership-of-school" false "Er is geen samenwerkingsverband met deze code bekend. Klopt de code toch, zoals bij een landelijk samenwerkingsverband, stuur dan notInDirectory mee." / "No partnership is known with this code. Where the code is right all the same, such as that of a national partnership, send notInDirectory.";
    ORGANISATION "organisation" false "Er is geen organisatie met dit id." / "There is no organisation with this id.";
    POOL "pool" false "Deze organisatie heeft nu geen buddypool waar toestemming voor kan: geen programma, of alleen dat van een school zelf." / "This organisation has no pool of buddies now that a consent can be for: no programme, or a school's own only.";
    PERSON "person" false "Er is niemand met dit id." / "There is nobody with this id.";
    COLLEAGUE "colleague" false "Deze persoon voert nu geen gesprekken aan deze school." / "This person holds no conversations at this school now.";
    BUDDY "buddy-of-programme" false "Dit programma heeft geen buddy met dit id." / "This programme has no buddy with this id.";
    REQUEST "request-of-programme" false "Dit programma heeft geen aanvraag met dit id." / "This programme has no request with this id.";
    PARENT "parent-of-programme" false "Niemand met dit id vroeg dit programma om steun." / "Nobody with this id asked this programme for support.";
    MESSAGE "message-of-match" false "Bij deze koppeling is geen bericht met dit id." / "This match has no message with this id.";
}

/// What a member of this type names, unless it is one of those below.
const BY_TYPE: &[(&str, Reference)] = &[
    ("ProgrammeId", PROGRAMME),
    ("LocationCode", SCHOOL),
    ("BoardNumber", BOARD),
    ("PartnershipCode", PARTNERSHIP),
    ("MunicipalityCode", MUNICIPALITY),
    ("OrganisationId", ORGANISATION),
    ("PersonId", PERSON),
    ("BuddyId", BUDDY),
    ("RequestId", REQUEST),
    ("MessageId", MESSAGE),
];

/// The members that name something narrower than their type says.
const NARROWER: &[(&str, &str, Reference)] = &[
    ("SupportRequestBody", "programmeId", RUNNING_PROGRAMME),
    ("BuddyBody", "programmeId", OWN_PROGRAMME),
    ("ConsentBody", "poolOrganisationId", POOL),
    ("ConversationBody", "locationCode", OWN_SCHOOL),
    ("ConversationHolderBody", "personId", COLLEAGUE),
    ("TieObjectBody", "personId", PARENT),
    // the directory knows what is published for primary education, and a buddy's life goes beyond it: she says so
    ("TieObjectBody", "locationCode", TIE_SCHOOL),
    ("TieObjectBody", "boardNumber", TIE_BOARD),
    // a national partnership stands in no file: whoever records it says so
    ("SchoolPartnershipBody", "partnershipCode", SCHOOL_PARTNERSHIP),
];

/// Marks each member of a body that names something.
pub(super) fn mark(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object_mut();
    for (body, schema) in schemas.into_iter().flatten().filter(|(name, _)| name.ends_with("Body")) {
        let members = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (member, schema) in members.into_iter().flatten() {
            let (Some(named), _) = target(schema) else { continue };
            let by_type =
                BY_TYPE.iter().find(|(name, _)| *name == named).map(|(_, reference)| reference.clone());
            let narrower = NARROWER.iter().find(|(of, name, _)| of == body && name == member);
            let reference = narrower.map(|(_, _, reference)| reference.clone()).or(by_type);
            if let Some(reference) = reference {
                schema[MARK] = json!(reference.code);
            }
        }
    }
}

/// The schema that a member names: itself, or null, or a list of it. And whether it is a list.
fn target(schema: &Value) -> (Option<String>, bool) {
    let named = |schema: &Value| {
        let place = schema["$ref"].as_str()?;
        place.strip_prefix("#/components/schemas/").map(str::to_owned)
    };
    let ways = || schema["oneOf"].as_array().into_iter().flatten();
    if let Some(one) = named(schema).or_else(|| ways().find_map(named)) {
        return (Some(one), false);
    }
    (named(&schema["items"]), true)
}

/// What each body names, by the name of its schema: patterns of JSON pointers, in which `*` is any place of a list.
pub(super) fn of_bodies(schemas: &Map<String, Value>) -> BTreeMap<String, Vec<(String, Reference)>> {
    let bodies = schemas.keys().filter(|name| name.ends_with("Body"));
    let named = bodies.map(|name| {
        let mut found = Vec::new();
        walk(schemas, name, "", &mut found);
        (name.clone(), found)
    });
    named.filter(|(_, found)| !found.is_empty()).collect()
}

fn walk(schemas: &Map<String, Value>, name: &str, at: &str, found: &mut Vec<(String, Reference)>) {
    for (member, schema) in schemas[name]["properties"].as_object().into_iter().flatten() {
        let (named, is_list) = target(schema);
        let at = format!("{at}/{member}{}", if is_list { "/*" } else { "" });
        if let Some(code) = schema[MARK].as_str() {
            let reference = REFERENCES.iter().find(|one| one.code == code);
            found.push((at, reference.expect("our own mark").clone()));
        } else if let Some(inner) = named.filter(|inner| inner.ends_with("Body")) {
            walk(schemas, &inner, &at, found);
        }
    }
}
