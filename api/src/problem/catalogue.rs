//! Every kind of problem, in one table: code, status, title, and what it means.

use naast_domain::text::Text;

/// A kind of problem.
#[derive(Debug, Clone)]
pub struct Kind {
    /// Its stable code.
    pub code: &'static str,
    /// Its HTTP status.
    pub status: u16,
    /// What it is called.
    pub title: Text,
    /// What it means and what to do.
    pub detail: Text,
}

macro_rules! catalogue {
    ($($code:literal $status:literal $title_nl:literal / $title_en:literal, $nl:literal / $en:literal;)+) => {
        /// Every kind of problem.
        pub const CATALOGUE: &[Kind] = &[$(Kind {
            code: $code,
            status: $status,
            title: Text::of($title_nl, $title_en),
            detail: Text::of($nl, $en),
        }),+];
    };
}

catalogue! {
    "internal" 500 "Er ging iets mis" / "Something went wrong", "Het ligt aan ons. Er is niets half gedaan. Noem bij vragen het nummer van deze aanroep." / "It is our fault. Nothing was half done. Quote the instance when you ask about it.";
    "invalid-input" 400 "De invoer klopt niet" / "The input is wrong", "Elke fout staat met zijn plaats in `errors`." / "Each fault stands with its place in `errors`.";
    "malformed-json" 400 "Dit is geen JSON" / "This is not JSON", "De tekst is geen geldige JSON." / "The body is not valid JSON.";
    "unauthenticated" 401 "Niet aangemeld" / "Not signed in", "Stuur een geldig token mee in de header Authorization." / "Send a valid token in the Authorization header.";
    "forbidden" 403 "Dit mag niet met uw rol" / "Your role may not do this", "Geen van uw rollen geeft dit recht." / "None of your roles gives this right.";
    "insufficient-scope" 403 "Dit mag dit systeem niet" / "This system may not do this", "Geen van de scopes van het token opent dit. Het antwoord zegt welke dat wel doen en welke het token heeft; WWW-Authenticate ook het eerste." / "No scope of the token opens this. The answer says which do and which the token has; WWW-Authenticate says the first too.";
    "not-found" 404 "Niet gevonden" / "Not found", "Dit bestaat niet, of het is niet voor u." / "There is no such thing, or it is not for you.";
    "method-not-allowed" 405 "Dit kan hier niet" / "This cannot be done here", "Deze methode bestaat hier niet." / "There is no such method here.";
    "not-acceptable" 406 "Deze vorm is er niet" / "This form is not available", "Het antwoord bestaat alleen als JSON." / "The answer exists only as JSON.";
    "payload-too-large" 413 "De invoer is te groot" / "The input is too large", "Hoogstens 64 KiB." / "At most 64 KiB.";
    "unsupported-media-type" 415 "Deze soort invoer kan niet" / "This kind of input is not supported", "Stuur wat het contract voor deze aanroep noemt, meestal application/json, en niet samengeperst." / "Send what the contract names for this call, mostly application/json, and not compressed.";
    "precondition-missing" 428 "Zeg welke versie u verandert" / "Say which version you change", "Stuur de ETag die u las mee in If-Match." / "Send the ETag that you read in If-Match.";
    "stale-version" 412 "Iemand was u voor" / "Somebody was before you", "Dit is veranderd sinds u het las. Lees het opnieuw." / "This has changed since you read it. Read it again.";
    "body-too-slow" 408 "De invoer kwam te langzaam" / "The input came too slowly", "De tekst was na tien seconden nog niet binnen." / "The body had not arrived after ten seconds.";
    "malformed-call" 400 "Dit is geen geldige aanroep" / "This is not a valid call", "De eerste regel, een header of de verdeling in stukken is geen HTTP. De verbinding is gesloten." / "The first line, a header or the chunks of the body are not HTTP. The connection is closed.";
    "head-too-large" 431 "De headers zijn te groot" / "The headers are too large", "Hoogstens 96 headers, samen met de eerste regel hoogstens 128 KiB. De verbinding is gesloten." / "At most 96 headers, at most 128 KiB together with the first line. The connection is closed.";
    "head-too-slow" 408 "De headers kwamen te langzaam" / "The headers came too slowly", "De eerste regel en de headers waren niet op tijd binnen: vijf seconden voor de eerste aanroep op een verbinding. De verbinding is gesloten." / "The first line and the headers had not arrived in time: five seconds for the first call on a connection. The connection is closed.";
    "overloaded" 503 "Het is te druk" / "Too busy", "Deze aanroep kwam niet op tijd aan de beurt. Er is niets gedaan. Probeer het opnieuw na Retry-After." / "This call did not have its turn in time. Nothing was done. Try again after Retry-After.";
    "outcome-unknown" 503 "Niet zeker of het is gedaan" / "Not sure whether it was done", "Deze verandering kan alsnog zijn vastgelegd. Herhaal de aanroep met dezelfde Idempotency-Key, of lees eerst hoe het staat." / "This change may have been kept. Repeat the call with the same Idempotency-Key, or read first how things stand.";
    "not-ready" 503 "Deze server neemt nu geen aanroepen aan" / "This server takes no calls now", "De database antwoordt niet, of de server stopt." / "The database does not answer, or the server is stopping.";
    "quota-exceeded" 429 "Te veel aanroepen" / "Too many calls", "Wacht het aantal seconden uit Retry-After. RateLimit noemt de grens." / "Wait as many seconds as Retry-After says. RateLimit names the limit.";
    "idempotency-key-in-use" 409 "De eerste aanroep loopt nog" / "The first call still runs", "Herhaal de aanroep na Retry-After met dezelfde sleutel; dan komt het antwoord van de eerste." / "Repeat the call after Retry-After with the same key, and you get the answer of the first.";
    "idempotency-key-reused" 422 "Deze sleutel is al gebruikt" / "This key was used already", "Deze Idempotency-Key hoort bij een andere aanroep. Gebruik een nieuwe sleutel voor een nieuwe aanroep." / "This Idempotency-Key belongs to another call. Use a new key for a new call.";
    "idempotency-answer-gone" 409 "Dit antwoord wordt niet meer bewaard" / "This answer is not kept any more", "De aanroep is gedaan en wordt niet opnieuw gedaan. Het antwoord is weg, omdat sindsdien iets is ingetrokken, gewist of teruggezet. Lees hoe het nu staat voordat u iets doet met een andere sleutel." / "The call was done and is not done again. The answer is gone, because something was withdrawn, erased or restored since. Read how it stands now before you do anything under another key.";
    "reading-not-recorded" 503 "Dit kan nu niet worden gelezen" / "This cannot be read now", "Wie gegevens van iemand leest, laat dat achter in het inzagelogboek. Dat lukte nu niet. Probeer het opnieuw na Retry-After." / "Who reads somebody's data leaves that in the access log. That could not be done now. Try again after Retry-After.";
    "busy" 503 "Even te druk" / "Too busy for a moment", "Probeer het over een seconde opnieuw. Er is niets half gedaan." / "Try again in a second. Nothing was half done.";
    "already-there" 409 "Dit is er al" / "This is there already", "Er is er al een die hetzelfde is." / "There is one already that is the same.";
    "organisation-known" 409 "Deze organisatie is al aangemeld" / "This organisation is registered already", "Gebruik de organisatie van `existing`." / "Use the organisation in `existing`.";
    "tie-known" 409 "Deze band staat er al" / "This tie is there already", "Zie de band van `existing`." / "See the tie in `existing`.";
    "reference-unknown" 409 "Een verwijzing klopt niet" / "A reference is unknown", "Iets waarnaar u verwijst bestaat niet." / "Something that you refer to does not exist.";

    "step-not-permitted" 409 "Deze stap kan nu niet" / "This step cannot be taken now", "Het gesprek heeft een vaste volgorde (L6)." / "The conversation has a fixed order (L6).";
    "conversation-of-colleague" 409 "Een collega voert dit gesprek" / "A colleague holds this conversation", "Wie vroeg, gaat ermee verder (L6)." / "Who asked goes on with it (L6).";
    "conversation-running" 409 "Er loopt al een gesprek" / "A conversation is running", "Ga met dat gesprek verder." / "Go on with that conversation.";
    "conversation-rested" 409 "Nu niet opnieuw vragen" / "Do not ask again now", "Een ouder wordt niet steeds opnieuw gevraagd." / "A parent is not asked again and again.";
    "programme-not-available" 409 "Dit programma is er niet" / "This programme is not available", "Kies een programma dat er voor deze school is." / "Choose a programme that is available to this school.";
    "no-programme" 409 "Er is nog geen programma" / "There is no programme yet", "Voor deze school is nog geen buddyprogramma te kiezen." / "No buddy programme can be chosen for this school yet.";
    "choice-too-narrow" 409 "De ouder moet kunnen kiezen" / "The parent must have a choice", "Een ouder ziet minstens twee programma's als die er zijn." / "A parent is shown at least two programmes where there are two.";
    "no-independent-choice" 409 "Er moet een onafhankelijke keus zijn" / "There must be an independent choice", "Een ouder ziet ook een programma dat niet van school is." / "A parent is also shown a programme that the school does not run.";
    "only-the-parent" 409 "Dit kan alleen de ouder" / "Only the parent can do this", "Wie bij deze school of voor het programma werkt, kan dit niet namens de ouder doen." / "Who works at this school or for the programme cannot do this in the parent's place.";
    "consent-missing" 409 "Toestemming ontbreekt" / "Consent is missing", "Alleen de ouder zelf kan die geven." / "Only the parent herself can give it.";
    "consent-text-differs" 409 "Er zijn andere woorden getoond" / "Other words were shown", "Toon de tekst zoals `GET /consent-texts` hem geeft." / "Show the text as `GET /consent-texts` gives it.";
    "consent-elsewhere" 409 "Deze toestemming geeft u ergens anders" / "This consent is given elsewhere", "Bij de aankondiging zelf, of door de leerling met een eigen code." / "With the announcement itself, or by the pupil with a code of her own.";
    "consent-not-to-confirm" 409 "Er is niets te bevestigen" / "There is nothing to confirm", "Wat is teruggenomen, komt niet terug. Geef een nieuwe toestemming." / "What was taken back does not come back. Give a new consent.";
    "pupil-said-no" 409 "De leerling heeft nee gezegd" / "The pupil has said no", "Alleen de leerling zelf verandert dat, met de code waarmee zij het zei." / "Only the pupil herself changes that, with the code by which she said it.";
    "pupil-decides" 409 "Uw kind beslist zelf" / "Your child decides", "Vanaf 16 jaar beslist de leerling, met een eigen code." / "From 16 years on the pupil decides, with a code of her own.";
    "consent-text-unknown" 409 "Deze tekst is er niet" / "There is no such text", "Vraag de teksten op en toon de geldende." / "Read the texts and show the one in use.";
    "request-not-open" 409 "Deze aanvraag staat niet open" / "This request is not open", "Zie de stand." / "See the state.";
    "buddy-not-ready" 409 "De buddy is nog niet klaar" / "The buddy is not ready", "De redenen staan erbij." / "The reasons are given.";
    "buddy-not-independent" 409 "De buddy is niet onafhankelijk" / "The buddy is not independent", "Niemand kan dit opzij zetten (S2)." / "Nobody can set this aside (S2).";
    "own-profile" 409 "Een ander beslist over u" / "Somebody else decides about you", "Als buddy beslist u niet over uw eigen papieren, toelating of voordracht; een andere coördinator doet dat (S2)." / "As a buddy you do not decide on your own papers, admission or proposal; another coordinator does (S2).";
    "coordinator-tied" 409 "Een andere coördinator neemt dit over" / "Another coordinator takes this over", "U heeft zelf een band die hier in de weg staat (S2)." / "A tie of your own stands in the way here (S2).";
    "coordinator-not-asked-this-year" 409 "Zeg eerst welke banden u heeft" / "Say first what ties you have", "Noem wat nieuw is, en bevestig het: `POST /programmes/{id}/coordinator-tie-declarations` (S2)." / "Declare what is new, and confirm it: `POST /programmes/{id}/coordinator-tie-declarations` (S2).";
    "buddy-full" 409 "De buddy heeft geen plaats" / "The buddy has no capacity left", "Kies een andere buddy." / "Choose another buddy.";
    "buddy-unsuitable" 409 "De buddy past niet bij deze aanvraag" / "The buddy does not suit this request", "De redenen staan erbij." / "The reasons are given.";
    "own-request" 409 "Dit is haar eigen aanvraag" / "This is her own request", "Een buddy kan niet zichzelf steunen." / "A buddy cannot support herself.";
    "too-many-proposals" 409 "Er staan al voorstellen open" / "Proposals are open already", "Wacht op het antwoord van de ouder, of trek er een in: `POST /proposals/{id}/cancellation`." / "Wait for the parent's answer, or take one back: `POST /proposals/{id}/cancellation`.";
    "proposal-not-open" 409 "Dit voorstel staat niet meer open" / "This proposal is no longer open", "Zie de stand." / "See the state.";
    "already-answered" 409 "Het antwoord is al gegeven" / "The answer was given already", "Een antwoord verandert niet." / "An answer does not change.";
    "tie-not-accepted" 409 "De ouder heeft dit nog niet goedgevonden" / "The parent has not accepted this yet", "Elke band die wordt verteld, moet de ouder zelf goedvinden." / "Each tie that is told must be accepted by the parent herself.";
    "membership-status" 409 "Dit lidmaatschap kan niet zo veranderen" / "This membership cannot change in this way", "Wat beëindigd is, blijft dat: geef een nieuw lidmaatschap. Zie `permitted`." / "What ended stays ended: give a new membership. See `permitted`.";
    "ties-not-declared" 409 "De banden voor deze koppeling zijn niet gemeld" / "The ties for this match are not declared", "Stuur bij de ja van de buddy `tiesAsked` mee, met elke soort uit `tiesToAsk` van het voorstel; meld eerst wat geldt." / "Send `tiesAsked` with the buddy's yes, with each kind in `tiesToAsk` of the proposal; declare first what holds.";
    "tie-ends-before-start" 409 "De band eindigt voor het begin" / "The tie ends before it begins", "De laatste dag ligt voor de eerste." / "The last day lies before the first.";
    "match-state" 409 "Dit kan nu niet met deze koppeling" / "This cannot be done with this match now", "Zie de stand." / "See the state.";
    "pause-of-other" 409 "Een ander vroeg om deze pauze" / "Somebody else asked for this pause", "Wie om een pauze vroeg, neemt de koppeling weer op." / "Who asked for a pause takes the match up again.";
    "talk-date" 409 "Deze dag kan niet" / "This day cannot be", "Kondig een gesprek aan dat nog komt, niet later dan over een jaar." / "Announce a talk that is still to come, no later than in a year.";
    "announcement-cancelled" 409 "Deze aankondiging is vervallen" / "This announcement was cancelled", "Er komt niemand meer mee." / "Nobody comes along any more.";
    "too-many-announcements" 409 "Er staan al veel gesprekken aangekondigd" / "Many talks are announced already", "Laat er eerst een vervallen." / "Cancel one first.";
    "private-space-closed" 409 "Hier wordt niet meer geschreven" / "Nothing is written here any more", "De koppeling is afgesloten. Lezen kan nog, en weghalen wat u zelf schreef." / "The match has ended. You can still read, and take away what you wrote.";
    "health-consent-needed" 409 "Dit gaat over gezondheid, en daarvoor is geen toestemming" / "This is about health, and there is no consent to that", "Vraag eerst toestemming: `child-health-data` van de ouder, of een code voor een leerling van 16 jaar of ouder." / "Ask for consent first: the parent's `child-health-data`, or a code for a pupil of 16 or older.";
    "written-by-other" 409 "Dit schreef de ander" / "The other wrote this", "Alleen wie iets schreef, kan het veranderen of weghalen." / "Only who wrote something can change it or take it away.";
    "form-changed" 409 "Het programma is anders geworden" / "The programme has another form now", "De ouder geeft eerst opnieuw toestemming, met `formShown` en `programmesShown`; wat op haar wacht, gaat dan door." / "The parent first consents anew, with `formShown` and `programmesShown`; what waits for her then goes on.";
    "form-not-shown" 409 "De ouder zag het programma zoals het niet is" / "The parent was shown the programme as it is not", "Laat de positieverklaring van vandaag zien, en stuur de vorm mee als `formShown`." / "Show the position statement of today, and send its form as `formShown`.";
    "form-not-later" 409 "Een vorm geldt vanaf een latere dag" / "A form holds from a later day on", "Kies een dag na het begin van de laatste vorm die begonnen is: wat gold, staat vast." / "Choose a day after the latest form that has begun: what held stands.";
    "too-many-subscriptions" 409 "Te veel webhooks" / "Too many webhooks", "Zet er eerst een uit." / "Disable one first.";
    "subscription-state" 409 "Dit kan nu niet met deze webhook" / "This cannot be done with this webhook now", "Zie de stand." / "See the state.";
    "delivery-waits" 409 "Dit wacht al" / "This waits already", "Het wordt vanzelf verstuurd." / "It is sent by itself.";
    "export-gone" 409 "Deze uitdraai is weg" / "This export is gone", "Er is sindsdien iets van wat erin stond teruggenomen of gewist. Vraag een nieuwe aan." / "Something in it was taken back or erased since. Ask for another.";
    "already-held" 409 "Deze zaak wordt al vastgehouden" / "This case is held already", "Een zaak wordt hoogstens één keer tegelijk vastgehouden." / "A case is held once at a time.";
    "term-needs-reason" 409 "Langer bewaren mag alleen met een reden" / "Keeping longer needs a reason", "Korter dan gebruikelijk mag altijd." / "Shorter than usual is always possible.";
    "term-too-short" 409 "Zo kort mag het niet zijn" / "It may not be that short", "Zie de kortste termijn." / "See the shortest term.";
    "term-too-long" 409 "Zo lang mag het niet blijven" / "It may not stay that long", "Zie de langste termijn." / "See the longest term.";
}

