//! `naast import`: reads open data into the directory. A file goes in whole or not at all, and what it changed is told.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use indicatif::{ProgressBar, ProgressStyle};
use naast_domain::code::Code as _;
use naast_domain::directory::files::{
    FileFault, LocationPupils, read_postcode_areas, read_pupil_counts, read_schools,
};
use naast_domain::directory::{HOLD_SHARE, ImportKind, ImportStatus, PostcodeArea, School};
use naast_domain::text::{Text, Tongue};
use naast_persistence::directory::imports::{
    ImportFile, Progress, Report, apply_partnerships, apply_pupils, apply_schools,
};
use naast_persistence::{Error, Transaction};
use sha2::{Digest as _, Sha256};

use super::brought;
use super::place::Place;
use super::terminal::{Failure, shown};
use crate::clock::fresh;
use crate::directory::imports::{ChangedRowView, DifferencesView};
use crate::identity::LIFETIME;
use crate::independence::round::{Resting, work_off};

/// So many differences of each kind are printed.
const MOST_PRINTED: usize = 20;

/// What to read.
#[derive(Debug, Args)]
pub struct Import {
    /// What the file holds.
    #[arg(value_parser = kinds())]
    kind: ImportKind,
    /// The file, exactly as it was published.
    file: PathBuf,
    /// Apply the file although more than 5 % of what is kept is not in it.
    #[arg(long)]
    force: bool,
}

fn kinds() -> impl TypedValueParser<Value = ImportKind> {
    let values = ImportKind::ALL.iter().map(|kind| PossibleValue::new(kind.code()).help(kind.label().en));
    PossibleValuesParser::new(values).try_map(|code| ImportKind::parse(&code))
}

/// Runs the command.
pub fn import(place: &Place, what: &Import) -> Result<(), Failure> {
    let tongue = super::language::tongue();
    let (name, kind, force) = (shown(&what.file), what.kind, what.force);
    let bytes = std::fs::read(&what.file).map_err(|fault| Failure::at(1, &name, &fault))?;
    let contents = Contents::read(kind, &bytes).map_err(|faults| refuse(&name, &faults, tongue))?;
    let platform = place.platform(LIFETIME)?;
    // it asks the rules again, and ends what they say no to
    brought::must_be_replayed(&platform)?;
    let file = ImportFile {
        id: fresh(),
        file_name: what.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        file_hash: format!("{:x}", Sha256::digest(&bytes)),
        at: platform.clock.now(),
        today: platform.clock.today(),
    };
    let (id, meter) = (file.id, Meter::new(tongue));
    let written = {
        let meter = meter.clone();
        platform.store.write(move |tx| {
            let report = contents.apply(tx, &file, force, &mut meter.watch())?;
            tx.keep(report.entry(&file, None), report)
        })
    };
    meter.clear();
    let report = written?;
    let mut told = tell(&report, tongue);
    if report.status != ImportStatus::Unchanged {
        let where_to = Text::new(
            format!("import {id}; ook te lezen op /v1/directory-imports/{id}\n"),
            format!("import {id}; to be read at /v1/directory-imports/{id} too\n"),
        );
        told.push_str(where_to.get(tongue));
    }
    if matches!(report.status, ImportStatus::Applied) {
        // a school may have moved to another board or partnership: the import left a row that says so
        let round = work_off(&platform, &mut Resting::default())?;
        if round.changes > 0 {
            let changed = Text::new(
                format!("{} voorstellen en koppelingen opnieuw beoordeeld en veranderd\n", round.changes),
                format!("{} proposals and matches assessed again and changed\n", round.changes),
            );
            told.push_str(changed.get(tongue));
        }
    }
    place.anchor(&platform)?;
    // a reader who has gone away does not undo what was done
    let _ = std::io::stdout().write_all(told.as_bytes());
    if report.status == ImportStatus::Held { Err(held(&report, tongue)) } else { Ok(()) }
}

/// A file that was read without a fault.
enum Contents {
    Schools(Vec<School>),
    Partnerships(Vec<PostcodeArea>),
    Pupils(Vec<LocationPupils>),
}

impl Contents {
    fn read(kind: ImportKind, bytes: &[u8]) -> Result<Self, Vec<FileFault>> {
        Ok(match kind {
            ImportKind::Schools => Self::Schools(read_schools(bytes)?),
            ImportKind::Partnerships => Self::Partnerships(read_postcode_areas(bytes)?),
            ImportKind::Pupils => Self::Pupils(read_pupil_counts(bytes)?),
        })
    }

    fn apply(
        &self,
        tx: &mut Transaction<'_, '_>,
        file: &ImportFile,
        force: bool,
        progress: &mut Progress<'_>,
    ) -> Result<Report, Error> {
        match self {
            Self::Schools(schools) => apply_schools(tx, file, schools, force, progress),
            Self::Partnerships(areas) => apply_partnerships(tx, file, areas, force, progress),
            Self::Pupils(pupils) => apply_pupils(tx, file, pupils, force, progress),
        }
    }
}

