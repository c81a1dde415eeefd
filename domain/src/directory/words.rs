//! Names made comparable: the words by which a parent finds a school, however she types them.
//!
//! The index and the question go through the same function, so what one loses the other loses too.

/// The words of a name or a place for a search on the beginnings of words: lower case, letters and
/// digits only, without diacritics, each word once. Single letters with dots between them are one word,
/// so that `O.B.S. De Ark` is found by `obs`.
pub fn search_words(name: &str) -> Vec<String> {
    let mut once = Vec::new();
    for word in words(name) {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}

/// The form in which two spellings of one place are equal: `'s-Gravenhage` and `S GRAVENHAGE`.
pub fn place_key(place: &str) -> String {
    words(place).join(" ")
}

/// Places that are called otherwise in everyday life than in the list of schools: what is said, and the place in that list. DUO's list
/// (August 2026) writes the official names 's-GRAVENHAGE and 's-HERTOGENBOSCH; their municipalities call themselves, on denhaag.nl and in
/// the speech of everybody, Den Haag and Den Bosch. The Hague is what Den Haag calls itself in English.
const EVERYDAY: &[(&str, &str)] =
    &[("den haag", "s gravenhage"), ("the hague", "s gravenhage"), ("den bosch", "s hertogenbosch")];

/// The key of the place that somebody means who types this: what it is called in the list, also when she calls it by its everyday name.
pub fn place_meant(typed: &str) -> String {
    let key = place_key(typed);
    EVERYDAY.iter().find(|(said, _)| *said == key).map_or(key, |(_, listed)| (*listed).to_owned())
}

fn words(text: &str) -> Vec<String> {
    let plain = plain(text);
    let mut words = Vec::new();
    for piece in plain.split(|c: char| !c.is_alphanumeric() && c != '.') {
        let mut initials = String::new();
        for part in piece.split('.').filter(|part| !part.is_empty()) {
            if is_initial(part) {
                initials.push_str(part);
            } else {
                words.extend(Some(std::mem::take(&mut initials)).filter(|word| !word.is_empty()));
                words.push(part.to_owned());
            }
        }
        words.extend(Some(initials).filter(|word| !word.is_empty()));
    }
    words
}

fn is_initial(part: &str) -> bool {
    let mut letters = part.chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// Lower case, letter by letter: the beginning of a word then stays the beginning of that word.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match without_diacritics(letter) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(letter),
        }
    }
    plain
}

/// What stands for a lower-case Latin letter with a diacritic; a loose diacritic disappears.
fn without_diacritics(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ƒ' => "f",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĳ' => "ij",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_its_words_however_they_are_typed() {
        for (typed, words) in [
            (
                "Hindoeïstische Basisschool \"Shri Vishnu\"",
                vec!["hindoeistische", "basisschool", "shri", "vishnu"],
            ),
            ("Hindoei\u{308}stische", vec!["hindoeistische"]),
            ("O.b.s. 't Fonnemint", vec!["obs", "t", "fonnemint"]),
            ("o.b.s.Theo Thijssen", vec!["obs", "theo", "thijssen"]),
            ("R.K.B.S. de Marinx", vec!["rkbs", "de", "marinx"]),
            ("St.-Annaparochie", vec!["st", "annaparochie"]),
            ("De Brug, de school bij de brug", vec!["de", "brug", "school", "bij"]),
            ("Ĳsselschool 2", vec!["ijsselschool", "2"]),
            ("FRYSLÂN", vec!["fryslan"]),
            (" .'- ", vec![]),
        ] {
            assert_eq!(search_words(typed), words, "{typed:?}");
        }
    }

    #[test]
    fn a_place_is_meant_by_its_everyday_name_too() {
        for (typed, listed) in [
            ("den bosch", "'S-HERTOGENBOSCH"),
            (" Den  BOSCH", "'s-Hertogenbosch"),
            ("Den Haag", "'S-GRAVENHAGE"),
            ("The Hague", "'S-GRAVENHAGE"),
            ("Amsterdam", "AMSTERDAM"),
            ("Den Burg", "DEN BURG"),
        ] {
            assert_eq!(place_meant(typed), place_key(listed), "{typed}");
        }
        // what stands in the table is a key, or nobody would ever find it
        for (said, listed) in EVERYDAY {
            assert_eq!((place_key(said), place_key(listed)), ((*said).to_owned(), (*listed).to_owned()));
        }
    }

    #[test]
    fn one_place_has_one_key_in_every_spelling() {
        for spelling in ["'s-Gravenhage", "S-GRAVENHAGE", "’s Gravenhage", " 'S  GRAVENHAGE "] {
            assert_eq!(place_key(spelling), "s gravenhage", "{spelling:?}");
        }
        assert_eq!(place_key("Oudega Súdwest-Fryslân"), place_key("OUDEGA SUDWEST-FRYSLAN"));
        assert_ne!(place_key("Rijswijk ZH"), place_key("Rijswijk NB"));
    }
}
