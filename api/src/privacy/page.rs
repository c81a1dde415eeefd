//! An export as a page that a person reads: plain HTML without a link, a picture or a script. Every value is text.

mod book;
mod words;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use naast_domain::code::Code as _;
use naast_domain::privacy::WithheldBecause;
use naast_domain::text::{Text, Tongue};
use serde_json::Value;

use self::book::Book;
use self::words::{MEMBERS, TITLES};

/// The page of an export.
pub fn page(data: &Value, tongue: Tongue) -> String {
    let dutch = tongue == Tongue::Dutch;
    let (title, lead) = if dutch {
        (
            "Wat Naast van u bewaart",
            "Dit is wat op dit moment van u is vastgelegd. Een leeg vak staat voor: niets.",
        )
    } else {
        (
            "What Naast keeps of you",
            "This is what is recorded of you at this moment. An empty field stands for nothing.",
        )
    };
    let mut html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{title}</title><style>body{{font:16px/1.5 sans-serif;\
         max-width:48rem;margin:2rem auto;padding:0 1rem}}dl{{border-top:1px solid #999;padding-top:.5rem}}dt{{font-weight:bold}}\
         dd{{margin:0 0 .5rem 0;white-space:pre-wrap}}</style></head><body><h1>{title}</h1><p>{lead}</p>",
        tongue.code()
    );
    for text in [left_out(), told_elsewhere()] {
        let _ = write!(html, "<p>{}</p>", escaped(text.get(tongue)));
    }
    let _ = write!(html, "<p>{}</p>", escaped(&where_to_turn(data, tongue)));
    let empty = serde_json::Map::new();
    let collections = data["collections"].as_object().unwrap_or(&empty);
    let book = Book::of(data, tongue);
    let known = TITLES.iter().map(|(name, nl, en)| (*name, if dutch { *nl } else { *en }));
    let others = collections.keys().filter(|name| TITLES.iter().all(|(known, ..)| known != name));
    for (name, title) in known.chain(others.map(|name| (name.as_str(), name.as_str()))) {
        let Some(rows) = collections.get(name).and_then(Value::as_array).filter(|rows| !rows.is_empty())
        else {
            continue;
        };
        let _ = write!(html, "<h2>{}</h2>", escaped(title));
        for row in rows.iter().filter_map(Value::as_object) {
            html.push_str("<dl>");
            for (member, value) in row {
                let known = MEMBERS.iter().find(|(known, ..)| known == member);
                let words = known.map_or(member.as_str(), |(_, nl, en)| if dutch { nl } else { en });
                let value = book.shown((name, member), value, row);
                let _ = write!(html, "<dt>{}</dt><dd>{}</dd>", escaped(words), escaped(&value));
            }
            html.push_str("</dl>");
        }
    }
    html.push_str("</body></html>");
    html
}

/// What is kept and is not in it, and why (AVG art. 12 lid 4, 15 lid 4).
fn left_out() -> Text {
    let because = |dutch: bool| {
        let all = WithheldBecause::ALL.iter().map(|one| one.label());
        all.map(|label| if dutch { label.nl } else { label.en }.into_owned()).collect::<Vec<_>>().join("; ")
    };
    Text::new(
        format!(
            "Niet alles wat met u te maken heeft staat erin. Wat ontbreekt, ontbreekt hierom: {}. Ook niet erin: het logboek van \
             veranderingen, dat zegt wie wat veranderde en nooit wat er stond; en uw gesprek op school, dat zonder naam is en alleen met \
             uw code opengaat.",
            because(true)
        ),
        format!(
            "Not everything that has to do with you is in it. What is missing is missing because: {}. Nor is in it: the journal of changes, \
             which says who changed what and never what stood there; and your conversation at school, which has no name and opens only \
             with your code.",
            because(false)
        ),
    )
}

/// What else she has a right to be told, and where it stands (AVG art. 15 lid 1 a to d, and e).
fn told_elsewhere() -> Text {
    Text::of(
        "Waarvoor uw gegevens worden gebruikt, op welke grond, wie ze krijgt en hoe lang ze blijven, staat in het verwerkingsregister, \
         dat u leest als u bent ingelogd (/v1/processing-activities). U mag laten verbeteren, laten wissen, laten vasthouden, bezwaar maken, en terugnemen waar u \
         toestemming voor gaf.",
        "What your data are used for, on what ground, who gets them and how long they stay is told in the processing register, \
         which you read when you are signed in (/v1/processing-activities). You may have them corrected, erased or held, object, and take back what you consented to.",
    )
}

/// With whom a question or a complaint begins, and who is there whatever comes of it (AVG art. 13 lid 2 d, 15 lid 1 f).
fn where_to_turn(data: &Value, tongue: Tongue) -> String {
    let parties = data["collections"]["parties"].as_array().into_iter().flatten();
    let of: BTreeSet<&str> = parties.filter_map(|party| party["organisation"].as_str()).collect();
    let them = of.into_iter().collect::<Vec<_>>().join(", ");
    let (nl, en) = if them.is_empty() {
        ("de organisatie van uw programma".to_owned(), "the organisation of your programme".to_owned())
    } else {
        (
            format!("de organisatie van uw programma: {them}"),
            format!("the organisation of your programme: {them}"),
        )
    };
    let text = Text::new(
        format!(
            "Klopt er iets niet, of hebt u een vraag of een klacht over uw gegevens? Ga eerst naar {nl}. Vraag daar naar de functionaris \
             gegevensbescherming. U mag ook altijd een klacht indienen bij de Autoriteit Persoonsgegevens: autoriteitpersoonsgegevens.nl."
        ),
        format!(
            "Is something wrong, or do you have a question or a complaint about your data? Turn first to {en}. Ask there for the data \
             protection officer. You can also always complain to the Dutch data protection authority: autoriteitpersoonsgegevens.nl."
        ),
    );
    text.get(tongue).to_owned()
}

/// Text that no browser takes for anything else.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_somebody_wrote_stays_text() {
        for hostile in
            ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</dd><h1>", "' onclick='x"]
        {
            let data = json!({ "collections": { "requests": [{ hostile: hostile, "list": [hostile, { "a": hostile }] }], hostile: [{ "a": hostile }] } });
            for tongue in [Tongue::Dutch, Tongue::English] {
                let html = page(&data, tongue);
                assert!(!html.contains(hostile), "{html}");
                assert_eq!(html.matches("<script").count() + html.matches("<img").count(), 0);
            }
        }
    }
}
