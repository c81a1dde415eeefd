//! The words of every consent, of each version.

use super::ConsentText;
use crate::privacy::consents::ConsentKind;
use crate::text::Text;

/// Every text that was ever in use; of each kind the last one is in use now. One that somebody was shown is never changed or taken out: the
/// fingerprint of her words is the proof of what she consented to, and her receipt shows them.
///
/// What a consent must say for somebody to know what she agrees to (AVG art. 4(11), 7(3), 9(2)(a), 13): what for, who gets it, what is kept, for how
/// long, that it is not needed where it is not, and how to take it back.
pub const TEXTS: &[ConsentText] = &[
    ConsentText {
        kind: ConsentKind::Referral,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat mijn naam en één manier om mij te bereiken naar het buddyprogramma gaan dat ik heb gekozen. \
             School ziet alleen dát het is doorgegeven, en op welke dag. Ik kan altijd stoppen. Dat heeft geen gevolgen \
             voor mijn kind.",
            "I want my name and one way to reach me to go to the buddy programme that I chose. The school sees only \
             that it was handed over, and on which day. I can stop at any time. That has no consequences for my child.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Request,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat het buddyprogramma mijn aanvraag bewaart en een buddy voor mij zoekt. De coördinator en de \
             buddy die ik kies zien mijn aanvraag. Wie als buddy wordt voorgesteld, hoort eerst alleen om welke school het gaat. \
             School ziet niets. Ik kan altijd stoppen.",
            "I want the buddy programme to keep my request and to look for a buddy for me. The coordinator and the \
             buddy whom I choose see my request. Who is proposed as a buddy first hears only which school it is about. The school sees nothing. I can stop at any time.",
        ),
    },
    ConsentText {
        kind: ConsentKind::ChildHealthData,
        version: "2026-1",
        text: Text::of(
            "Ik vind het goed dat het buddyprogramma gegevens over de gezondheid van mijn kind bewaart die ik zelf \
             vertel. Dit hoeft niet om een buddy te krijgen. Is mijn kind 16 of ouder? Dan beslist mijn kind zelf.",
            "I agree that the buddy programme keeps data on my child's health that I tell myself. This is not needed to \
             get a buddy. If my child is 16 or older, my child decides.",
        ),
    },
    ConsentText {
        kind: ConsentKind::MeetingAnnouncement,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat school hoort dat mijn buddy meekomt naar dit gesprek. School hoort de voornaam en de rol van mijn buddy, en de dag \
     van het gesprek. Verder hoort school niets van dit programma: ook niet met wie het gesprek is. Dat vertel ik zelf als ik dat \
     wil. Ik kan dit altijd terugnemen.",
            "I want the school to hear that my buddy comes along to this talk. The school hears my buddy's first name and role, and the \
     day of the talk. The school hears nothing else from this programme, not even whose talk it is. I tell that myself if I \
     want to. I can take this back at any time.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Pool,
        version: "2026-1",
        text: Text::of(
            "Ik wil dat mijn naam, één manier om mij te bereiken en mijn aanvraag naar deze andere buddypool gaan. Die \
             zoekt daar een buddy voor mij. School ziet niets. Ik kan altijd stoppen.",
            "I want my name, one way to reach me and my request to go to this other pool of buddies. It looks for a buddy \
             for me there. The school sees nothing. I can stop at any time.",
        ),
    },
    ConsentText {
        kind: ConsentKind::PupilHealthData,
        version: "2026-1",
        text: Text::of(
            "Ik ben 16 jaar of ouder. Ik vind het goed dat het buddyprogramma van mijn ouder gegevens over mijn \
             gezondheid bewaart. Dit hoeft niet. Ik beslis zelf. Ik kan altijd stoppen, met deze code.",
            "I am 16 or older. I agree that my parent's buddy programme keeps data on my health. This is not needed. I \
             decide. I can stop at any time, with this code.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Referral,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat mijn naam en één manier om mij te bereiken naar het buddyprogramma gaan dat ik heb gekozen. Waarvoor: om contact met mij \
             op te nemen en een buddy voor mij te zoeken. Wie krijgt het: de coördinator van dat programma, en later de buddy die ik kies. School \
             ziet alleen dát het is doorgegeven, en op welke dag. Hoe lang: tot een tijd na het einde. Die dag staat bij mijn aanvraag. Als ik stop, \
             gaan mijn naam en hoe ik te bereiken ben meteen weg. Ik kan altijd stoppen: zelf in mijn account, of door het tegen de coördinator \
             te zeggen. Ik hoef niet te zeggen waarom. Het heeft geen gevolgen voor mijn kind.",
            "I want my name and one way to reach me to go to the buddy programme that I chose. What for: to contact me and to look for a buddy for \
             me. Who gets it: the coordinator of that programme, and later the buddy whom I choose. The school sees only that it was handed over, and \
             on which day. For how long: until some time after the end. That day stands with my request. If I stop, my name and the way to reach \
             me go at once. I can stop at any time: myself in my account, or by telling the coordinator. I need not say why. It has no \
             consequences for my child.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Request,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat het buddyprogramma mijn aanvraag bewaart. Waarvoor: om een buddy voor mij te zoeken, en om de steun te begeleiden. Wie ziet \
             het: de coördinator, en de buddy die ik kies. Wie als buddy wordt voorgesteld, hoort eerst alleen om welke school het gaat. School ziet \
             niets. Wat wordt bewaard: wat ik in mijn aanvraag zeg, wie mijn buddy is, en dat wij elkaar spraken. Hoe lang: tot een tijd na het \
             einde. Die dag staat bij mijn aanvraag. Ik kan altijd stoppen: zelf in mijn account, of door het tegen de coördinator te zeggen. Ik \
             hoef niet te zeggen waarom. Dan stopt de steun, en gaan mijn naam en hoe ik te bereiken ben meteen weg.",
            "I want the buddy programme to keep my request. What for: to look for a buddy for me, and to guide the support. Who sees it: the \
             coordinator, and the buddy whom I choose. Who is proposed as a buddy first hears only which school it is about. The school sees nothing. \
             What is kept: what I say in my request, who my buddy is, and that we spoke. For how long: until some time after the end. That day \
             stands with my request. I can stop at any time: myself in my account, or by telling the coordinator. I need not say why. Then \
             the support stops, and my name and the way to reach me go at once.",
        ),
    },
    ConsentText {
        kind: ConsentKind::ChildHealthData,
        version: "2026-2",
        text: Text::of(
            "Ik vind het goed dat gegevens over de gezondheid van mijn kind worden gebruikt die ik zelf vertel of opschrijf. Waarvoor: om een buddy \
             te zoeken die past, en om met mijn buddy gesprekken met school voor te bereiden. Wie weet het dan: de coördinator, wat ik haar vertel. \
             Mijn buddy, wat ik haar vertel. Wat mijn buddy en ik in onze besloten ruimte schrijven, lezen alleen wij. School ziet niets. Wat wordt \
             bewaard: wat wij daar schrijven, en waarbij staat dat het over gezondheid gaat. Hoe lang: tot een tijd na het einde van de steun. Die dag \
             staat erbij. Na een jaar wordt het mij opnieuw gevraagd. Dit hoeft niet om een buddy te krijgen. Ik kan dit altijd terugnemen: \
             zelf in mijn account, of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Dan gaat weg wat wij daar over \
             gezondheid schreven. Het programma en mijn buddy wordt gevraagd om niets te bewaren. Mijn buddy blijft. Is mijn kind 16 jaar of ouder? \
             Dan beslist mijn kind zelf.",
            "I agree that data on my child's health are used that I tell or write down myself. What for: to look for a buddy who fits, and to prepare \
             talks with the school with my buddy. Who then knows: the coordinator, what I tell her. My buddy, what I tell her. What my buddy and I \
             write in our private space is read by the two of us alone. The school sees nothing. What is kept: what we write there, and of which we \
             say that it is about health. For how long: until some time after the support ended. That day stands with it. After a year I am \
             asked again. This is not needed to get a buddy. I can take this back at any time: myself in my account, or by telling the \
             coordinator. I need not say why. Then what we wrote there about health goes. The programme and my buddy are asked to keep nothing. My \
             buddy stays. If my child is 16 or older, my child decides.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Pool,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat mijn naam, één manier om mij te bereiken en mijn aanvraag naar deze andere buddypool gaan. Waarvoor: om daar een buddy voor \
             mij te zoeken. Wie krijgt het: de coördinator van die buddypool. School ziet niets. Hoe lang: zo lang als mijn aanvraag wordt bewaard. \
             Die dag staat bij mijn aanvraag. Dit hoeft niet om hier een buddy te krijgen. Ik kan dit altijd terugnemen: zelf in mijn account, of \
             door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Mijn aanvraag hier gaat dan door.",
            "I want my name, one way to reach me and my request to go to this other pool of buddies. What for: to look for a buddy for me there. \
             Who gets it: the coordinator of that pool. The school sees nothing. For how long: as long as my request is kept. That day stands with \
             my request. This is not needed to get a buddy here. I can take this back at any time: myself in my account, or by telling the \
             coordinator. I need not say why. My request here then goes on.",
        ),
    },
    ConsentText {
        kind: ConsentKind::PupilHealthData,
        version: "2026-2",
        text: Text::of(
            "Ik ben 16 jaar of ouder. Ik vind het goed dat gegevens over mijn gezondheid worden gebruikt die mijn ouder vertelt of opschrijft. \
             Waarvoor: om een buddy te zoeken die bij mijn ouder past, en om gesprekken met school voor te bereiden. Wie weet het dan: de coördinator \
             en de buddy, wat mijn ouder hun vertelt. Wat mijn ouder en de buddy in hun besloten ruimte schrijven, lezen alleen zij. School ziet \
             niets. Wat wordt bewaard: wat zij daar schrijven, en waarbij staat dat het over gezondheid gaat. Hoe lang: tot een tijd na het einde \
             van de steun. Dit hoeft niet, ook niet om een buddy te krijgen. Ik beslis zelf. Ik kan dit altijd terugnemen, met deze code. Ik hoef \
             niet te zeggen waarom. Dan gaat weg wat zij daar over gezondheid schreven. Het programma en de buddy wordt gevraagd om niets te bewaren.",
            "I am 16 or older. I agree that data on my health are used that my parent tells or writes down. What for: to look for a buddy who fits my \
             parent, and to prepare talks with the school. Who then knows: the coordinator and the buddy, what my parent tells them. What my \
             parent and the buddy write in their private space is read by the two of them alone. The school sees nothing. What is kept: what they \
             write there, and of which they say that it is about health. For how long: until some time after the support ended. This is \
             not needed, not even to get a buddy. I decide. I can take this back at any time, with this code. I need not say why. Then what they \
             wrote there about health goes. The programme and the buddy are asked to keep nothing.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Referral,
        version: "2026-3",
        text: Text::of(
            "Ik wil dat mijn naam en één manier om mij te bereiken naar het buddyprogramma gaan dat ik heb gekozen. Waarvoor: om contact met \
             mij op te nemen en een buddy voor mij te zoeken. Wie krijgt het: de coördinator van dat programma, en later de buddy die ik \
             kies. School ziet alleen dát het is doorgegeven, en op welke dag. Alleen als het programma van school zelf is, werkt de \
             coördinator voor school; de leraar en de directeur zien niets. Hoe lang: tot een tijd na het einde, om vragen en klachten te \
             kunnen beantwoorden. Die dag staat bij mijn aanvraag. Als ik stop, gaan mijn naam en hoe ik te bereiken ben meteen weg. Ik kan \
             altijd stoppen: zelf in mijn account, of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Het heeft geen \
             gevolgen voor mijn kind. Een klacht kan altijd naar de organisatie van het programma en naar de Autoriteit Persoonsgegevens.",
            "I want my name and one way to reach me to go to the buddy programme that I chose. What for: to contact me and to look for a \
             buddy for me. Who gets it: the coordinator of that programme, and later the buddy whom I choose. The school sees only that it \
             was handed over, and on which day. Only if the programme is the school's own does the coordinator work for the school; the \
             teacher and the school leader see nothing. For how long: until some time after the end, to be able to answer questions and \
             complaints. That day stands with my request. If I stop, my name and the way to reach me go at once. I can stop at any time: \
             myself in my account, or by telling the coordinator. I need not say why. It has no consequences for my child. I can always \
             complain to the organisation of the programme and to the Dutch data protection authority.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Request,
        version: "2026-3",
        text: Text::of(
            "Ik wil dat het buddyprogramma mijn aanvraag bewaart. Waarvoor: om een buddy voor mij te zoeken, en om de steun te begeleiden. \
             Wie ziet het: de coördinator, en de buddy die ik kies. Wie als buddy wordt voorgesteld, hoort eerst alleen om welke school het \
             gaat. School ziet niets. Alleen als het programma van school zelf is, werkt de coördinator voor school; zij ziet dan mijn \
             aanvraag, de leraar en de directeur niet. Wat wordt bewaard: wat ik in mijn aanvraag zeg, wie mijn buddy is, en dat wij elkaar \
             spraken. Hoe lang: tot een tijd na het einde, om vragen en klachten te kunnen beantwoorden. Die dag staat bij mijn aanvraag. Ik \
             kan altijd stoppen: zelf in mijn account, of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Dan stopt \
             de steun, en gaan mijn naam en hoe ik te bereiken ben meteen weg. Een klacht kan altijd naar de organisatie van het programma en \
             naar de Autoriteit Persoonsgegevens.",
            "I want the buddy programme to keep my request. What for: to look for a buddy for me, and to guide the support. Who sees it: the \
             coordinator, and the buddy whom I choose. Who is proposed as a buddy first hears only which school it is about. The school sees \
             nothing. Only if the programme is the school's own does the coordinator work for the school; she then sees my request, the \
             teacher and the school leader do not. What is kept: what I say in my request, who my buddy is, and that we spoke. For how long: \
             until some time after the end, to be able to answer questions and complaints. That day stands with my request. I can stop at any \
             time: myself in my account, or by telling the coordinator. I need not say why. Then the support stops, and my name and the way \
             to reach me go at once. I can always complain to the organisation of the programme and to the Dutch data protection authority.",
        ),
    },
    ConsentText {
        kind: ConsentKind::ChildHealthData,
        version: "2026-3",
        text: Text::of(
            "Ik vind het goed dat gegevens over de gezondheid van mijn kind worden gebruikt die ik zelf vertel of opschrijf. Waarvoor: om een \
             buddy te zoeken die past, en om met mijn buddy gesprekken met school voor te bereiden. Wie weet het dan: de coördinator, wat ik \
             haar vertel. Mijn buddy, wat ik haar vertel. Wat mijn buddy en ik in onze besloten ruimte schrijven, lezen alleen wij. School \
             ziet niets. Alleen als het programma van school zelf is, werkt de coördinator voor school; de leraar en de directeur zien niets. \
             Wat wordt bewaard: wat wij in de besloten ruimte schrijven, en waarbij staat dat het over gezondheid gaat. Hoe lang: tot een \
             tijd na het einde van de steun. Die dag staat erbij. Na een jaar wordt het mij opnieuw gevraagd. Dit hoeft niet om een buddy te \
             krijgen. Ik kan dit altijd terugnemen: zelf in mijn account, of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen \
             waarom. Dan gaat weg wat wij daar over gezondheid schreven. Het programma en mijn buddy wordt gevraagd om niets te bewaren. Mijn \
             buddy blijft. Is mijn kind 16 jaar of ouder? Dan beslist mijn kind zelf. Een klacht kan altijd naar de organisatie van het \
             programma en naar de Autoriteit Persoonsgegevens.",
            "I agree that data on my child's health are used that I tell or write down myself. What for: to look for a buddy who fits, and to \
             prepare talks with the school with my buddy. Who then knows: the coordinator, what I tell her. My buddy, what I tell her. What \
             my buddy and I write in our private space is read by the two of us alone. The school sees nothing. Only if the programme is the \
             school's own does the coordinator work for the school; the teacher and the school leader see nothing. What is kept: what we \
             write in the private space, and of which we say that it is about health. For how long: until some time after the support ended. \
             That day stands with it. After a year I am asked again. This is not needed to get a buddy. I can take this back at any time: \
             myself in my account, or by telling the coordinator. I need not say why. Then what we wrote there about health goes. The \
             programme and my buddy are asked to keep nothing. My buddy stays. If my child is 16 or older, my child decides. I can always \
             complain to the organisation of the programme and to the Dutch data protection authority.",
        ),
    },
    ConsentText {
        kind: ConsentKind::MeetingAnnouncement,
        version: "2026-2",
        text: Text::of(
            "Ik wil dat school hoort dat mijn buddy meekomt naar dit gesprek. Waarvoor: dan weet school wie er komt. Wie krijgt het: de \
             school die ik noem. School ziet de voornaam en de rol van mijn buddy, en de dag van het gesprek. Verder hoort school niets van \
             dit programma: ook niet met wie het gesprek is. Dat vertel ik zelf als ik dat wil. De coördinator ziet dat ik dit aankondigde. \
             Hoe lang: school ziet het tot de dag voorbij is. Bij mijn aanvraag blijft het staan zo lang als die wordt bewaard. Dit hoeft \
             niet: mijn buddy mag ook meekomen zonder dat school het van tevoren hoort. Ik kan dit altijd terugnemen: zelf in mijn account, \
             of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. School hoort dan dat mijn buddy niet meekomt, en \
             verder niets. Een klacht kan altijd naar de organisatie van het programma en naar de Autoriteit Persoonsgegevens.",
            "I want the school to hear that my buddy comes along to this talk. What for: the school then knows who comes. Who gets it: the \
             school that I name. The school sees my buddy's first name and role, and the day of the talk. The school hears nothing else from \
             this programme, not even whose talk it is. I tell that myself if I want to. The coordinator sees that I announced this. For how \
             long: the school sees it until the day is over. With my request it stays as long as that is kept. This is not needed: my buddy \
             may come along without the school hearing it beforehand. I can take this back at any time: myself in my account, or by telling \
             the coordinator. I need not say why. The school then hears that my buddy does not come along, and nothing else. I can always \
             complain to the organisation of the programme and to the Dutch data protection authority.",
        ),
    },
    ConsentText {
        kind: ConsentKind::Pool,
        version: "2026-3",
        text: Text::of(
            "Ik wil dat mijn naam, één manier om mij te bereiken en mijn aanvraag naar deze andere buddypool gaan. Waarvoor: om daar een \
             buddy voor mij te zoeken. Wie krijgt het: de coördinator van die buddypool. School ziet niets. Alleen als die buddypool van \
             school zelf is, werkt de coördinator voor school; de leraar en de directeur zien niets. Hoe lang: zo lang als mijn aanvraag \
             wordt bewaard. Die dag staat bij mijn aanvraag. Dit hoeft niet om hier een buddy te krijgen. Ik kan dit altijd terugnemen: zelf \
             in mijn account, of door het tegen de coördinator te zeggen. Ik hoef niet te zeggen waarom. Mijn aanvraag hier gaat dan door. \
             Een klacht kan altijd naar de organisatie van het programma en naar de Autoriteit Persoonsgegevens.",
            "I want my name, one way to reach me and my request to go to this other pool of buddies. What for: to look for a buddy for me \
             there. Who gets it: the coordinator of that pool. The school sees nothing. Only if that pool is the school's own does the \
             coordinator work for the school; the teacher and the school leader see nothing. For how long: as long as my request is kept. \
             That day stands with my request. This is not needed to get a buddy here. I can take this back at any time: myself in my account, \
             or by telling the coordinator. I need not say why. My request here then goes on. I can always complain to the organisation of \
             the programme and to the Dutch data protection authority.",
        ),
    },
    ConsentText {
        kind: ConsentKind::PupilHealthData,
        version: "2026-3",
        text: Text::of(
            "Ik ben 16 jaar of ouder. Ik vind het goed dat gegevens over mijn gezondheid worden gebruikt die mijn ouder vertelt of \
             opschrijft. Waarvoor: om een buddy te zoeken die bij mijn ouder past, en om gesprekken met school voor te bereiden. Wie weet het \
             dan: de coördinator en de buddy, wat mijn ouder hun vertelt. Welk programma dat is, en hoe het staat met wat ik hier zeg, zie ik \
             altijd met mijn code. Wat mijn ouder en de buddy in hun besloten ruimte schrijven, lezen alleen zij. School ziet niets. Alleen \
             als het programma van school zelf is, werkt de coördinator voor school; de leraar en de directeur zien niets. Wat wordt bewaard: \
             wat zij in de besloten ruimte schrijven, en waarbij staat dat het over gezondheid gaat. Hoe lang: dertig dagen na het einde van \
             de steun, en als het programma dat zo kiest ten hoogste negentig. Dit hoeft niet, ook niet om een buddy te krijgen. Ik beslis \
             zelf. Ik kan dit altijd terugnemen, met deze code. Ik hoef niet te zeggen waarom. Dan gaat weg wat zij daar over gezondheid \
             schreven. Het programma en de buddy wordt gevraagd om niets te bewaren. Een klacht kan altijd naar de organisatie van het \
             programma en naar de Autoriteit Persoonsgegevens.",
            "I am 16 or older. I agree that data on my health are used that my parent tells or writes down. What for: to look for a buddy who \
             fits my parent, and to prepare talks with the school. Who then knows: the coordinator and the buddy, what my parent tells them. \
             Which programme that is, and how what I say here stands, I always see with my code. What my parent and the buddy write in their \
             private space is read by the two of them alone. The school sees nothing. Only if the programme is the school's own does the \
             coordinator work for the school; the teacher and the school leader see nothing. What is kept: what they write in the private \
             space, and of which they say that it is about health. For how long: thirty days after the support ended, and ninety at most if \
             the programme so chooses. This is not needed, not even to get a buddy. I decide. I can take this back at any time, with this \
             code. I need not say why. Then what they wrote there about health goes. The programme and the buddy are asked to keep nothing. I \
             can always complain to the organisation of the programme and to the Dutch data protection authority.",
        ),
    },
    ConsentText {
        kind: ConsentKind::PupilHealthData,
        version: "2026-4",
        text: Text::of(
            "Ik ben 16 jaar of ouder. Ik vind het goed dat gegevens over mijn gezondheid worden gebruikt die mijn ouder vertelt of \
             opschrijft. Waarvoor: om een buddy te zoeken die bij mijn ouder past, en om gesprekken met school voor te bereiden. Wie weet het \
             dan: de coördinator en de buddy, wat mijn ouder hun vertelt. Welk programma dat is, en hoe het staat met wat ik hier zeg, zie ik \
             met mijn code, zolang de aanvraag van mijn ouder er is. Wat mijn ouder en de buddy in hun besloten ruimte schrijven, lezen \
             alleen zij. School ziet niets. Alleen als het programma van school zelf is, werkt de coördinator voor school; de leraar en de \
             directeur zien niets. Wat wordt bewaard: wat zij in de besloten ruimte schrijven, en waarbij staat dat het over gezondheid gaat. \
             Hoe lang: dertig dagen na het einde van de steun, en als het programma dat zo kiest ten hoogste negentig. Dit hoeft niet, ook \
             niet om een buddy te krijgen. Ik beslis zelf. Ik kan dit altijd terugnemen, met deze code. Ik hoef niet te zeggen waarom. Dan \
             gaat weg wat zij daar over gezondheid schreven. Het programma en de buddy wordt gevraagd om niets te bewaren. Een klacht kan \
             altijd naar de organisatie van het programma en naar de Autoriteit Persoonsgegevens.",
            "I am 16 or older. I agree that data on my health are used that my parent tells or writes down. What for: to look for a buddy who \
             fits my parent, and to prepare talks with the school. Who then knows: the coordinator and the buddy, what my parent tells them. \
             Which programme that is, and how what I say here stands, I see with my code, as long as my parent's request is there. What my \
             parent and the buddy write in their private space is read by the two of them alone. The school sees nothing. Only if the \
             programme is the school's own does the coordinator work for the school; the teacher and the school leader see nothing. What is \
             kept: what they write in the private space, and of which they say that it is about health. For how long: thirty days after the \
             support ended, and ninety at most if the programme so chooses. This is not needed, not even to get a buddy. I decide. I can take \
             this back at any time, with this code. I need not say why. Then what they wrote there about health goes. The programme and the \
             buddy are asked to keep nothing. I can always complain to the organisation of the programme and to the Dutch data protection \
             authority.",
        ),
    },
];
