//! An announced talk as a calendar object (RFC 5545), for the calendar of whoever receives the parent at school.

use crate::text::steers;
use crate::{Date, Moment};

/// One event of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarEvent {
    /// What it is known by, for ever (3.8.4.7).
    pub uid: String,
    /// Counts its changes, from 0 (3.8.7.4).
    pub sequence: u32,
    /// Of when it is (3.8.7.2).
    pub stamp: Moment,
    /// Its day, the whole of it: nobody is told a time.
    pub day: Date,
    /// What it is called.
    pub summary: String,
    /// Whether it does not take place any more.
    pub cancelled: bool,
}

/// The most octets of a line, without its end (3.1).
const LONGEST_LINE: usize = 75;

impl CalendarEvent {
    /// The calendar object with this event: UTF-8, lines end in CRLF and are folded.
    pub fn write(&self) -> String {
        let mut out = String::new();
        let mut line = |text: &str| fold(text, &mut out);
        line("BEGIN:VCALENDAR");
        line("VERSION:2.0");
        line("PRODID:-//naast.example//Naast//NL");
        line("CALSCALE:GREGORIAN");
        line("BEGIN:VEVENT");
        line(&format!("UID:{}", escape(&self.uid)));
        line(&format!("SEQUENCE:{}", self.sequence));
        line(&format!("DTSTAMP:{}", moment(self.stamp)));
        line(&format!("DTSTART;VALUE=DATE:{}", self.day.format("%Y%m%d")));
        // the end of a day is the day after, which is not part of it (3.6.1)
        let end = self.day.succ_opt().unwrap_or(self.day);
        line(&format!("DTEND;VALUE=DATE:{}", end.format("%Y%m%d")));
        line(&format!("SUMMARY:{}", escape(&self.summary)));
        line("CLASS:PRIVATE");
        line(if self.cancelled { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        line("END:VEVENT");
        line("END:VCALENDAR");
        out
    }
}

fn moment(at: Moment) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value (3.3.11). Control characters have no place in one.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            letter if steers(letter) => {}
            letter => out.push(letter),
        }
    }
    out
}

/// Writes a line, cut into pieces of at most 75 octets, never inside a character; each further piece begins with a blank
/// that is not part of the value.
fn fold(line: &str, out: &mut String) {
    let mut room = LONGEST_LINE;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = LONGEST_LINE - 1;
        }
        out.push(letter);
        room -= letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(summary: &str) -> CalendarEvent {
        CalendarEvent {
            uid: "6b1f0c52-7f7e-4f0a-9d0a-3d6a5a0a0001".to_owned(),
            sequence: 0,
            stamp: Moment::UNIX_EPOCH,
            day: Date::from_ymd_opt(2026, 2, 28).expect("a day"),
            summary: summary.to_owned(),
            cancelled: false,
        }
    }

    #[test]
    fn a_day_ends_on_the_day_after() {
        let text = event("Gesprek").write();
        assert!(text.contains("DTSTART;VALUE=DATE:20260228\r\nDTEND;VALUE=DATE:20260301\r\n"), "{text}");
    }

    #[test]
    fn what_is_cancelled_says_so() {
        assert!(event("x").write().contains("\r\nSTATUS:CONFIRMED\r\n"));
        assert!(CalendarEvent { cancelled: true, ..event("x") }.write().contains("\r\nSTATUS:CANCELLED\r\n"));
    }

    #[test]
    fn signs_of_the_format_in_a_name_stay_part_of_the_name() {
        let text = event("A;b,c\\d\nEND:VEVENT\r").write();
        assert!(text.contains("SUMMARY:A\\;b\\,c\\\\d\\nEND:VEVENT\r\n"), "{text}");
        assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), 1);
    }

    proptest! {
        #[test]
        fn whatever_a_name_holds_lines_are_short_and_say_the_same_unfolded(name in "\\PC{0,200}") {
            let text = event(&name).write();
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= LONGEST_LINE, "{}", line);
            }
            let unfolded = text.replace("\r\n ", "");
            let found = unfolded.split("\r\n").find_map(|line| line.strip_prefix("SUMMARY:")).unwrap_or_default();
            let mut read = String::new();
            let mut letters = found.chars();
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' => read.push(match letters.next() { Some('n') => '\n', Some(other) => other, None => '\\' }),
                    letter => read.push(letter),
                }
            }
            let said: String = name.chars().filter(|letter| !letter.is_control()).collect();
            prop_assert_eq!(read, said);
        }
    }
}