/// Shows how far the writing is: a bar on a terminal, a line for each quarter where there is none.
#[derive(Clone)]
struct Meter {
    bar: ProgressBar,
    tongue: Tongue,
}

impl Meter {
    fn new(tongue: Tongue) -> Self {
        let style =
            ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").expect("a template of indicatif");
        let what = Text::of("rijen in de database", "rows of the database");
        let bar = ProgressBar::no_length().with_style(style).with_message(what.get(tongue).to_owned());
        Self { bar, tongue }
    }

    /// Follows one run of the use case, which begins anew when another transaction won.
    fn watch(&self) -> impl FnMut(u64, u64) + '_ {
        let mut quarters = 0;
        move |done, total| {
            self.bar.set_length(total);
            self.bar.set_position(done);
            let reached = done * 4 / total.max(1);
            if self.bar.is_hidden() && reached > quarters {
                quarters = reached;
                // a school has its words and its partnership too: these are not the rows of the file
                let line = Text::new(
                    format!("{done} van {total} rijen in de database geschreven"),
                    format!("{done} of {total} rows of the database written"),
                );
                let _ = writeln!(std::io::stderr(), "{}", line.get(self.tongue));
            }
        }
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// Prints what is wrong with the file, a line for each fault.
fn refuse(name: &str, faults: &[FileFault], tongue: Tongue) -> Failure {
    let lines: String = faults.iter().map(|fault| in_words(name, fault, tongue)).collect();
    let _ = std::io::stderr().write_all(lines.as_bytes());
    let text =
        Text::of("het bestand klopt niet; er is niets geschreven", "the file is wrong; nothing was written");
    Failure::new(2, text.get(tongue))
}

fn in_words(name: &str, fault: &FileFault, tongue: Tongue) -> String {
    let (line, column) = match tongue {
        Tongue::Dutch => ("regel", "kolom"),
        Tongue::English => ("line", "column"),
    };
    let column = fault.column.as_ref().map(|found| format!(", {column} {found}")).unwrap_or_default();
    format!("{name}: {line} {}{column}: {}\n", fault.line, fault.reason.get(tongue))
}

/// What an import did, or would have done: the counts, and the first differences of each kind.
fn tell(report: &Report, tongue: Tongue) -> String {
    let kind = report.kind.label();
    let (nl, en) = (kind.nl, kind.en);
    let Report { rows, added, changed, removed, unchanged, links_opened, links_closed, .. } = report;
    if report.status == ImportStatus::Unchanged {
        let text = Text::new(
            format!("{nl}: {rows} regels; niets veranderd\n"),
            format!("{en}: {rows} rows; nothing changed\n"),
        );
        return text.get(tongue).to_owned();
    }
    let (held_nl, held_en) =
        if report.status == ImportStatus::Held { (", aangehouden", ", held") } else { ("", "") };
    let counts = Text::new(
        format!(
            "{nl}{held_nl}: {rows} regels; {added} nieuw, {changed} gewijzigd, {removed} niet meer in het bestand, \
             {unchanged} gelijk gebleven\n"
        ),
        format!(
            "{en}{held_en}: {rows} rows; {added} new, {changed} changed, {removed} no longer in the file, \
             {unchanged} unchanged\n"
        ),
    );
    let mut told = counts.get(tongue).to_owned();
    if links_opened + links_closed > 0 {
        let links = Text::new(
            format!("scholen bij een samenwerkingsverband: {links_opened} erbij, {links_closed} eraf\n"),
            format!("schools in a partnership: {links_opened} joined, {links_closed} left\n"),
        );
        told.push_str(links.get(tongue));
    }
    let listed = DifferencesView::of(report);
    let beside = listed.changed.iter().filter(|one| one.is_only_beside()).count();
    if beside > 0 {
        let text = Text::new(
            format!("{beside} daarvan verschillen alleen in kolommen die Naast bewaart en niet gebruikt\n"),
            format!("{beside} of those differ only in columns that Naast keeps and does not use\n"),
        );
        told.push_str(text.get(tongue));
    }
    let altered: Vec<String> = listed.changed.iter().map(|one| altered(one, tongue)).collect();
    for (title, total, listed) in [
        (Text::of("niet meer in het bestand", "no longer in the file"), *removed, &listed.removed),
        (Text::of("gewijzigd", "changed"), *changed, &altered),
        (Text::of("nieuw", "new"), *added, &listed.added),
    ] {
        list(&mut told, title.get(tongue), total, listed, tongue);
    }
    told
}

/// A row that says something else now: each field with what it said and says.
fn altered(one: &ChangedRowView, tongue: Tongue) -> String {
    let nothing = Text::of("niets", "nothing");
    let said = |text: &Option<String>| {
        text.as_ref().map_or_else(|| nothing.get(tongue).to_owned(), |text| format!("\"{text}\""))
    };
    let each = one.values.iter().map(|one| {
        let (field, before, after) = (&one.field, said(&one.before), said(&one.after));
        let mark = if one.beside { "*" } else { "" };
        format!("{field}{mark} {before} -> {after}")
    });
    let each: Vec<String> = each.collect();
    format!("{}: {}", one.key, if each.is_empty() { one.fields.join(", ") } else { each.join("; ") })
}

fn list(told: &mut String, title: &str, total: u32, listed: &[String], tongue: Tongue) {
    let printed = &listed[..listed.len().min(MOST_PRINTED)];
    if printed.is_empty() {
        return;
    }
    let lines = printed.iter().fold(format!("{title}:\n"), |lines, one| lines + "  " + one + "\n");
    told.push_str(&lines);
    let left = usize::try_from(total).unwrap_or(usize::MAX) - printed.len();
    if left > 0 {
        let _ = match tongue {
            Tongue::Dutch => writeln!(told, "  en nog {left}"),
            Tongue::English => writeln!(told, "  and {left} more"),
        };
    }
}

/// Why an import was held, and what to do.
fn held(report: &Report, tongue: Tongue) -> Failure {
    let Report { removed, changed, unchanged, .. } = report;
    let kept = removed + changed + unchanged;
    let share = 100 / HOLD_SHARE;
    let text = Text::new(
        format!(
            "aangehouden, er is niets veranderd: van de {kept} die bekend zijn, staan er {removed} niet in dit bestand. \
             Dat is meer dan {share} %. Is het bestand heel? Zo ja: doe het nog eens met --force"
        ),
        format!(
            "held, nothing was changed: of the {kept} that are kept, {removed} are not in this file, which is more than \
             {share} %. Is the file whole? If it is: do it again with --force"
        ),
    );
    Failure::new(3, text.get(tongue))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(status: ImportStatus) -> Report {
        let codes: Vec<String> = (0..23).map(|number| format!("01AA{number:02}")).collect();
        Report {
            kind: ImportKind::Schools,
            status,
            rows: 24,
            added: 23,
            changed: 1,
            removed: 2,
            unchanged: 0,
            links_opened: 0,
            links_closed: 0,
            differences: json!({
                "total": 26,
                "removed": ["09AA00", "09AA01"],
                "changed": [{ "locationCode": "02AA00", "fields": ["name", "RMC-REGIO NAAM"], "values": [
                    { "field": "name", "before": "De Ark", "after": "De Boog", "beside": false },
                    { "field": "RMC-REGIO NAAM", "before": null, "after": "Noord", "beside": true },
                ] }],
                "added": codes,
            }),
        }
    }

    #[test]
    fn twenty_differences_of_each_kind_are_told_and_of_the_others_the_number() {
        let told = tell(&report(ImportStatus::Applied), Tongue::English);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines[..6],
            [
                "school locations: 24 rows; 23 new, 1 changed, 2 no longer in the file, 0 unchanged",
                "no longer in the file:",
                "  09AA00",
                "  09AA01",
                "changed:",
                "  02AA00: name \"De Ark\" -> \"De Boog\"; RMC-REGIO NAAM* nothing -> \"Noord\"",
            ]
        );
        assert_eq!((lines.len(), lines[26], lines[27]), (28, "  01AA19", "  and 3 more"));
    }

    #[test]
    fn a_file_that_changed_nothing_says_so() {
        let told = tell(&report(ImportStatus::Unchanged), Tongue::Dutch);
        assert_eq!(told, "schoolvestigingen: 24 regels; niets veranderd\n");
    }

    #[test]
    fn a_held_import_says_how_much_is_missing_and_how_to_go_on() {
        let failure = held(&report(ImportStatus::Held), Tongue::English);
        assert_eq!(failure.code, 3);
        assert!(
            failure.message.contains("of the 3 that are kept, 2 are not in this file"),
            "{}",
            failure.message
        );
        assert!(failure.message.ends_with("again with --force"));
    }

    #[test]
    fn a_fault_is_told_with_file_line_and_column() {
        let reason = Text::of("Deze kolom ontbreekt.", "This column is missing.");
        let fault = FileFault { line: 1, column: Some("PC4".to_owned()), reason };
        assert_eq!(
            in_words("a.csv", &fault, Tongue::Dutch),
            "a.csv: regel 1, kolom PC4: Deze kolom ontbreekt.\n"
        );
        let fault = FileFault { column: None, ..fault };
        assert_eq!(in_words("a.csv", &fault, Tongue::English), "a.csv: line 1: This column is missing.\n");
    }
}
