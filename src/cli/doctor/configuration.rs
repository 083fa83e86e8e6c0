//! Whether the repository's own configuration lets a plain key pass.
//!
//! It is judged as a hook judges, in likely places, and no hook is run: the scratch repository
//! of the canary has no configuration.

use std::collections::BTreeSet;
use std::path::Path;

use baseleak::detect::Detector;
use baseleak::model::Report;
use baseleak::suppress::{AtOnce, gate};

use super::canary::{Canary, FILE};
use super::{Check, Outcome};
use crate::cli::args::ScanOptions;
use crate::cli::hook::status::path;
use crate::cli::plan::{Rules, Settings};

const NAME: &str = "configuration";
/// Files that keys often stand in, beside the one of the canary.
const LIKELY: [&str; 4] = [".env", "src/settings.py", "config/settings.yaml", "deploy/values.yaml"];
/// Bytes of a file that holds settings; a smaller limit is told of.
const ORDINARY: u64 = 64 << 10;

/// Whether the configuration can be read, and a key is found and stopped with it.
pub(super) fn check(root: &Path) -> Vec<Check> {
    let roots = BTreeSet::from([root.to_owned()]);
    let (settings, rules) = match Settings::new(&ScanOptions::default(), &roots, None) {
        Ok(found) => found,
        Err(error) => {
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            let hint = "`baseleak staged` says more; until it is mended nothing is let through";
            return vec![Check::fails(NAME, causes.join(": "), hint)];
        }
    };
    let file = settings.config.as_deref().map_or_else(|| "none, so the defaults hold".to_owned(), path);
    let mut checks = faults(&settings, rules, &file);
    if !checks.iter().any(|check| check.outcome == Outcome::Fails) {
        checks.insert(0, Check::ok(NAME, file));
    }
    checks
}

/// All that lets a key pass.
fn faults(settings: &Settings, rules: Rules, file: &str) -> Vec<Check> {
    let fails = |what: String, hint: &str| Check::fails(NAME, format!("{file}: {what}"), hint);
    let detector = Detector::new(rules.in_force).decoding(settings.decode);
    let canary = Canary::new();
    let findings = canary.findings(&detector, FILE);
    if findings.is_empty() {
        let hint = "take the rule that finds Baseten keys off `disable` in the configuration";
        return vec![fails("its rules find no Baseten key".to_owned(), hint)];
    }
    let mut checks = paths(settings, file);
    if let Some(most) = settings.policy.max_file_size.filter(|most| *most < ORDINARY) {
        let what = format!("files of more than {most} bytes are not read (max-file-size)");
        checks.push(if most < canary.line().len() as u64 {
            fails(format!("{what}, so a key passes"), "make `max-file-size` larger, or leave it out")
        } else {
            Check::new(NAME, Outcome::Note, format!("{file}: {what}"))
        });
    }
    let is_settled = |finding| matches!(settings.suppressions.at_once(finding), AtOnce::Suppressed(_));
    if findings.iter().all(is_settled) {
        let what = format!("a new key in {FILE} is suppressed, so it passes");
        checks.push(fails(what, "name keys in `[[allow]]`, or the paths of examples, and not all there is"));
    }
    let mut report = Report::default();
    report.findings = findings;
    let plan = settings.gate;
    let gate = gate::judge(&report, plan.fail_on, plan.max_findings);
    if gate.is_passed() {
        let (fail_on, most) = (plan.fail_on, plan.max_findings);
        let what = format!("its gate lets a key pass (fail-on {fail_on}, max-findings {most})");
        let hint = "leave `[gate]` out, and settle what is known by `baseleak baseline create`";
        checks.push(fails(what, hint));
    }
    checks
}

/// Which likely files are not read.
fn paths(settings: &Settings, file: &str) -> Vec<Check> {
    let is_passed_over = |path: &&str| !settings.policy.admits_file(path.as_bytes());
    let passed: Vec<&str> = [FILE].into_iter().chain(LIKELY).filter(is_passed_over).collect();
    if passed.is_empty() {
        return Vec::new();
    }
    let is_all = passed.len() == LIKELY.len() + 1;
    let names = if is_all { "any likely file".to_owned() } else { passed.join(", ") };
    let what = format!("{file}: a key in {names} would pass, for include and exclude leave it out");
    if passed.contains(&FILE) {
        let hint = "leave `include` out, and `exclude` only what cannot hold a key";
        return vec![Check::fails(NAME, what, hint)];
    }
    vec![Check::new(NAME, Outcome::Note, what)]
}
