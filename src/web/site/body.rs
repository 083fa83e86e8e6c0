//! The content of an answer, read as far as the limits of size, time and rate allow.
//!
//! What is compressed is kept as it comes and decompressed here, so that neither an endless
//! answer nor one that unpacks to an endless one costs more than the limit, twice.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::settings::Settings;

/// How much is read at once.
const PIECE: usize = 64 << 10;

/// How often content may be compressed over.
const LAYERS: usize = 3;

/// Why content was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is longer than the limit of one answer, in bytes.
    TooLong(u64),
    /// All answers together have reached their limit.
    Total,
    /// It came too slowly.
    Slow(u64, Duration),
    /// The time of all is over.
    Late,
    /// The connection, or what was compressed, broke off: why.
    Broken(String),
    /// It is encoded in a way that was not asked for.
    Encoded(String),
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong(most) => write!(f, "it is longer than {}, and was read to there", size(*most)),
            Self::Total => f.write_str("the limit to the size of all answers was reached"),
            Self::Slow(rate, time) => {
                write!(
                    f,
                    "it came at less than {} a second, and was read for {} s",
                    size(*rate),
                    time.as_secs_f32()
                )
            }
            Self::Late => f.write_str("the time for the whole site was over"),
            Self::Broken(why) => write!(f, "it broke off: {why}"),
            Self::Encoded(how) => write!(f, "it is encoded as {how:?}, which was not asked for"),
        }
    }
}

/// A number of bytes as people say it.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 30 && bytes.trailing_zeros() >= 30 => format!("{} GiB", bytes >> 30),
        _ if bytes >= 1 << 20 && bytes.trailing_zeros() >= 20 => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 && bytes.trailing_zeros() >= 10 => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

/// What limits the reading of all answers.
#[derive(Debug)]
pub(super) struct Limits {
    one: u64,
    total: u64,
    time: Duration,
    rate: u64,
    used: AtomicU64,
    end: Instant,
}

impl Limits {
    /// Of a run that begins now.
    pub(super) fn new(settings: &Settings) -> Self {
        let now = Instant::now();
        Self {
            one: settings.document_bytes,
            total: settings.total_bytes,
            time: settings.request_time,
            rate: settings.least_rate,
            used: AtomicU64::new(0),
            // So far away that nobody waits for it.
            end: now.checked_add(settings.total_time).unwrap_or(now + Duration::from_secs(1 << 30)),
        }
    }

    /// Whether the time of all is over.
    pub(super) fn is_late(&self) -> bool {
        Instant::now() >= self.end
    }

    /// Whether all answers together have reached their limit.
    pub(super) fn is_full(&self) -> bool {
        self.used.load(Ordering::Relaxed) >= self.total
    }

    /// Reads an answer whose request began at `begin`, and undoes what `encoding`, the header,
    /// says.
    pub(super) fn read(&self, body: impl Read, encoding: &str, begin: Instant) -> (Vec<u8>, Option<Cut>) {
        let (raw, mut cut) = self.raw(body, begin);
        let (body, broken) = self.decoded(raw, encoding, cut.is_some());
        cut = cut.or(broken);
        self.use_up(&body);
        (body, cut)
    }

