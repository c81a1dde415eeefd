//! The help in Dutch. The English stands with each command and argument, from which the argument reader takes it; a test holds that none
//! lacks its Dutch.

use clap::{Arg, Command};

/// Each command, with what it does and what else there is to know.
const COMMANDS: &[(&str, &str, &str)] = &[
    ("", "Naast: de JSON-REST-API achter buddyprogramma's voor ouders in passend onderwijs.", ""),
    ("serve", "Bedienen (wat er zonder opdracht gebeurt)", ""),
    (
        "demo",
        "Bedien een levend voorbeeldprogramma in elk van de drie vormen, met een token voor elke rol",
        "",
    ),
    ("migrate", "Werk het schema van de database bij", ""),
    (
        "import",
        "Lees open data van DUO in de scholengids",
        "Een bestand gaat er helemaal in of helemaal niet. Exitcode 0: de scholengids zegt wat het bestand zegt; 2: het bestand klopt niet, elke \
         fout is gemeld met haar regel, en er is niets geschreven; 3: er zou zoveel verdwijnen dat eerst iemand moet kijken, en er is \
         niets veranderd.",
    ),
    ("openapi", "Toon het contract als YAML: het bestand openapi.yaml", ""),
    ("token", "Toon een token voor iemand, om mee te proberen", ""),
    ("administrator", "Maak de eerste beheerder van een installatie, en toon haar id", ""),
    (
        "reassess",
        "Stel de regels voor onafhankelijkheid opnieuw aan elk voorstel en elke koppeling, zoals de server om de paar uur doet",
        "",
    ),
    ("client", "Sluit systemen aan, geef ze andere sleutels, en sluit ze buiten", ""),
    (
        "client create",
        "Sluit een systeem aan, en toon zijn id (en zijn geheim, een keer)",
        "Exitcode 2: de organisatie is onbekend, of een systeem van zo'n organisatie kan deze bevoegdheden niet hebben voor dit doel.",
    ),
    (
        "client rotate",
        "Geef een systeem een nieuwe sleutel of een nieuw geheim. Het vorige blijft nog even geldig",
        "",
    ),
    (
        "client revoke",
        "Sluit een systeem buiten. Zijn tokens gelden vanaf de volgende aanroep niet meer. Terug kan niet: sluit het opnieuw aan",
        "",
    ),
    (
        "keys",
        "Beheer de sleutels: die waarmee is verzegeld wat persoonlijk is, en die waarmee tokens zijn ondertekend",
        "",
    ),
    (
        "keys add",
        "Voeg een hoofdsleutel toe aan het sleutelbestand. Nog niets gebruikt hem: breng het bestand naar elke replica, en vervang dan. Geen \
         server hoeft opnieuw te starten",
        "",
    ),
    (
        "keys rotate",
        "Verpak elke gegevenssleutel met de nieuwste hoofdsleutel van het bestand. Mag worden afgebroken en opnieuw gedaan",
        "",
    ),
    (
        "keys retire",
        "Haal een hoofdsleutel uit het sleutelbestand. Exitcode 4: hij is in gebruik, of er is nog iets mee verpakt, en hij blijft",
        "Back-ups die ermee zijn gemaakt gaan alleen ermee open: bewaar een kopie tot de laatste daarvan weg is.",
    ),
    (
        "keys reencrypt",
        "Verzegel elke waarde opnieuw, met verse gegevenssleutels, en vernietig de oude. Mag worden afgebroken en opnieuw gedaan",
        "",
    ),
    ("keys check", "Open alles wat verzegeld is. Exitcode 0: alles gaat open; 3: iets niet", ""),
    (
        "keys list-signing",
        "Toon de ondertekensleutels: naam, vanaf wanneer elk ondertekent, en of zij nu wordt geloofd",
        "",
    ),
    (
        "keys rotate-signing",
        "Leg een verse ondertekensleutel naast de andere, die vanaf een moment ondertekent",
        "Servers kijken elke minuut naar de bestanden en maken de sleutel bekend voordat zij ondertekent. De vorige wordt geloofd tot haar laatste \
         token dood is, tien minuten later. Haar bestand blijft: daarmee worden de ankers van het journaal nagekeken die zij ondertekende. Bij \
         meer replica's: breng het nieuwe bestand naar elk ervan voordat zij ondertekent.",
    ),
    (
        "keys revoke-signing",
        "Trek een ondertekensleutel in die een ander misschien heeft: de volgende ondertekent meteen, en haar tokens sterven binnen een minuut",
        "Vervang haar eerst. Haar geheime helft wordt weggegooid; de openbare blijft in een bestand `.withdrawn` naast de sleutels, zodat ankers van \
         het journaal die zij eerder ondertekende geldig blijven. Bij replica's die de map niet delen: breng de bestanden naar elk ervan.",
    ),
    ("retention", "Wis wat zijn tijd heeft gehad", ""),
    (
        "retention run",
        "Wis alles waarvan de dag is gekomen, tenzij het wordt vastgehouden. De server doet dat elke dag ook",
        "Mag worden afgebroken en opnieuw gedaan. Exitcode 0: gedaan; 3: een ander proces doet het op dit moment.",
    ),
    (
        "retention replay",
        "Nadat een back-up is teruggezet: wis en trek opnieuw in wat de grafstenen noemen. Eerder wordt er niets bediend",
        "",
    ),
    ("backup", "Schrijf alles wat de database bevat in een verzegeld bestand, terwijl anderen werken", ""),
    ("restore", "Zet een back-up terug op een lege plek, en wis opnieuw wat sindsdien is gewist", ""),
    ("journal", "Beheer het journaal", ""),
    (
        "journal verify",
        "Lees elke rij en vergelijk haar met haar hash, haar kop en de ankers. Exitcode 0: alles past, of er is nog niets geschreven; 3: \
         schade; 5: er zijn rijen en geen ankers om ze naast te leggen",
        "",
    ),
    (
        "journal anchor",
        "Onderteken de koppen van nu en schrijf ze naast de database. Bewaar elders een kopie",
        "",
    ),
    (
        "journal export",
        "Schrijf elke rij en elke kop als een regel JSON, voor een controleur die geen code met dit programma deelt",
        "",
    ),
    ("access-log", "Beheer de vastlegging van wie wat van wie las", ""),
    (
        "access-log export",
        "Schrijf elke vastlegging als een regel JSON, met de velden van Logboek Dataverwerkingen 1.0. Van wie de gegevens zijn staat er onder \
         pseudoniem",
        "",
    ),
    ("doctor", "Kijk de installatie na", ""),
];

