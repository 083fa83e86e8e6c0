//! What is made from the command line as `clap` knows it: completions for shells, and
//! manual pages.
//!
//! It makes bytes; where they go is the business of the command. The same program makes
//! the same bytes: pages have no date.

use std::io;

use baseleak::model::ReportFormat;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::Args;

/// The name of the program.
const PROGRAM: &str = "baseleak";
/// The section of the manual that holds programs.
const SECTION: &str = "1";

/// What each part of a page opens with: how an apostrophe is written.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
/// How a line is left empty before the list of values, which formatters warn of.
const EMPTY_LINE: &str = ".br\n\n.br\n";

/// A page of the manual.
#[derive(Debug)]
pub(crate) struct Page {
    /// The name of its file, such as `baseleak-scan.1`.
    pub(crate) name: String,
    /// Its text, in the form of `man(7)`.
    pub(crate) text: Vec<u8>,
}

/// The script that completes the words of this program in a shell.
pub(crate) fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    // It panics where it cannot write, which memory always can.
    clap_complete::generate(shell, &mut with_formats(Args::command()), PROGRAM, &mut script);
    script
}

/// The command with the names of the formats as values of `--format`. The parser takes `FORMAT=FILE` as well, of
/// which there is no list; this command completes and is never parsed with.
fn with_formats(command: Command) -> Command {
    let command = command.mut_subcommands(with_formats);
    if command.get_arguments().all(|argument| argument.get_id() != "format") {
        return command;
    }
    let names = PossibleValuesParser::new(ReportFormat::ALL.map(ReportFormat::name));
    command.mut_arg("format", |argument| argument.value_parser(names))
}

/// The pages of the program and of all its commands; the one of the program itself is the first.
///
/// # Errors
/// None that is known: writing into memory does not fail.
pub(crate) fn pages() -> io::Result<Vec<Page>> {
    // `help` is a command of `clap`'s own, which every page would have to speak of.
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    let mut commands = Vec::new();
    gather(&program, &mut commands);
    commands.into_iter().map(page).collect()
}

/// A command and those below it, in the order of the help.
fn gather<'c>(command: &'c Command, commands: &mut Vec<&'c Command>) {
    commands.push(command);
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        gather(below, commands);
    }
}

/// The page of one command.
fn page(command: &Command) -> io::Result<Page> {
    let man = Man::new(command.clone()).section(SECTION);
    let mut text = Vec::new();
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    ending(command, &mut text)?;
    let title = command.get_display_name().unwrap_or(PROGRAM).to_uppercase();
    Ok(Page { name: man.get_filename(), text: tidied(&title, &String::from_utf8_lossy(&text)).into_bytes() })
}

/// One page of its parts, each of which opens as if it were one. The title is written here: one without a date
/// would put the version in the place of the date.
fn tidied(title: &str, parts: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let body = parts.replace(PREAMBLE, "").replace(EMPTY_LINE, ".sp\n");
    format!("{PREAMBLE}.TH {title} {SECTION} \"\" \"{PROGRAM} {version}\" \"User Commands\"\n{body}")
}

/// What stands below the options: the words that the help ends with, and where to read on.
fn ending(command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    let mut roff = Roff::new();
    if let Some(words) = command.get_after_long_help().or(command.get_after_help()) {
        let words = words.to_string();
        let (title, words) = match words.strip_prefix("Exit codes: ") {
            Some(codes) => ("EXIT STATUS", codes),
            None => ("NOTES", words.as_str()),
        };
        roff.control("SH", [title]);
        roff.text(words.lines().map(roman).collect::<Vec<_>>());
    }
    if command.get_display_name().is_some_and(|name| name != PROGRAM) {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([roman(format!("{PROGRAM}({SECTION})"))]);
    }
    roff.to_writer(text)
}