    /// The bytes as they come.
    fn raw(&self, mut body: impl Read, begin: Instant) -> (Vec<u8>, Option<Cut>) {
        let (mut raw, mut piece) = (Vec::new(), vec![0; PIECE]);
        loop {
            let length = u64::try_from(raw.len()).unwrap_or(u64::MAX);
            let taken = begin.elapsed();
            let cut = if self.is_late() {
                Some(Cut::Late)
            } else if self.used.load(Ordering::Relaxed).saturating_add(length) > self.total {
                Some(Cut::Total)
            } else if taken > self.time && length < self.rate.saturating_mul(taken.as_secs().max(1)) {
                Some(Cut::Slow(self.rate, self.time))
            } else {
                None
            };
            if cut.is_some() {
                return (raw, cut);
            }
            match body.read(&mut piece) {
                // What is ended with the time ends like an answer whose length nobody told.
                Ok(0) => return (raw, self.is_late().then_some(Cut::Late)),
                Ok(read) => raw.extend_from_slice(&piece[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if self.is_late() => return (raw, Some(Cut::Late)),
                Err(error) if is_timeout(&error) => {
                    return (raw, Some(Cut::Slow(self.rate, begin.elapsed())));
                }
                Err(error) => return (raw, Some(Cut::Broken(error.to_string()))),
            }
            if exceeds(raw.len(), self.one) {
                raw.truncate(usize::try_from(self.one).unwrap_or(usize::MAX));
                return (raw, Some(Cut::TooLong(self.one)));
            }
        }
    }

    /// What `raw` stands for; where it was cut, as far as it goes.
    fn decoded(&self, mut raw: Vec<u8>, encoding: &str, was_cut: bool) -> (Vec<u8>, Option<Cut>) {
        let layers = encoding.split(',').map(|layer| layer.trim().to_ascii_lowercase());
        let layers: Vec<String> = layers.filter(|layer| !layer.is_empty() && layer != "identity").collect();
        if layers.len() > LAYERS {
            return (raw, Some(Cut::Encoded(encoding.chars().take(40).collect())));
        }
        let mut cut = None;
        for layer in layers.iter().rev().filter(|_| !raw.is_empty()).collect::<Vec<_>>() {
            let (out, broken) = match layer.as_str() {
                // Some servers say so of what they keep compressed and send as it is.
                "gzip" | "x-gzip" if !raw.starts_with(&[0x1f, 0x8b]) => (raw, None),
                "gzip" | "x-gzip" => self.inflated(MultiGzDecoder::new(raw.as_slice())),
                // The standard means zlib's form; many servers take it for the bare one.
                "deflate" if is_zlib(&raw) => self.inflated(ZlibDecoder::new(raw.as_slice())),
                "deflate" => self.inflated(DeflateDecoder::new(raw.as_slice())),
                _ => return (raw, Some(Cut::Encoded(layer.chars().take(40).collect()))),
            };
            raw = out;
            // What is cut off breaks off here again.
            let is_known = was_cut && matches!(broken, Some(Cut::Broken(_)));
            cut = cut.or(broken.filter(|_| !is_known));
        }
        (raw, cut)
    }

    /// What a decoder gives, up to the limits.
    fn inflated(&self, mut from: impl Read) -> (Vec<u8>, Option<Cut>) {
        let (mut out, mut piece) = (Vec::new(), vec![0; PIECE]);
        loop {
            match from.read(&mut piece) {
                Ok(0) => return (out, None),
                Ok(read) => out.extend_from_slice(&piece[..read]),
                Err(error) => return (out, Some(Cut::Broken(error.to_string()))),
            }
            if exceeds(out.len(), self.one) {
                out.truncate(usize::try_from(self.one).unwrap_or(usize::MAX));
                return (out, Some(Cut::TooLong(self.one)));
            }
        }
    }

    /// The content of a file that is kept compressed, such as `sitemap.xml.gz`.
    pub(super) fn unpacked(&self, body: &[u8]) -> (Vec<u8>, Option<Cut>) {
        let (body, cut) = self.inflated(MultiGzDecoder::new(body));
        self.use_up(&body);
        (body, cut)
    }

    /// Counts what is kept.
    fn use_up(&self, body: &[u8]) {
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.used.fetch_add(length, Ordering::Relaxed);
    }
}

fn exceeds(length: usize, most: u64) -> bool {
    u64::try_from(length).is_ok_and(|length| length > most)
}

/// Whether the two bytes of zlib's header are there (RFC 1950).
fn is_zlib(raw: &[u8]) -> bool {
    raw.len() >= 2 && raw[0] & 0x0f == 8 && (u16::from(raw[0]) << 8 | u16::from(raw[1])) % 31 == 0
}

fn is_timeout(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    matches!(inner, Some(ureq::Error::Timeout(_)))
        || matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}
