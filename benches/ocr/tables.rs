//! The tables: what was found, by everything that a screenshot can be.

use std::collections::BTreeMap;

use crate::measure::Judged;
use crate::screens::{Case, Crop, Format, Zoom};

/// Counts of a row.
#[derive(Default)]
struct Tally {
    total: usize,
    placed: usize,
    named: usize,
    first: usize,
    exact: usize,
}

impl Tally {
    fn add(&mut self, one: &Judged) {
        let verdict = &one.verdict;
        self.total += 1;
        self.placed += usize::from(verdict.placed);
        self.named += usize::from(verdict.named);
        self.first += usize::from(verdict.first);
        self.exact += usize::from(verdict.exact);
    }

    fn print(&self, name: &str) {
        let share = |part: usize| {
            // Cut, not rounded: nothing but all may look like 100 %.
            let parts = part * 1000 / self.total.max(1);
            format!("{part} ({}.{} %)", parts / 10, parts % 10)
        };
        println!(
            "  {name:28}{:>7}{:>18}{:>18}{:>18}{:>18}",
            self.total,
            share(self.placed),
            share(self.named),
            share(self.first),
            share(self.exact)
        );
    }
}

/// What cases are sorted by.
type Trait = (&'static str, fn(&Case) -> String);

const TRAITS: [Trait; 10] = [
    ("scale and format", |case| format!("{}, {}", case.zoom.name(), family(case.format))),
    ("quality of JPEG", |case| match case.format {
        Format::Jpeg(quality) => format!("{quality}"),
        _ => "not JPEG".to_owned(),
    }),
    ("font", |case| case.font.to_owned()),
    ("palette", |case| case.theme.to_owned()),
    ("height of the em", |case| format!("{} px", case.points)),
    ("pixels of the em", |case| {
        let pixels = match case.zoom {
            Zoom::One | Zoom::TwoToOne => case.points * 4,
            Zoom::Two => case.points * 8,
            Zoom::TwoToOneAndHalf => case.points * 6,
            Zoom::TwoToThreeQuarters => case.points * 3,
        } / 4;
        format!("{:02} to {:02}", pixels / 4 * 4, pixels / 4 * 4 + 3)
    }),
    ("lines of the key", |case| case.lines.to_string()),
    ("crop", |case| format!("{:?}", case.crop)),
    ("smoothing", |case| format!("{:?}", case.smoothing)),
    ("what it shows", |case| case.scene.clone()),
];

fn family(format: Format) -> String {
    match format {
        Format::Jpeg(_) => "JPEG".to_owned(),
        other => other.name(),
    }
}

/// Prints what was found in images with a key.
pub(crate) fn found(judged: &[Judged]) {
    if judged.is_empty() {
        return;
    }
    let header = || {
        println!(
            "  {:28}{:>7}{:>18}{:>18}{:>18}{:>18}",
            "", "images", "found", "prefix named", "prefix first", "whole key exact"
        );
    };
    header();
    row("all", judged, |_| true);
    row("2x, PNG", judged, |case| case.zoom == Zoom::Two && case.format == Format::Png);
    row("2x, PNG, whole", judged, |case| {
        case.zoom == Zoom::Two && case.format == Format::Png && case.crop == Crop::None && case.lines == 1
    });
    row("new shape", judged, |case| case.kind.is_some_and(|kind| kind.name() == "b10"));
    row("old shape", judged, |case| case.kind.is_some_and(|kind| kind.name() == "legacy"));
    for (name, describe) in TRAITS {
        println!("\n  by {name}:");
        let mut rows: BTreeMap<String, Tally> = BTreeMap::new();
        for one in judged {
            rows.entry(describe(&one.shot.case)).or_default().add(one);
        }
        for (name, tally) in rows {
            tally.print(&name);
        }
    }
    faults(judged);
    details(judged);
}

fn row(name: &str, judged: &[Judged], of: impl Fn(&Case) -> bool) {
    let mut tally = Tally::default();
    judged.iter().filter(|one| of(&one.shot.case)).for_each(|one| tally.add(one));
    tally.print(name);
}

fn faults(judged: &[Judged]) {
    let mut faults: BTreeMap<&str, usize> = BTreeMap::new();
    for one in judged {
        *faults.entry(one.fault().unwrap_or("none")).or_default() += 1;
    }
    println!("\n  what is wrong: {faults:?}");
    let mut distances: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for one in judged {
        let distance = match one.verdict.distance {
            None => "no line there".to_owned(),
            Some(letters) if letters < 4 => format!("{letters:>2}"),
            Some(letters) => format!("{:>2} to {:>2}", letters / 4 * 4, letters / 4 * 4 + 3),
        };
        let counts = distances.entry(distance).or_default();
        counts[0] += 1;
        counts[1] += usize::from(one.verdict.named);
    }
    println!("  letters that are wrong in the first reading of the key, images, with the prefix named:");
    for (distance, [total, named]) in distances {
        println!("    {distance:16}{total:>6}{named:>6}");
    }
    for one in judged.iter().filter(|one| one.verdict.false_findings > 0) {
        println!("  false finding: {}", one.shot.case);
    }
}

/// Variants, places, and whether the certainty is to be believed.
fn details(judged: &[Judged]) {
    let mut seen: Vec<_> = judged.iter().filter(|one| one.verdict.placed).map(|one| &one.verdict).collect();
    if seen.is_empty() {
        return;
    }
    let middle = seen.len() / 2;
    seen.sort_by_key(|verdict| verdict.variants);
    println!(
        "  variants: median {}, most {}",
        seen[middle].variants,
        seen.last().map_or(0, |verdict| verdict.variants)
    );
    seen.sort_by(|one, other| one.covered.total_cmp(&other.covered));
    println!(
        "  part of the key that is covered: median {:.3}, least {:.3}",
        seen[middle].covered, seen[0].covered
    );
    println!("    covered by less than 0.9: {}", seen.iter().filter(|verdict| verdict.covered < 0.9).count());
    seen.sort_by(|one, other| one.overlap.total_cmp(&other.overlap));
    println!("  overlap of regions: median {:.3}, least {:.3}", seen[middle].overlap, seen[0].overlap);
    let mut mistakes: BTreeMap<(char, char), usize> = BTreeMap::new();
    for pair in seen.iter().flat_map(|verdict| &verdict.mistakes) {
        *mistakes.entry(*pair).or_default() += 1;
    }
    let mut mistakes: Vec<_> = mistakes.into_iter().collect();
    mistakes.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let shown = mistakes.iter().take(60).map(|((is, was), count)| format!("{is} as {was}: {count}"));
    println!("  letters that were taken for others: {}", shown.collect::<Vec<_>>().join(", "));
    for low in [0, 20, 40, 60, 80] {
        let within: Vec<_> = seen
            .iter()
            .filter(|verdict| (low..low + 20 + u8::from(low == 80)).contains(&verdict.certainty))
            .collect();
        let exact = within.iter().filter(|verdict| verdict.exact).count();
        println!("  certainty {low} to {}: {exact} of {} exact", low + 20, within.len());
    }
}

/// Prints what was found in images without a key.
pub(crate) fn silent(judged: &[Judged]) {
    if judged.is_empty() {
        return;
    }
    let mut rows: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for one in judged {
        let scene = one.shot.case.scene.as_str();
        let name = if scene.contains(": ") && !scene.starts_with("file") { scene } else { "files" };
        let counts = rows.entry(name).or_default();
        counts[0] += 1;
        counts[1] += usize::from(one.verdict.false_findings > 0);
        counts[2] += usize::from(one.fault() == Some("skipped"));
        counts[3] += usize::from(one.verdict.lines > 0);
    }
    println!("  {:44}{:>8}{:>16}{:>10}{:>14}", "", "images", "false findings", "skipped", "text read");
    for (name, [total, wrong, skipped, read]) in rows {
        println!("  {name:44}{total:>8}{wrong:>16}{skipped:>10}{read:>14}");
    }
    let wrong = judged.iter().filter(|one| one.verdict.false_findings > 0);
    for one in wrong {
        println!("  false finding: {}", one.shot.case);
    }
    let total: usize = judged.iter().map(|one| one.verdict.false_findings).sum();
    println!("  false findings together: {total}");
}
