//! What cannot be read, in Dutch: what is wrong, what is allowed, and how the command is written.

use clap::Command;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};

use super::{dutch, each, framed};

/// The words for a fault of the argument reader; `command` is what it read with.
pub(super) fn in_dutch(fault: &Error, command: &Command) -> String {
    let said = |kind| fault.get(kind).map(ToString::to_string).unwrap_or_default();
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    let mut text = match fault.kind() {
        ErrorKind::InvalidSubcommand => {
            let (wrong, near) =
                (said(ContextKind::InvalidSubcommand), said(ContextKind::SuggestedSubcommand));
            let hint = if near.is_empty() { allowed(&commands(fault, command)) } else { meant(&near) };
            format!("er is geen opdracht '{wrong}'{hint}")
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            format!("er is geen optie '{argument}'{}", meant(&said(ContextKind::SuggestedArg)))
        }
        ErrorKind::UnknownArgument => format!("'{argument}' hoort hier niet"),
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("bij '{argument}' hoort een waarde{}", allowed(&several(fault, ContextKind::ValidValue)))
        }
        ErrorKind::InvalidValue => {
            format!(
                "'{value}' kan niet bij '{argument}'{}",
                allowed(&several(fault, ContextKind::ValidValue))
            )
        }
        ErrorKind::ValueValidation => {
            format!("'{value}' kan niet bij '{argument}'{}", expected(fault, &argument))
        }
        ErrorKind::MissingRequiredArgument => {
            format!("er ontbreekt iets: {}", several(fault, ContextKind::InvalidArg).join(" "))
        }
        ErrorKind::MissingSubcommand => {
            format!("er ontbreekt een opdracht{}", allowed(&commands(fault, command)))
        }
        ErrorKind::ArgumentConflict => {
            let other = several(fault, ContextKind::PriorArg).join(", ");
            if other == argument {
                format!("'{argument}' kan maar een keer")
            } else {
                format!("'{argument}' kan niet samen met {other}")
            }
        }
        ErrorKind::TooManyValues => format!("bij '{argument}' hoort geen waarde; '{value}' is te veel"),
        ErrorKind::InvalidUtf8 => "hier staan tekens die geen UTF-8 zijn".to_owned(),
        // what our commands cannot be told wrongly; whoever adds an argument for which it can sees the English
        _ => framed(&fault.render().to_string()).trim_start_matches("error: ").trim_end().to_owned(),
    };
    let usage = framed(&said(ContextKind::Usage));
    if !usage.is_empty() {
        text = format!("{text}\n\n{}", usage.trim());
    }
    format!("naast: {text}\n\nMeer staat in '--help'.\n")
}

/// What else can be meant.
fn meant(word: &str) -> String {
    if word.is_empty() { String::new() } else { format!("; bedoelde u '{word}'?") }
}

/// The list of what is allowed.
fn allowed(words: &[String]) -> String {
    if words.is_empty() { String::new() } else { format!(". Wat kan: {}", words.join(", ")) }
}

/// What a value must be: what stands with the argument, or the bounds that the argument reader named.
fn expected(fault: &Error, argument: &str) -> String {
    let source = std::error::Error::source(fault).map(ToString::to_string).unwrap_or_default();
    let bounds = source.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
    if let Some((least, most)) = bounds {
        let least = if least.is_empty() { "0" } else { least };
        return format!(": een heel getal van {least} tot en met {most}");
    }
    let name = argument.trim_start_matches(['-', '<']).split([' ', '>']).next().unwrap_or_default();
    let id = name.to_lowercase().replace('-', "_");
    dutch::expects(&id).map(|words| format!(": {words}")).unwrap_or_default()
}

/// The words of a list that goes with a fault.
fn several(fault: &Error, kind: ContextKind) -> Vec<String> {
    match fault.get(kind) {
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(ContextValue::String(word)) => vec![word.clone()],
        _ => Vec::new(),
    }
}

/// The commands where one was wrong or left out: those of the command that the usage names.
fn commands(fault: &Error, command: &Command) -> Vec<String> {
    let usage = fault.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let mut all = Vec::new();
    each(command, "", &mut all);
    let words = usage.trim_start_matches("Usage:").split_whitespace().skip(1);
    let name = words.take_while(|word| !word.starts_with(['[', '<'])).collect::<Vec<_>>().join(" ");
    let within = all.iter().find(|(one, _)| *one == name).map_or(command, |(_, found)| *found);
    within.get_subcommands().map(|one| one.get_name().to_owned()).collect()
}
