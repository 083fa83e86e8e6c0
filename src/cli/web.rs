//! From the arguments of `web` to what is fetched, loaded and read, in this order.
//!
//! **Invariant:** with captures alone no connection is opened.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use baseleak::web::site::{self, Site, WebError};
use baseleak::web::{Receiver, browser, har};

use super::args::{ReadOptions, WebArgs};
use super::complaint::{Advised, warn};

/// What there is to read.
#[derive(Debug)]
pub(crate) struct Sources {
    site: Option<Site>,
    urls: Vec<String>,
    browser: Option<browser::Settings>,
    captures: Vec<PathBuf>,
    began: Instant,
    time: Duration,
}

impl Sources {
    /// What the arguments ask for.
    ///
    /// # Errors
    /// Where an address is none, or an option has no meaning here.
    pub(crate) fn new(args: &WebArgs, began: Instant) -> Result<Self> {
        refuse(&args.options.read)?;
        if args.urls.is_empty() && args.har.is_empty() {
            let hint = "name a page, such as https://example.com/, or a capture with --har FILE";
            return Err(Advised::new("no page and no capture was named", hint).into());
        }
        let settings = settings(args);
        let time = settings.total_time;
        let site = if args.urls.is_empty() { None } else { Some(Site::new(settings).map_err(advised)?) };
        let browser = args.browser.then(|| browser::Settings {
            allow_private: args.allow_private,
            include_origins: args.include_origin.clone(),
            user_agent: args.user_agent.clone(),
            ..browser::Settings::default()
        });
        let urls: BTreeSet<&String> = args.urls.iter().collect();
        let urls = urls.into_iter().cloned().collect();
        Ok(Self { site, urls, browser, captures: args.har.clone(), began, time })
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// Where nothing of one of them can be read at all.
    pub(crate) fn read(mut self, receiver: &mut dyn Receiver) -> Result<()> {
        // A capture that is none is told of before anybody waits for a site.
        for capture in &self.captures {
            read_capture(capture, receiver)?;
        }
        if let Some(site) = self.site.take() {
            if let Some(warning) = site.warning() {
                warn(warning);
            }
            site.run(receiver).map_err(advised)?;
        }
        if let Some(settings) = self.browser.take() {
            self.load(settings, receiver)?;
        }
        Ok(())
    }

    /// Has the browser load the pages, as far as there is time left.
    fn load(&self, settings: browser::Settings, receiver: &mut dyn Receiver) -> Result<()> {
        let total_time = self.time.saturating_sub(self.began.elapsed());
        let settings = browser::Settings { total_time, ..settings };
        let summary = browser::load(&self.urls, &settings, receiver).map_err(|error| {
            let advice = Advised::new("cannot load the pages in a browser", error.hint());
            anyhow::Error::new(error).context(advice)
        })?;
        summary.notes.iter().for_each(|note| warn(note));
        Ok(())
    }
}

/// What is fetched, and how much of it.
fn settings(args: &WebArgs) -> site::Settings {
    let mut settings = site::Settings {
        urls: args.urls.clone(),
        include_origins: args.include_origin.clone(),
        crawl: args.crawl,
        ignore_robots: args.ignore_robots,
        allow_private: args.allow_private,
        ..site::Settings::default()
    };
    settings.depth = args.depth.unwrap_or(settings.depth);
    settings.documents = args.max_documents.unwrap_or(settings.documents);
    settings.document_bytes = args.max_size.unwrap_or(settings.document_bytes);
    settings.total_bytes = settings.total_bytes.max(settings.document_bytes);
    settings.total_time = args.time_limit.unwrap_or(settings.total_time);
    settings.rate = args.rate.unwrap_or(settings.rate);
    if let Some(agent) = &args.user_agent {
        settings.user_agent.clone_from(agent);
    }
    settings
}

/// Refuses what chooses files.
fn refuse(read: &ReadOptions) -> Result<()> {
    let given = [
        ("--include", !read.include.is_empty()),
        ("--exclude", !read.exclude.is_empty()),
        ("--max-file-size", read.max_file_size.is_some()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((option, _)) => {
            let what = format!("{option} chooses files, and `web` reads addresses");
            let hint =
                "leave it out; --max-size is for documents, and entries of the configuration settle findings";
            Err(Advised::new(what, hint).into())
        }
    }
}

fn read_capture(capture: &Path, receiver: &mut dyn Receiver) -> Result<()> {
    let name = capture.display().to_string();
    let what = || Advised::new(format!("cannot use {name} as a capture"), HAR);
    if name == "-" {
        let hint = "write the capture to a file, and name that";
        return Err(Advised::new("a capture is not read from standard input", hint).into());
    }
    let mut file = File::open(capture).with_context(what)?;
    let mut head = Vec::new();
    file.by_ref().take(2).read_to_end(&mut head).with_context(what)?;
    if head == [0x1f, 0x8b] {
        let what = format!("cannot use {name} as a capture: it is compressed with gzip");
        return Err(Advised::new(what, "decompress it first, as with gunzip").into());
    }
    let summary = har::read(&name, Cursor::new(head).chain(file), receiver).with_context(what)?;
    if summary.entries == 0 {
        receiver.skipped(&name, "the capture holds no request");
    }
    summary.notes().iter().for_each(|note| warn(&format!("{name}: {note}")));
    Ok(())
}

/// What to do about a capture that is none.
const HAR: &str = "save it from the network view of a browser's developer tools, as HAR with sensitive data";

fn advised(error: WebError) -> anyhow::Error {
    let advice = Advised::new("cannot fetch the pages", error.hint());
    anyhow::Error::new(error).context(advice)
}
