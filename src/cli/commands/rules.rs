//! `baseleak rules list` and `baseleak rules check`.

use anyhow::Result;
use baseleak::detect::Detector;
use baseleak::model::{Blob, Provenance};
use baseleak::render::terminal::sanitise;
use baseleak::rules::{Config, Example, Rule};

use crate::cli::args::{CheckArgs, RuleArgs};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::plan;

/// Lists the rules in force, in order of precedence.
pub(crate) fn list(args: &RuleArgs) -> Result<Exit> {
    let rules = plan::rules(&Config::default(), args)?.in_force;
    let width = rules.rules.iter().map(|rule| rule.id.chars().count()).max().unwrap_or(0);
    Output::stdout().deliver(|out| {
        for rule in &rules.rules {
            writeln!(
                out,
                "{:width$}  {:6}  {}",
                sanitise(&rule.id),
                rule.traits.confidence,
                sanitise(&rule.description)
            )?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

/// Tries every rule on its examples; a rule that fails one makes the answer "no verdict".
pub(crate) fn check(args: &CheckArgs) -> Result<Exit> {
    let args = RuleArgs { rules: args.files.clone(), disable: Vec::new() };
    let rules = plan::rules(&Config::default(), &args)?.in_force;
    let detector = Detector::new(rules.clone());
    let trials: Vec<Trial> = rules.rules.iter().map(|rule| Trial::of(rule, &detector)).collect();
    Output::stdout().deliver(|out| trials.iter().try_for_each(|trial| trial.write(out)))?;
    let failed = trials.iter().any(|trial| !trial.failures.is_empty());
    Ok(if failed { Exit::NoVerdict } else { Exit::Clean })
}

/// How a rule did on its examples.
struct Trial {
    id: String,
    positive: usize,
    negative: usize,
    failures: Vec<String>,
}

impl Trial {
    /// Tries `rule` among the others, whose precedence is part of the trial.
    fn of(rule: &Rule, detector: &Detector) -> Self {
        let examples = rule.examples();
        let finds = |example: &Example| {
            let path = example.path.as_bytes();
            let provenance = Provenance { shown: path, relative: path };
            let mut findings = Vec::new();
            detector.scan(&Blob::whole(example.text.as_bytes(), provenance), &mut findings);
            findings.iter().any(|finding| finding.rule == rule.id)
        };
        let failure = |kind: &str, verb: &str, number: usize, example: &Example| {
            format!("{kind} example {} ({}) {verb}", number + 1, example.path)
        };
        let missed = examples.positive.iter().enumerate().filter(|(_, example)| !finds(example));
        let false_alarms = examples.negative.iter().enumerate().filter(|(_, example)| finds(example));
        let failures = missed
            .map(|(number, example)| failure("positive", "is not found", number, example))
            .chain(false_alarms.map(|(number, example)| failure("negative", "is found", number, example)))
            .collect();
        Self {
            id: rule.id.to_string(),
            positive: examples.positive.len(),
            negative: examples.negative.len(),
            failures,
        }
    }

    fn write(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        let verdict = match (self.failures.is_empty(), self.positive + self.negative) {
            (false, _) => "failed",
            (true, 0) => "no examples",
            (true, _) => "ok",
        };
        writeln!(
            out,
            "{}: {verdict} ({} positive, {} negative)",
            sanitise(&self.id),
            self.positive,
            self.negative
        )?;
        self.failures.iter().try_for_each(|failure| writeln!(out, "  {}", sanitise(failure)))
    }
}
