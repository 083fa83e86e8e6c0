//! Joins what stands in bundles with what stands in the source maps that lead from them to
//! their sources: a secret in both is told once, at the bundle, with the file that it is from.
//!
//! A map whose bundle holds nothing is told with its own address and the source. A map is
//! dropped as soon as it was asked; one that comes before its bundle is kept for it, up to
//! [`EARLY`].

mod twice;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::detect::Detector;
use crate::model::{Finding, Original, Place, Position};
use crate::unpack::source_map::{self, SourceFile};
use crate::web::Exchange;
use crate::web::original::{self, Map, Reference, generated, references};

/// Bytes of maps that are kept for bundles that did not come yet.
const EARLY: usize = 64 << 20;
/// Bytes of the largest map that stands in its bundle, and is looked into.
const INLINE: usize = 64 << 20;
/// Maps of what a bundle evaluates that are looked into.
const EVALUATED: usize = 1000;
/// Secrets of one map that are looked for in its sources.
const SECRETS: usize = 64;
/// Places of one secret in the sources of a map that are looked at.
const PLACES: usize = 100;

/// What was found so far.
pub(super) struct Kept<'d> {
    detector: &'d Detector,
    entries: Vec<Entry>,
    rendered: Vec<Finding>,
    /// Findings in bundles, by the addresses at which their maps may be.
    waiting: HashMap<String, Vec<Range<usize>>>,
    /// Addresses of documents that came.
    seen: HashSet<String>,
    /// Maps that came before their bundles, each with what was found in it.
    early: HashMap<String, (Vec<u8>, Range<usize>)>,
    early_bytes: usize,
}

/// A finding on its way.
struct Entry {
    finding: Finding,
    /// Where it stands as a map counts, if that can lead anywhere.
    spot: Option<(u32, u32)>,
    /// Whether another tells of it.
    is_told: bool,
}

/// A map that stands in a document.
struct InlineMap<'b> {
    /// Its address.
    text: &'b [u8],
    span: Range<Position>,
    /// Whether it is the map of the whole document.
    is_whole: bool,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Source {
    file: String,
    line: u64,
    column: u64,
}

impl<'d> Kept<'d> {
    pub(super) fn new(detector: &'d Detector) -> Self {
        Self {
            detector,
            entries: Vec::new(),
            rendered: Vec::new(),
            waiting: HashMap::new(),
            seen: HashSet::new(),
            early: HashMap::new(),
            early_bytes: 0,
        }
    }

