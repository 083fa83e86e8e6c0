//! The command line: arguments in, an exit code out. Everything that prints,
//! asks the environment or names `clap` lives here.

mod agent;
mod args;
mod baseline;
mod baseten;
mod cache;
mod commands;
mod compare;
mod complaint;
mod conceal;
mod date;
mod diff;
mod doctor;
mod exit;
mod explanation;
mod framework;
mod generate;
mod hook;
mod in_place;
mod inventory;
mod ocr;
mod output;
mod plan;
mod progress;
mod reports;
mod revoke;
mod rotation;
mod settling;
mod step_summary;
mod stream;
mod table;
mod verdict;
mod verifying;
mod web;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, BaselineCommand, Command, HookCommand, RulesCommand};
use exit::Exit;

/// Runs what the command line asks for.
pub(crate) fn run() -> ExitCode {
    complaint::veil_panics();
    let args = match Args::try_parse_from(framework::told_apart(std::env::args_os())) {
        Ok(args) => args,
        Err(error) if error.use_stderr() => {
            complaint::usage(&error);
            return Exit::NoVerdict.into();
        }
        // Help and version are no errors.
        Err(help) => help.exit(),
    };
    let exit = match args.command {
        Command::Scan(scan) => commands::scan::run(&scan, args.color),
        Command::Staged(staged) => commands::staged::run(&staged, args.color),
        Command::History(history) => commands::history::run(&history, args.color),
        Command::Audit(audit) => commands::audit::run(&audit, args.color),
        Command::Web(web) => commands::web::run(&web, args.color),
        Command::Diff(diff) => commands::compare::run(&diff, args.color),
        Command::Clean(clean) => commands::clean::run(&clean),
        Command::Keys(keys) => commands::keys::run(&keys),
        Command::Rotate(rotate) => commands::rotate::run(&rotate),
        Command::Baseline(BaselineCommand::Create(create)) => commands::baseline::create(&create, args.color),
        Command::Baseline(BaselineCommand::Update(update)) => commands::baseline::update(&update, args.color),
        Command::Baseline(BaselineCommand::Show(show)) => commands::baseline::show(&show),
        Command::Baseline(BaselineCommand::Prune(prune)) => commands::baseline::prune(&prune, args.color),
        Command::Verify(verify) => commands::verify::run(&verify, args.color),
        Command::Explain(explain) => commands::explain::run(&explain, args.color),
        Command::Revoke(revoke) => commands::revoke::run(&revoke),
        Command::Rules(RulesCommand::List(list)) => commands::rules::list(&list),
        Command::Rules(RulesCommand::Check(check)) => commands::rules::check(&check),
        Command::Hook(HookCommand::Install(install)) => commands::hook::install(&install),
        Command::Hook(HookCommand::Uninstall(uninstall)) => commands::hook::uninstall(&uninstall),
        Command::Hook(HookCommand::Status(status)) => commands::hook::status(&status),
        Command::Hook(HookCommand::Run(run)) => commands::hook::run(&run),
        Command::Hook(HookCommand::Framework(framework)) => commands::framework::run(&framework, args.color),
        Command::Hook(HookCommand::Agent(agent)) => commands::agent::run(&agent),
        Command::Doctor(doctor) => commands::doctor::run(&doctor),
        Command::Completions(completions) => commands::generate::completions(&completions),
        Command::Man(man) => commands::generate::man(&man),
    };
    exit.unwrap_or_else(|error| {
        complaint::print(&error);
        Exit::NoVerdict
    })
    .into()
}