/// Each argument by its id, or by its command and its id where commands use an id differently; what it is for; and what a value must be
/// where the argument reader says no more than that one is wrong.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    (
        "language",
        "De taal waarin het programma spreekt: die van het systeem als dit ontbreekt, en Nederlands waar het systeem niets zegt",
        "",
    ),
    (
        "database_url",
        "De database: een URL met postgres://, of sqlite:PAD. Zonder dit naast.db in de datamap",
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
    ("dry_run", "Tel alleen wat er weg zou gaan", ""),
    ("at", "Met dit moment als nu (RFC 3339); anders nu", "een moment, zoals 2026-11-01T00:00:00Z"),
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

const RATE: &str = "aanroepen/seconden met hele getallen boven nul, zoals 600/60, of off";

/// The command with its help in Dutch.
pub(super) fn of(command: Command) -> Command {
    named(command, "")
}

fn named(command: Command, name: &str) -> Command {
    let below: Vec<String> = command.get_subcommands().map(|one| one.get_name().to_owned()).collect();
    let command = command.mut_args(|argument| said(argument, name));
    let command = match COMMANDS.iter().find(|(one, ..)| *one == name) {
        Some((_, about, "")) => command.about(*about).long_about(*about),
        Some((_, about, more)) => command.about(*about).long_about(format!("{about}.\n\n{more}")),
        None => command,
    };
    below.into_iter().fold(command, |command, one| {
        let path = format!("{name} {one}").trim_start().to_owned();
        command.mut_subcommand(one, |below| named(below, &path))
    })
}

fn said(argument: Arg, command: &str) -> Arg {
    match of_argument(argument.get_id().as_str(), command) {
        Some((_, help, _)) => argument.help(*help).long_help(*help),
        None => argument,
    }
}

fn of_argument(id: &str, command: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let own = format!("{command} {id}");
    ARGUMENTS.iter().find(|(one, ..)| *one == own).or_else(|| ARGUMENTS.iter().find(|(one, ..)| *one == id))
}

/// What a value of the argument with this id must be.
pub(super) fn expects(id: &str) -> Option<&'static str> {
    ARGUMENTS
        .iter()
        .find(|(one, ..)| *one == id)
        .map(|(_, _, expects)| *expects)
        .filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::super::each;
    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_and_every_argument_has_its_dutch_and_no_dutch_is_left_over() {
        let (command, mut commands) = (Cli::command(), Vec::new());
        each(&command, "", &mut commands);
        let mut used = BTreeSet::new();
        for (name, one) in &commands {
            assert!(COMMANDS.iter().any(|(known, ..)| known == name), "naast {name} has no Dutch");
            for argument in
                one.get_arguments().filter(|one| !["help", "version"].contains(&one.get_id().as_str()))
            {
                let id = argument.get_id().as_str();
                let (key, ..) =
                    of_argument(id, name).unwrap_or_else(|| panic!("naast {name}: {id} has no Dutch"));
                used.insert(*key);
            }
        }
        assert_eq!(commands.len(), COMMANDS.len());
        let known: BTreeSet<_> = ARGUMENTS.iter().map(|(key, ..)| *key).collect();
        assert_eq!(known, used);
        assert_eq!(known.len(), ARGUMENTS.len());
    }
}