    /// All that counts: what a page holds anyway is not told again of what its scripts made of it.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        let place = |finding: &Finding| (finding.location.path.clone(), finding.digest.clone());
        twice::tell_once(&mut self.entries);
        let held: HashSet<_> = self.entries.iter().map(|entry| place(&entry.finding)).collect();
        let rendered = std::mem::take(&mut self.rendered);
        self.add(rendered.into_iter().filter(|finding| !held.contains(&place(finding))).collect());
        self.entries.into_iter().filter(|entry| !entry.is_told).map(|entry| entry.finding).collect()
    }

    /// Adds findings in a page as its scripts left it.
    pub(super) fn rendered(&mut self, mut found: Vec<Finding>) {
        self.rendered.append(&mut found);
    }

    /// Adds findings that no map leads from.
    pub(super) fn add(&mut self, found: Vec<Finding>) -> Range<usize> {
        let start = self.entries.len();
        self.entries.extend(found.into_iter().map(|finding| Entry { finding, spot: None, is_told: false }));
        start..self.entries.len()
    }

    /// Adds the findings in the content of `exchange`.
    pub(super) fn document(&mut self, exchange: &Exchange, found: Vec<Finding>) {
        let address = without_fragment(&exchange.address);
        let range = self.add(found);
        if is_map(address, &exchange.body) {
            return self.map(address, &exchange.body, range);
        }
        self.seen.insert(address.to_owned());
        if range.is_empty() {
            return;
        }
        self.spots(&exchange.body, range.clone());
        let references = references(address, &exchange.headers, &exchange.body);
        let last = references.iter().find_map(|reference| match reference {
            Reference::Inline(start, _) => Some(*start),
            Reference::Address(_) => None,
        });
        if let Some(last) = last {
            self.inline(&exchange.body, last, range.clone());
        }
        for reference in references {
            let Reference::Address(map) = reference else { continue };
            if let Some((bytes, own)) = self.early.remove(&map) {
                self.early_bytes -= bytes.len();
                self.join(&bytes, own, std::slice::from_ref(&range), true);
            }
            self.waiting.entry(map).or_default().push(range.clone());
        }
    }

    /// Counts as maps do where the findings of a bundle stand, but for those in what was opened.
    fn spots(&mut self, body: &[u8], range: Range<usize>) {
        let entries = &mut self.entries[range];
        let has_spot = |finding: &Finding| {
            let location = &finding.location;
            location.place == Place::Content
                && location.cell().is_none()
                && location.path.file_and_member().1.is_none()
        };
        let mut asked: Vec<&mut Entry> =
            entries.iter_mut().filter(|entry| has_spot(&entry.finding)).collect();
        let starts: Vec<Position> = asked.iter().map(|entry| entry.finding.location.start).collect();
        for (entry, spot) in asked.iter_mut().zip(generated(body, &starts)) {
            entry.spot = Some(spot);
        }
    }

    /// A source map came; `own` is what was found in it.
    fn map(&mut self, address: &str, bytes: &[u8], own: Range<usize>) {
        let bundles = self.waiting.get(address).cloned().unwrap_or_default();
        let may_follow = !address.strip_suffix(".map").is_some_and(|bundle| self.seen.contains(bundle));
        if bundles.is_empty() && own.is_empty() && !may_follow {
            return;
        }
        self.join(bytes, own.clone(), &bundles, true);
        if may_follow && self.early_bytes + bytes.len() <= EARLY {
            self.early_bytes += bytes.len();
            if let Some((old, _)) = self.early.insert(address.to_owned(), (bytes.to_vec(), own)) {
                self.early_bytes -= old.len();
            }
        }
    }

    /// The maps that stand in their bundle: what was found within one was found in the map.
    /// The one at `last` is of the bundle, unless it stands in a text that the bundle evaluates;
    /// the others are of what such texts hold, and say nothing of places in the bundle.
    fn inline(&mut self, body: &[u8], last: usize, range: Range<usize>) {
        let (mut from, mut at) = (Position::START, 0);
        let mut maps: Vec<InlineMap<'_>> = Vec::new();
        for (start, text) in original::inline(body) {
            from = from.after(&body[at..start]);
            let to = from.after(text);
            let behind = body.get(start + text.len());
            let is_whole = start == last && !matches!(behind, Some(b'\\' | b'"' | b'\''));
            maps.push(InlineMap { text, span: from..to, is_whole });
            (from, at) = (to, start + text.len());
        }
        let number = |entry: &Entry| {
            let start = entry.finding.location.start;
            let behind = maps.partition_point(|map| map.span.start <= start);
            let map = behind.checked_sub(1).filter(|&map| start < maps[map].span.end);
            entry.spot.and(map)
        };
        self.entries[range.clone()].sort_by_key(number);
        let numbers: Vec<Option<usize>> = self.entries[range.clone()].iter().map(number).collect();
        let place = |map: Option<usize>| range.start + numbers.partition_point(|&number| number < map);
        let bundle = range.start..place(Some(0));
        let held: HashSet<String> =
            self.entries[bundle.clone()].iter().map(|entry| entry.finding.digest.clone()).collect();
        let mut asked = 0;
        for (map, InlineMap { text, is_whole, .. }) in maps.iter().enumerate() {
            let own = place(Some(map))..place(Some(map + 1));
            if !is_whole && (own.is_empty() || asked == EVALUATED) {
                continue;
            }
            asked += usize::from(!is_whole);
            let Some(bytes) = source_map::inline(text, INLINE) else { continue };
            for entry in &mut self.entries[own.clone()] {
                entry.spot = None;
            }
            self.join(&bytes, own.clone(), std::slice::from_ref(&bundle), *is_whole);
            if !is_whole {
                for entry in &mut self.entries[own] {
                    entry.is_told |= held.contains(&entry.finding.digest);
                }
            }
        }
    }

    /// Says of the findings `own`, in the map `bytes`, and of those in its `bundles` where in
    /// the sources they are from; what stands in both is told by the bundle. `is_whole` where
    /// places in the map are places in the bundles.
    fn join(&mut self, bytes: &[u8], own: Range<usize>, bundles: &[Range<usize>], is_whole: bool) {
        let open: Vec<usize> =
            bundles.iter().cloned().flatten().filter(|&index| self.is_open(index)).collect();
        let sources = self.sources(bytes, open.iter().copied().chain(own.clone()));
        let mut in_map = Vec::new();
        for index in own {
            let finding = &self.entries[index].finding;
            let stands = sources.get(&finding.digest).map_or(&[][..], Vec::as_slice);
            let original = match cell(finding) {
                Some((file, line)) => {
                    let exact = stands.iter().find(|source| source.file == file && source.line == line);
                    Some(exact.cloned().unwrap_or(Source { file, line, column: 1 }))
                }
                None => only(stands.iter()).cloned(),
            };
            self.set(index, original.clone());
            in_map.extend(original.map(|source| (index, source)));
        }
        let spots: Vec<(u32, u32)> = open.iter().filter_map(|&index| self.entries[index].spot).collect();
        let mapped = if spots.is_empty() || !is_whole { None } else { Map::parse(bytes) };
        let mapped = mapped.map(|map| map.locate(&spots)).unwrap_or_default();
        let mut told = HashSet::new();
        for (position, index) in open.into_iter().enumerate() {
            let mapped = mapped.get(position).cloned().flatten().map(|mapped| Source {
                file: SourceFile { name: mapped.file.into(), index: mapped.index }.to_string(),
                line: mapped.line,
                column: mapped.column,
            });
            let digest = self.entries[index].finding.digest.clone();
            let stands = sources.get(&digest).map_or(&[][..], Vec::as_slice);
            let original = settle(mapped, stands);
            if let Some(source) = &original {
                told.insert((digest, source.file.clone(), source.line));
            }
            self.set(index, original);
        }
        for (index, Source { file, line, .. }) in in_map {
            let Entry { finding, is_told, .. } = &mut self.entries[index];
            *is_told |= told.contains(&(finding.digest.clone(), file, line));
        }
    }

    /// Whether a finding in a bundle still lacks the source that it is from.
    fn is_open(&self, index: usize) -> bool {
        let entry = &self.entries[index];
        entry.spot.is_some() && original(&entry.finding).is_none()
    }

    fn set(&mut self, index: usize, source: Option<Source>) {
        let (Some(deployed), Some(source)) = (&mut self.entries[index].finding.deployed, source) else {
            return;
        };
        let Source { file, line, column } = source;
        let file = self.detector.path_name(file.as_bytes());
        deployed.original = Some(Original { file, line, column });
    }

    /// Where in the sources of a map the secrets of these findings stand, by their digests.
    fn sources(&self, bytes: &[u8], findings: impl Iterator<Item = usize>) -> HashMap<String, Vec<Source>> {
        let mut sources: HashMap<String, Vec<Source>> = HashMap::new();
        let mut asked: Vec<&Finding> = Vec::new();
        for index in findings {
            let finding = &self.entries[index].finding;
            let is_known = asked.iter().any(|known| known.digest == finding.digest);
            if !is_known && asked.len() < SECRETS && !finding.secret.expose().is_empty() {
                asked.push(finding);
            }
        }
        if asked.is_empty() {
            return sources;
        }
        // What is no source map after all has no sources.
        let _ = source_map::sources(bytes, &mut |part| {
            for finding in &asked {
                for at in memchr::memmem::find_iter(part.text, finding.secret.expose()).take(PLACES) {
                    let stands = sources.entry(finding.digest.clone()).or_default();
                    if stands.len() == PLACES {
                        break;
                    }
                    let Position { line, column } = Position::START.after(&part.text[..at]);
                    stands.push(Source { file: part.place.to_string(), line, column });
                }
            }
        });
        sources
    }
}

