//! The form that all files share: a header, lines of cells with `;` between them, and quotation marks
//! only around a cell that has a quotation mark in it.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use csv::StringRecord;

use super::faults::{self, Faults, FileFault};
use crate::directory::InvalidIdentifier;
use crate::text::Text;

/// A column that the header has.
pub(super) struct Column {
    name: String,
    place: usize,
}

/// A file whose header has been read.
pub(super) struct Table<'t> {
    text: &'t str,
    reader: csv::Reader<&'t [u8]>,
    header: StringRecord,
    line: u64,
    counted: usize,
}

impl<'t> Table<'t> {
    /// Reads the header.
    pub(super) fn open(text: &'t str) -> Result<Self, Vec<FileFault>> {
        let reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut table = Self { text, reader, header: StringRecord::new(), line: 1, counted: 0 };
        let mut header = StringRecord::new();
        let Some(line) = table.next(&mut header) else {
            let reason = Text::of("Het bestand is leeg.", "The file is empty.");
            return Err(vec![FileFault::of_line(1, reason)]);
        };
        if header.iter().any(has_controls) {
            return Err(vec![FileFault::of_line(line, CONTROLS)]);
        }
        header.trim();
        table.header = header;
        Ok(table)
    }

    /// The columns with these names; each that is missing, or there twice, is a fault.
    pub(super) fn columns<const N: usize>(&self, names: [&str; N]) -> Result<[Column; N], Vec<FileFault>> {
        let mut faults = Faults::default();
        let columns = names.map(|name| {
            let mut places = self.header.iter().enumerate().filter(|(_, cell)| *cell == name);
            let place = places.next().map(|(place, _)| place);
            if place.is_none() {
                let reason = Text::of("Deze kolom ontbreekt.", "This column is missing.");
                faults.add(FileFault::in_column(self.line, name, reason));
            } else if places.next().is_some() {
                faults.add(FileFault::in_column(self.line, name, TWICE));
            }
            Column { name: name.to_owned(), place: place.unwrap_or_default() }
        });
        faults.unless_any(columns)
    }

    /// The columns whose names begin so and then give a year, in the order of the years.
    pub(super) fn columns_by_year(&self, prefix: &str) -> Result<Vec<(i32, Column)>, Vec<FileFault>> {
        let mut columns: Vec<(i32, Column)> = self
            .header
            .iter()
            .enumerate()
            .filter_map(|(place, name)| {
                let year = name.strip_prefix(prefix).filter(|year| year.len() == 4)?;
                Some((number(year)?, Column { name: name.to_owned(), place }))
            })
            .collect();
        columns.sort_by_key(|(year, _)| *year);
        let mut faults = Faults::default();
        for pair in columns.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            faults.add(FileFault::in_column(self.line, &pair[1].1.name, TWICE));
        }
        if columns.is_empty() {
            let reason = Text::new(
                format!("Er is geen kolom die begint met {prefix} en dan een jaartal heeft."),
                format!("There is no column that begins with {prefix} and then gives a year."),
            );
            faults.add(FileFault::of_line(self.line, reason));
        }
        faults.unless_any(columns)
    }

    /// Reads every row. A row that answers `None` has said why.
    pub(super) fn rows<T>(
        mut self,
        mut read: impl FnMut(&mut Row<'_>) -> Option<T>,
    ) -> Result<Vec<T>, Vec<FileFault>> {
        let mut faults = Faults::default();
        let mut all = Vec::new();
        let mut cells = StringRecord::new();
        let mut any = false;
        while let Some(line) = self.next(&mut cells) {
            any = true;
            let mut row = Row { line, cells: &cells, header: &self.header, faults: &mut faults };
            if row.is_sound() {
                all.extend(read(&mut row));
            }
        }
        if !any {
            let reason = Text::of("Onder de kopregel staat niets.", "There is nothing below the header.");
            faults.add(FileFault::of_line(self.line, reason));
        } else if !self.text.ends_with(['\n', '\r']) {
            // A number that is cut off in the last cell would still look like a number.
            let reason = Text::of(
                "De laatste regel heeft geen regeleinde; het bestand kan zijn afgebroken.",
                "The last line has no line end; the file may have been cut off.",
            );
            faults.add(FileFault::in_column(
                self.line,
                self.header.iter().next_back().unwrap_or_default(),
                reason,
            ));
        }
        faults.unless_any(all)
    }

    /// Reads the next line that is not empty, and says which line that is. Counted here, because the
    /// reader counts neither empty lines nor a `\r\n` that it has half read.
    fn next(&mut self, cells: &mut StringRecord) -> Option<u64> {
        if !self.reader.read_record(cells).expect("valid text in memory is always readable") {
            return None;
        }
        let bytes = self.text.as_bytes();
        let start = cells.position().map_or(0, csv::Position::byte);
        let mut start = usize::try_from(start).expect("the text is in memory");
        while bytes.get(start).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            start += 1;
        }
        self.line += bytes[self.counted..start].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.counted = start;
        Some(self.line)
    }
}

