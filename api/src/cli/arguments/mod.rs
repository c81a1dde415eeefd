//! Reads what stands behind `naast`, and says in the reader's own language what is wrong with it and what is allowed. The argument reader
//! itself speaks English only.

mod dutch;
mod refusal;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, FromArgMatches as _, ValueEnum as _};
use naast_domain::text::Tongue;

use super::Cli;
use super::language::{self, Language};

/// What the argument reader says around our own words, in its help: English, and Dutch.
const FRAME: &[(&str, &str)] = &[
    ("Usage:", "Gebruik:"),
    ("[OPTIONS]", "[OPTIES]"),
    ("[COMMAND]", "[OPDRACHT]"),
    ("<COMMAND>", "<OPDRACHT>"),
    ("Commands:", "Opdrachten:"),
    ("Arguments:", "Argumenten:"),
    ("Options:", "Opties:"),
    ("[default: ", "[standaard: "),
    ("[env: ", "[omgeving: "),
    ("[possible values: ", "[mogelijke waarden: "),
    ("Possible values:", "Mogelijke waarden:"),
    ("Print help (see more with '--help')", "Toon deze hulp (meer met '--help')"),
    ("Print help (see a summary with '-h')", "Toon deze hulp (korter met '-h')"),
    ("Print help", "Toon deze hulp"),
    ("Print version", "Toon de versie"),
];

/// What is asked of the program; what is to be printed instead, and the exit code with which it then ends.
pub(super) fn read(given: &[OsString]) -> Result<Cli, Told> {
    language::choose(asked_for(given));
    read_in(language::tongue(), given)
}

/// The end of a run that did nothing but say something.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) text: String,
    /// Nought for what was asked for, such as help; 2 for what cannot be read.
    pub(super) code: u8,
}

fn read_in(tongue: Tongue, given: &[OsString]) -> Result<Cli, Told> {
    let command = set_ones(Cli::command());
    let command = match tongue {
        Tongue::Dutch => dutch::of(command),
        Tongue::English => command,
    };
    let read = command.clone().try_get_matches_from(given).and_then(|found| Cli::from_arg_matches(&found));
    read.map_err(|fault| {
        let code = u8::try_from(fault.exit_code()).unwrap_or(2);
        let english = fault.render().to_string();
        let text = match (tongue, fault.kind()) {
            (Tongue::English, _) => english,
            (
                Tongue::Dutch,
                ErrorKind::DisplayHelp
                | ErrorKind::DisplayVersion
                | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand,
            ) => framed(&english),
            (Tongue::Dutch, _) => refusal::in_dutch(&fault, &command),
        };
        Told { text, code }
    })
}

/// The command without the variables that are empty: a file of settings leaves out by writing nothing behind the name, as compose and systemd
/// do, and the usual value goes on then.
fn set_ones(command: Command) -> Command {
    command.mut_args(|argument| {
        let is_empty = |name| std::env::var_os(name).is_some_and(|set| set.is_empty());
        if argument.get_env().is_some_and(is_empty) { argument.env(None::<&'static str>) } else { argument }
    })
}

/// The help of the argument reader with its own words in Dutch.
fn framed(text: &str) -> String {
    FRAME.iter().fold(text.to_owned(), |text, (english, dutch)| text.replace(english, dutch))
}

/// The language that is asked for, which has to be known before the rest is read: what is wrong is said in it too.
fn asked_for(given: &[OsString]) -> Option<Language> {
    let given: Vec<_> = given.iter().filter_map(|one| one.to_str()).collect();
    let follows = given.iter().position(|one| *one == "--language").and_then(|at| given.get(at + 1).copied());
    let joined = given.iter().find_map(|one| one.strip_prefix("--language="));
    let set = std::env::var("NAAST_LANGUAGE").ok();
    let code = follows.or(joined).map(str::to_owned).or(set)?;
    Language::from_str(&code, true).ok()
}

/// Every command below one, with its name as it is typed behind `naast`.
fn each<'a>(command: &'a Command, name: &str, found: &mut Vec<(String, &'a Command)>) {
    found.push((name.to_owned(), command));
    for below in command.get_subcommands() {
        each(below, format!("{name} {}", below.get_name()).trim_start(), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tongue: Tongue, line: &str) -> Told {
        let given: Vec<OsString> =
            std::iter::once("naast").chain(line.split_whitespace()).map(OsString::from).collect();
        match read_in(tongue, &given) {
            Err(told) => told,
            Ok(cli) => panic!("{line} was read: {cli:?}"),
        }
    }

    #[test]
    fn help_is_dutch_to_a_dutch_reader() {
        for line in ["--help", "serve --help", "import --help", "client create --help", "keys -h", "journal"]
        {
            let text = told(Tongue::Dutch, line).text;
            for (english, _) in FRAME {
                assert!(!text.contains(english), "{line}: {english}: {text}");
            }
            let words: Vec<&str> = text.split(|letter: char| !letter.is_alphabetic()).collect();
            assert!(
                !words.iter().any(|word| ["the", "The", "which", "with"].contains(word)),
                "{line}: {text}"
            );
        }
        assert_eq!(told(Tongue::Dutch, "--version").text, told(Tongue::English, "--version").text);
        assert!(told(Tongue::English, "--help").text.contains("Usage: naast"));
    }

    #[test]
    fn what_cannot_be_read_is_said_in_dutch_with_what_is_allowed() {
        for (line, says) in [
            ("serev", "er is geen opdracht 'serev'; bedoelde u 'serve'?"),
            ("keys turn", "er is geen opdracht 'turn'. Wat kan: add, rotate"),
            ("serve --lisen 1", "er is geen optie '--lisen'; bedoelde u '--listen'?"),
            ("migrate schools", "'schools' hoort hier niet"),
            (
                "serve --listen here",
                "'here' kan niet bij '--listen <LISTEN>': adres en poort, zoals 127.0.0.1:8080",
            ),
            (
                "serve --connections 65",
                "'65' kan niet bij '--connections <CONNECTIONS>': een heel getal van 1 tot en met 64",
            ),
            ("serve --queue 0", "'0' kan niet bij '--queue <QUEUE>': een heel getal van 1 tot en met 65536"),
            ("serve --event-source naast", "urn:nld:kvknr:NUMMER:systeem:NAAM met acht"),
            ("import school x.csv", "'school' kan niet bij '<KIND>'. Wat kan: schools, partnerships, pupils"),
            ("import schools", "er ontbreekt iets: <FILE>"),
            ("client rotate 4f0c", "'4f0c' kan niet bij '<CLIENT>': een id (UUID)"),
            ("token", "er ontbreekt iets: <PERSON>"),
            ("serve --listen", "bij '--listen <LISTEN>' hoort een waarde"),
            ("serve --data a --data b", "'--data <DATA>' kan maar een keer"),
            ("journal verify --anchors a --without-anchors", "kan niet samen met"),
            ("client create --secret=yes", "bij '--secret' hoort geen waarde"),
        ] {
            let Told { text, code } = told(Tongue::Dutch, line);
            assert!(text.contains(says), "{line}: {text}");
            assert!(text.contains("--help"), "{line}: {text}");
            assert_eq!(code, 2, "{line}");
            assert!(!text.contains("error:"), "{line}: {text}");
        }
    }

    #[test]
    fn the_language_is_known_before_the_rest_is_read() {
        let asked = |line: &str| asked_for(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        assert_eq!(asked("naast --language en serev"), Some(Language::En));
        assert_eq!(asked("naast serev --language=nl"), Some(Language::Nl));
        assert_eq!(asked("naast --language fr"), None);
    }
}