/// What a refusal by a rule carries besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// A step was refused: `state`, and in `permitted` the steps that may be taken instead, none where it is over.
    Step,
    /// The same where something was begun that has a state; nothing where it was to be opened.
    Started,
    /// It was done already, or happens by itself: `state`, and no step is left to who was refused.
    State,
    /// Several things were weighed: `reasons`.
    Reasons,
    /// Something else holds than what was sent: `current`.
    Current,
    /// Nothing but its words.
    Rule,
}

/// What each refusal with 409 carries; none of what belongs to another.
pub const CONFLICTS: &[(&str, Carries)] = &[
    ("step-not-permitted", Carries::Step),
    ("conversation-of-colleague", Carries::Step),
    ("conversation-running", Carries::Step),
    ("conversation-rested", Carries::Step),
    ("consent-missing", Carries::Step),
    ("consent-elsewhere", Carries::Step),
    ("consent-not-to-confirm", Carries::Step),
    ("pupil-said-no", Carries::Step),
    ("pupil-decides", Carries::Step),
    ("request-not-open", Carries::Step),
    ("proposal-not-open", Carries::Step),
    ("already-answered", Carries::State),
    ("tie-not-accepted", Carries::Step),
    ("membership-status", Carries::Step),
    ("ties-not-declared", Carries::Step),
    ("form-changed", Carries::Step),
    ("match-state", Carries::Step),
    ("pause-of-other", Carries::Step),
    ("announcement-cancelled", Carries::Step),
    ("private-space-closed", Carries::Step),
    ("health-consent-needed", Carries::Step),
    ("subscription-state", Carries::Step),
    ("delivery-waits", Carries::State),
    ("already-held", Carries::Step),
    ("export-gone", Carries::Step),
    ("buddy-not-ready", Carries::Reasons),
    ("buddy-not-independent", Carries::Reasons),
    ("buddy-unsuitable", Carries::Reasons),
    ("consent-text-differs", Carries::Current),
    ("consent-text-unknown", Carries::Current),
    ("form-not-later", Carries::Current),
    ("form-not-shown", Carries::Current),
    ("term-needs-reason", Carries::Current),
    ("term-too-long", Carries::Current),
    ("term-too-short", Carries::Current),
    ("idempotency-key-in-use", Carries::Rule),
    ("idempotency-answer-gone", Carries::Rule),
    ("already-there", Carries::Rule),
    ("reference-unknown", Carries::Rule),
    ("organisation-known", Carries::Rule),
    ("tie-known", Carries::Rule),
    ("programme-not-available", Carries::Step),
    ("no-programme", Carries::Rule),
    ("choice-too-narrow", Carries::Step),
    ("no-independent-choice", Carries::Started),
    ("only-the-parent", Carries::Rule),
    ("own-profile", Carries::Rule),
    ("coordinator-tied", Carries::Rule),
    ("coordinator-not-asked-this-year", Carries::Rule),
    ("buddy-full", Carries::Step),
    ("own-request", Carries::Step),
    ("too-many-proposals", Carries::Step),
    ("tie-ends-before-start", Carries::Rule),
    ("talk-date", Carries::Rule),
    ("too-many-announcements", Carries::Step),
    ("written-by-other", Carries::Rule),
    ("too-many-subscriptions", Carries::Rule),
];

/// The kind with this code; `internal` for a code that the table lacks, which a test keeps from happening.
pub fn kind(code: &str) -> &'static Kind {
    CATALOGUE.iter().find(|kind| kind.code == code).unwrap_or(&CATALOGUE[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_fit_a_path() {
        for (place, kind) in CATALOGUE.iter().enumerate() {
            assert!(
                kind.code.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-'),
                "{}",
                kind.code
            );
            assert!(CATALOGUE[..place].iter().all(|other| other.code != kind.code), "{} twice", kind.code);
            let said = CONFLICTS.iter().filter(|(code, _)| *code == kind.code).count();
            assert_eq!(said, usize::from(kind.status == 409), "{}: what does it carry?", kind.code);
        }
    }
}