/// One line below the header. What it cannot give is kept as a fault of the file.
pub(super) struct Row<'r> {
    line: u64,
    cells: &'r StringRecord,
    header: &'r StringRecord,
    faults: &'r mut Faults,
}

impl Row<'_> {
    fn is_sound(&mut self) -> bool {
        if self.cells.len() != self.header.len() {
            let reason = faults::wrong_number_of_cells(self.cells.len(), self.header.len());
            // where the line ends too early, or the last that it may have
            let column = self.header.get(self.cells.len()).or_else(|| self.header.iter().next_back());
            self.faults.add(FileFault::in_column(self.line, column.unwrap_or_default(), reason));
            return false;
        }
        let mut sound = true;
        for (cell, name) in self.cells.iter().zip(self.header) {
            if has_controls(cell) {
                self.faults.add(FileFault::in_column(self.line, name, CONTROLS));
                sound = false;
            }
        }
        sound
    }

    /// The cell as it stands.
    pub(super) fn cell(&self, column: &Column) -> &str {
        self.cells.get(column.place).unwrap_or_default()
    }

    /// The cells that are not empty of every column but these, by the names of the columns.
    pub(super) fn others(&self, but: &[Column]) -> BTreeMap<String, String> {
        let cells = self.header.iter().zip(self.cells).enumerate();
        let others = cells.filter(|(place, _)| but.iter().all(|column| column.place != *place));
        let said = others.map(|(_, (name, cell))| (name.to_owned(), cell.trim().to_owned()));
        said.filter(|(name, cell)| !name.is_empty() && !cell.is_empty()).collect()
    }

    /// The text of a cell; a space stands for nothing.
    pub(super) fn text(&self, column: &Column) -> String {
        self.cell(column).trim().to_owned()
    }

    /// The text of a cell that may be empty.
    pub(super) fn optional(&self, column: &Column) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// The text of a cell that may not be empty.
    pub(super) fn required(&mut self, column: &Column) -> Option<String> {
        let text = self.optional(column);
        if text.is_none() {
            let reason = Text::of("Deze cel mag niet leeg zijn.", "This cell must not be empty.");
            self.fault(column, reason);
        }
        text
    }

    /// The identifier in a cell, which nothing may stand around.
    pub(super) fn identifier<I>(
        &mut self,
        column: &Column,
        parse: fn(&str) -> Result<I, InvalidIdentifier>,
    ) -> Option<I> {
        match parse(self.cell(column)) {
            Ok(identifier) => Some(identifier),
            Err(invalid) => {
                self.fault(column, faults::not_an_identifier(invalid));
                None
            }
        }
    }

    /// Notes that this row is about `key`, which no other row may be about.
    pub(super) fn once<K: Clone + Eq + Hash>(
        &mut self,
        column: &Column,
        key: &K,
        seen: &mut HashMap<K, u64>,
    ) {
        if let Some(line) = seen.get(key) {
            self.fault(column, faults::already_on_line(*line));
        } else {
            seen.insert(key.clone(), self.line);
        }
    }

    /// Says what is wrong in this column.
    pub(super) fn fault(&mut self, column: &Column, reason: Text) {
        self.faults.add(FileFault::in_column(self.line, &column.name, reason));
    }
}

/// A number in digits and nothing else.
pub(super) fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn has_controls(cell: &str) -> bool {
    cell.contains(crate::text::steers)
}

const CONTROLS: Text = Text::of(
    "Hier staat een stuurteken of, na een aanhalingsteken, een regeleinde; dat hoort niet in dit bestand.",
    "There is a control character here or, after a quotation mark, a line end; neither belongs in this file.",
);

const TWICE: Text = Text::of("Deze kolom komt twee keer voor.", "This column is there twice.");