/// The source of a secret in a bundle, of which the map says `mapped`: a secret that stands in
/// the sources is from there, also where a minifier put it into another place.
fn settle(mapped: Option<Source>, stands: &[Source]) -> Option<Source> {
    let place = mapped.as_ref().and_then(|mapped| {
        let mut in_file = stands.iter().filter(|source| source.file == mapped.file);
        let exact = in_file.clone().find(|source| source.line == mapped.line);
        exact.or_else(|| in_file.next().filter(|_| in_file.next().is_none()))
    });
    place.or_else(|| only(stands.iter())).cloned().or(mapped)
}

/// The one thing that there is, where there is but one.
fn only<'s>(mut all: impl Iterator<Item = &'s Source>) -> Option<&'s Source> {
    all.next().filter(|_| all.next().is_none())
}

fn original(finding: &Finding) -> Option<&Original> {
    finding.deployed.as_ref()?.original.as_ref()
}

/// The source and the line in it that the cell of a finding in a map says.
fn cell(finding: &Finding) -> Option<(String, u64)> {
    let (file, line) = finding.location.cell()?.rsplit_once(", line ")?;
    Some((file.to_owned(), line.parse().ok()?))
}

/// Whether a document is a source map, by its address or its beginning.
fn is_map(address: &str, body: &[u8]) -> bool {
    let path = &address[..address.find('?').unwrap_or(address.len())];
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii_start();
    if !body.starts_with(b"{") && !body.starts_with(b")]}") {
        return false;
    }
    let head = &body[..body.len().min(4096)];
    let says = |word: &[u8]| memchr::memmem::find(head, word).is_some();
    path.as_bytes().ends_with(b".map")
        || says(b"\"version\"") && (says(b"\"mappings\"") || says(b"\"sources\""))
}

fn without_fragment(address: &str) -> &str {
    &address[..address.find('#').unwrap_or(address.len())]
}
