//! What each argument is for, in Dutch.

const RATE: &str = "aanroepen/seconden met hele getallen boven nul, zoals 600/60, of off";

/// Each argument by its id, or by its command and its id where commands use an id differently; what it is for; and what a value must be
/// where the argument reader says no more than that one is wrong.
pub(super) const ARGUMENTS: &[(&str, &str, &str)] = &[
    (
        "language",
        "De taal waarin het programma spreekt: die van het systeem als dit ontbreekt, en Nederlands waar het systeem niets zegt",
        "",
    ),
    (
        "database_url",
        "De database: een URL met postgres://, of sqlite:PAD. Zonder dit naast.db in de datamap, en demo.db voor de demo",
        "",
    ),
    (
        "data",
        "De map voor wat de installatie in bestanden bewaart: de SQLite-database, de ondertekensleutel, de ankers",
        "",
    ),
    (
        "signing_key_file",
        "Het bestand van de ondertekensleutel, als het niet in de datamap staat. Replica's delen er een",
        "",
    ),
    (
        "master_key_file",
        "Het bestand van de hoofdsleutels, als het niet in de datamap staat. Replica's delen er een. Bewaar het apart van back-ups van de database",
        "",
    ),
    (
        "public_url",
        "Het adres waaronder wie aanroept deze installatie bereikt: de uitgever van haar tokens. https, zonder pad",
        "https://HOST zonder pad (http:// alleen op deze machine)",
    ),
    (
        "security_contact",
        "Waar een zwakke plek wordt gemeld, voor /.well-known/security.txt: een URI met mailto: of https:. Zonder dit is dat bestand er niet",
        "een URI waar een zwakke plek wordt gemeld: mailto:security@example.org, of https://example.org/security",
    ),
    (
        "smtp_url",
        "De mailserver, zoals `smtps://user:password@host` of `smtp://host?tls=required`. Zonder dit worden brieven bestanden in de map `mail` van \
         de datamap",
        "",
    ),
    ("mail_from", "De afzender van brieven, zoals: Naast <naast@example.org>", ""),
    (
        "trusted_issuers",
        "Een bestand met de identiteitsverstrekkers die worden vertrouwd: JSON, zie docs/OPERATIONS.md. Zonder dit geen",
        "",
    ),
    ("anchors_file", "Het bestand van de ankers van het journaal, als het niet in de datamap staat", ""),
    (
        "connections",
        "Verbindingen met de database, en threads die erop wachten",
        "een heel getal van 1 tot en met 64",
    ),
    (
        "event_source",
        "De `source` van gebeurtenissen: wie ze stuurt, zoals het NL GOV-profiel van CloudEvents het schrijft (urn:nld:oin:NUMMER:systeem:NAAM, of \
         urn:nld:kvknr:NUMMER:systeem:NAAM)",
        "urn:nld:oin:NUMMER:systeem:NAAM met de twintig cijfers van uw OIN, of urn:nld:kvknr:NUMMER:systeem:NAAM met acht",
    ),
    (
        "webhooks_to_loopback",
        "Alleen om te proberen: webhooks mogen ook naar deze machine zelf, over http",
        "true of false",
    ),
    (
        "webhook_haste",
        "Alleen om te proberen: deelt elke wachttijd tussen twee pogingen van een webhook",
        "een heel getal vanaf 1",
    ),
    (
        "queue",
        "Zoveel aanroepen mogen tegelijk op de database wachten of ermee werken; wat meer is wordt meteen weggestuurd",
        "een heel getal van 1 tot en met 65536",
    ),
    ("listen", "Adres en poort; poort 0 neemt een vrije", "adres en poort, zoals 127.0.0.1:8080"),
    ("workers", "Threads die aanroepen aannemen; het aantal processoren als dit ontbreekt", "een heel getal"),
    (
        "metrics_listen",
        "Adres en poort voor de cijfers van Prometheus (/metrics); zonder dit worden er geen getoond. Houd het van buiten onbereikbaar",
        "adres en poort, zoals 127.0.0.1:9090",
    ),
    (
        "drain_seconds",
        "Seconden tussen het teken om te stoppen en het stoppen, waarin de server niet gereed is en nog wel antwoordt: zo lang als een proxy nodig \
         heeft om het te merken, en wie steeds aanroept om zijn verbindingen te sluiten",
        "een heel getal van 0 tot en met 300",
    ),
    (
        "anchor_seconds",
        "Seconden tussen twee keer kijken of er sinds het laatste anker iets in het journaal kwam; dan worden de koppen ondertekend en naast de \
         database geschreven",
        "een heel getal van 1 tot en met 3600",
    ),
    (
        "rounds_after_seconds",
        "Seconden na een start voor de eerste van de eigen rondes (onafhankelijkheid, exports, termijnen): de eerste begint tussen een en twee keer \
         zoveel, de andere erna",
        "een heel getal van 0 tot en met 3600",
    ),
    ("rate_subject", "Aanroepen in seconden voor iemand die is ingelogd, zoals 600/60; of off", RATE),
    ("rate_address", "Aanroepen in seconden voor een adres waarvandaan niemand is ingelogd; of off", RATE),
    ("rate_attempts", "Aanroepen in seconden waarmee een code kan worden geprobeerd; of off", RATE),
    (
        "cors_origins",
        "Herkomsten waarvan de pagina's vanuit een browser mogen aanroepen, met komma's, zoals `https://app.example.org`. Geen als dit ontbreekt",
        "herkomsten met komma's ertussen, zoals https://app.example.org,http://localhost:5173: schema, host en poort, zonder pad, en nooit *",
    ),
    (
        "trusted_proxies",
        "Proxy's waarvan X-Forwarded-For wordt aangenomen: adressen of netwerken, met komma's. Van niemand als dit ontbreekt",
        "adressen of netwerken met komma's ertussen, zoals 10.0.0.2,10.1.0.0/16",
    ),
    ("import kind", "Wat er in het bestand staat", ""),
    ("import file", "Het bestand, precies zoals het is gepubliceerd", ""),
    (
        "import force",
        "Voer het bestand door, ook als meer dan 5 % van wat wordt bewaard er niet in staat",
        "",
    ),
    ("person", "Het id van die persoon", "een id (UUID)"),
    ("administrator name", "Haar naam", ""),
    ("client", "Het id van het systeem", "een id (UUID)"),
    (
        "public_key",
        "Het bestand van zijn openbare sleutel (PEM): Ed25519, P-256, of RSA van 2048 tot 8192 bits. Het ondertekent met de andere helft, die van \
                    niemand anders is: een bestand waar die in staat wordt geweigerd",
        "",
    ),
    (
        "secret",
        "Maak een geheim, en toon het een keer. Om te proberen: een sleutel kan niet uit een log worden overgenomen",
        "",
    ),
    (
        "overlap_hours",
        "Zoveel uur blijft het vorige geldig; 0 als het is gestolen: dan gelden de tokens die ermee zijn gehaald ook niet meer",
        "een heel getal van 0 tot en met 720",
    ),
    (
        "organisation",
        "Het id van de organisatie waarvoor het werkt. Van een andere bereikt het niets",
        "een id (UUID)",
    ),
    ("client create name", "Hoe mensen het noemen", ""),
    ("purpose", "Waarvoor het is", ""),
    ("scopes", "Wat het mag; herhaal dit voor meer", ""),
    ("keys retire id", "Welke, zoals `naast keys check` hem noemt", ""),
    (
        "in_minutes",
        "Over zoveel minuten ondertekent zij. Lang genoeg dat elke replica, en elke kopie van de bekende sleutels, haar kent",
        "een heel getal van 2 tot en met 10080",
    ),
    ("keys revoke-signing id", "Welke, zoals `naast keys list-signing` haar noemt", ""),
    ("dry_run", "Tel alleen wat er bericht zou worden, zou eindigen en weg zou gaan", ""),
    ("ahead", "Wis nu al wat pas op een later moment zijn dag heeft. Geen back-up brengt het terug", ""),
    (
        "at",
        "Wis met dit moment als nu (RFC 3339); anders nu. Ouders bericht geven, aanvragen beëindigen en sessies, codes en bewaarde antwoorden laten \
         verlopen gaat altijd naar de klok. Een moment dat nog moet \
         komen, is voor --dry-run, dat alles toont wat er dan zou komen",
        "een moment, zoals 2026-11-01T00:00:00Z",
    ),
    (
        "batch",
        "Naar zoveel wordt ten hoogste met een vraag gekeken, en zoveel in een transactie gewist. Minder is zachter voor een database die in gebruik is, en \
         langzamer",
        "een heel getal van 1 tot en met 500",
    ),
    (
        "to",
        "Het bestand om te schrijven, dat er niet mag zijn; of een map, waarin een bestand met dag en uur in zijn naam komt",
        "",
    ),
    ("from", "De back-up", ""),
    (
        "tombstones",
        "De grafstenen van de installatie waarvan het de back-up is: wat sindsdien is gewist en ingetrokken. Noem dit een keer voor elke replica: \
         elk heeft die het zelf legde",
        "",
    ),
    (
        "without_tombstones",
        "Zet terug terwijl zij verloren zijn, of een deel ervan: wat sinds de back-up is gewist of ingetrokken, staat er weer. De installatie onthoudt \
         dat zij ontbreken, en `naast doctor` en de log zeggen het, tot `naast retention replay --tombstones` ze brengt",
        "",
    ),
    (
        "retention replay tombstones",
        "De grafstenen van de installatie waarvan het de back-up is, waar die zonder is teruggezet. Noem dit een keer voor elke replica",
        "",
    ),
    ("check", "Lees hem alleen tot het einde en zeg wat erin staat", ""),
    ("anchors", "Een kopie van de ankers die elders is bewaard; die in de datamap als dit ontbreekt", ""),
    (
        "without_anchors",
        "Neem genoegen met wat de database van zichzelf zegt: rijen die aan het einde zijn afgesneden, en een keten die opnieuw is geschreven, worden \
         niet gevonden",
        "",
    ),
    (
        "since",
        "Alleen wat op dit moment en later is gelezen, zoals 2026-11-01T00:00:00Z",
        "een moment, zoals 2026-11-01T00:00:00Z",
    ),
];
