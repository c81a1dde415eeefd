//! What each command does, in Dutch.

/// Each command, with what it does and what else there is to know.
pub(super) const COMMANDS: &[(&str, &str, &str)] = &[
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
         niets veranderd; 5: grafstenen noemen wat een teruggezette kopie terugbracht, en `naast retention replay` gaat voor.",
    ),
    ("openapi", "Toon het contract als YAML: het bestand openapi.yaml", ""),
    ("token", "Toon een token voor iemand, om mee te proberen", ""),
    ("administrator", "Maak de eerste beheerder van een installatie, en toon haar id", ""),
    (
        "reassess",
        "Stel de regels voor onafhankelijkheid opnieuw aan elk voorstel en elke koppeling, zoals de server om de paar uur doet",
        "Exitcode 0: gedaan; 1: van sommige buddy's kon het niet, en de server probeert het opnieuw; 5: grafstenen noemen wat een teruggezette kopie \
         terugbracht, en `naast retention replay` gaat voor.",
    ),
    ("client", "Sluit systemen aan, geef ze andere sleutels, en sluit ze buiten", ""),
    (
        "client list",
        "Toon elk systeem dat is aangesloten: zijn id, of het wordt toegelaten, hoe het heet, voor wie en waarvoor het werkt, en waarmee het zich tot \
         wanneer bewijst",
        "",
    ),
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
        "Heeft de database sleutels, dan moet het bestand het hare zijn: het sleutelbestand van een andere krijgt niets.",
    ),
    (
        "keys rotate",
        "Verpak elke gegevenssleutel met de nieuwste hoofdsleutel van het bestand. Mag worden afgebroken en opnieuw gedaan. Exitcode 3: een gaat \
         niet open, wordt genoemd en blijft zoals hij is; de rest is gedaan",
        "",
    ),
    (
        "keys retire",
        "Haal een hoofdsleutel uit het sleutelbestand. Exitcode 4: hij is in gebruik, of er is nog iets mee verpakt, en hij blijft",
        "Back-ups die ermee zijn gemaakt gaan alleen ermee open: bewaar een kopie tot de laatste daarvan weg is.",
    ),
    (
        "keys reencrypt",
        "Verzegel elke waarde opnieuw, met verse gegevenssleutels, en vernietig de oude. Mag worden afgebroken en opnieuw gedaan. Exitcode 3: \
         een waarde gaat niet open, wordt genoemd en blijft zoals zij is, met haar sleutels; de rest is gedaan",
        "",
    ),
    (
        "keys check",
        "Open alles wat verzegeld is. Exitcode 0: alles gaat open; 3: iets niet, en de id's van de rijen worden genoemd",
        "",
    ),
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
        "Bericht ouders wier aanvraag bijna haar laatste dag heeft, beëindig wat niemand laat doorgaan, en wis alles waarvan de dag is gekomen, tenzij \
         het wordt vastgehouden. De server doet dat elke dag ook",
        "Mag worden afgebroken en opnieuw gedaan. Exitcode 0: gedaan; 1: iets is aan de volgende ronde gelaten, en het log noemt het; 3: een ander proces doet het op dit moment; \
         5: grafstenen noemen wat een teruggezette kopie terugbracht, en `naast retention replay` gaat voor.",
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
