//! Reads images on some threads, takes the time, and says what it took.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::screens::Shot;
use crate::screens::eye::{Eye, Outcome, Verdict};

/// An image, what was found in it, and what that took.
pub(crate) struct Judged {
    pub(crate) shot: Shot,
    pub(crate) verdict: Verdict,
    wall: Duration,
    /// Of this process and the recogniser; known only where one thread works.
    cpu: Option<Duration>,
}

impl Judged {
    /// What is wrong with it; none where all is right.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let verdict = &self.verdict;
        match &self.shot.truth {
            _ if verdict.outcome == Outcome::Skipped => Some("skipped"),
            _ if verdict.false_findings > 0 => Some("false finding"),
            Some(_) if verdict.outcome == Outcome::Plain => Some("passed over as plain"),
            Some(_) if !verdict.placed => Some("not found"),
            Some(_) if !verdict.named => Some("prefix not among the variants"),
            _ => None,
        }
    }
}

/// Reads all of them, and prints what it took.
pub(crate) fn judge(eye: &Eye, shots: Vec<Shot>, jobs: usize) -> Vec<Judged> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().expect("threads can be started");
    let (began, before) = (Instant::now(), cpu());
    let one = |shot: Shot| {
        let (began, before) = (Instant::now(), cpu());
        let verdict = eye.judge(&shot.bytes, shot.truth.as_ref());
        let cpu = cpu().zip(before).map(|(after, before)| after.saturating_sub(before)).filter(|_| jobs == 1);
        Judged { shot, verdict, wall: began.elapsed(), cpu }
    };
    let judged: Vec<Judged> = pool.install(|| shots.into_par_iter().map(one).collect());
    let count = judged.len();
    println!("  together: {:.1} s by the clock", began.elapsed().as_secs_f64());
    if let Some((after, before)) = cpu().zip(before) {
        let total = after.saturating_sub(before).as_secs_f64();
        let each = total / f64::from(u32::try_from(count).expect("it is small"));
        println!("  CPU of program and recogniser: {total:.1} s, {each:.3} s for an image");
    }
    spread("by the clock, each", judged.iter().map(|one| one.wall).collect());
    spread("CPU, each", judged.iter().filter_map(|one| one.cpu).collect());
    for (name, outcome) in [("read", Outcome::Read), ("plain", Outcome::Plain)] {
        let times = judged.iter().filter(|one| one.verdict.outcome == outcome).map(|one| one.wall).collect();
        spread(&format!("by the clock, each {name}"), times);
    }
    judged
}

fn spread(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).or(times.last());
    if let (Some(median), Some(late), Some(last)) = (at(50), at(95), times.last()) {
        println!(
            "  {name}: median {:.3} s, 95th of 100 {:.3} s, longest {:.3} s ({})",
            median.as_secs_f64(),
            late.as_secs_f64(),
            last.as_secs_f64(),
            times.len()
        );
    }
}

/// CPU time of this process and of the children that ended; known on Linux alone.
fn cpu() -> Option<Duration> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which stands in parentheses and may hold anything; see proc(5).
    let (_, rest) = text.rsplit_once(')')?;
    let ticks: u64 =
        rest.split_whitespace().skip(11).take(4).filter_map(|part| part.parse::<u64>().ok()).sum();
    // A tick is a hundredth of a second on every Linux there is.
    Some(Duration::from_millis(ticks * 10))
}

/// Writes the images of the cases that failed, each named for what was wrong, and a list.
pub(crate) fn save_failures(folder: &Path, judged: &[Judged]) {
    fs::create_dir_all(folder).expect("the folder can be made");
    let mut list = String::new();
    for one in judged {
        let Some(fault) = one.fault() else { continue };
        let case = &one.shot.case;
        let group = match case.scene.split_once(": ") {
            _ if one.shot.truth.is_some() => "key",
            Some((group, _)) => group,
            None => "image",
        };
        let name = format!("{fault} {group} {:04}.{}", case.index, case.format.suffix()).replace(' ', "-");
        fs::write(folder.join(&name), &one.shot.bytes).expect("the folder can be written to");
        let regions = one.shot.truth.as_ref().map(|truth| &truth.regions);
        let (lines, distance, variants) = (one.verdict.lines, one.verdict.distance, one.verdict.variants);
        writeln!(
            list,
            "{name}: {fault}; {lines} lines read, {distance:?} letters wrong at first, {variants} variants; \
             truth {regions:?}; {case}"
        )
        .expect("writing to a string cannot fail");
    }
    let path = folder.join("list.txt");
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(path, before + &list).expect("the folder can be written to");
}
