//! The help in Dutch. The English stands with each command and argument, from which the argument reader takes it; a test holds that none
//! lacks its Dutch.

mod arguments;
mod commands;

use clap::{Arg, Command};

use self::arguments::ARGUMENTS;
use self::commands::COMMANDS;

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
