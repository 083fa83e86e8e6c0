//! A report as one page for the person who must act: how bad it is, a card for each leaked
//! key, and what the verdict stands on.
//!
//! The page needs no network and no server, is whole without its script, and does not know
//! the time: the same report is the same bytes. It is written card by card; what is held in
//! memory are the numbers of the findings of each key.
//!
//! **Invariant:** no secret is written. Every text of the report is cleaned and escaped on its
//! way in (`text`), and the page forbids itself everything but its own style and script
//! (`policy`), so that a name in a repository stays a name.

mod card;
mod cards;
mod crops;
mod filter;
mod ground;
mod next;
mod place;
mod policy;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod timeline;

use std::io::{self, Write};

use crate::model::Report;
use crops::Crops;
use timeline::Scale;

/// How many cards a browser lays out, shows and hides together: one by one, ten thousand of
/// them make it slow.
const BATCH: usize = 25;

/// Writes `report`. Fails only where `out` does.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let cards = cards::cards(report);
    write_head(crops::has_some(report), out)?;
    summary::write(report, &cards, out)?;
    write_keys(report, &cards, out)?;
    ground::write_settled(report, out)?;
    ground::write_coverage(report, out)?;
    ground::write_rules(report, out)?;
    out.write_all(
        b"</main>\n<footer><p>Secrets are masked in this page. It was made without a network and needs \
          none.</p></footer>\n<script>",
    )?;
    out.write_all(policy::script().as_bytes())?;
    out.write_all(b"</script>\n</body>\n</html>\n")?;
    out.flush()
}

/// Writes the page down to its header, the policy before anything that it governs.
fn write_head(has_images: bool, out: &mut dyn Write) -> io::Result<()> {
    let (style, script) = (policy::style(), policy::script());
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Leaked keys \u{2013} baseleak</title>\n\
         <style>{style}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n",
        policy::policy(&style, &script, has_images)
    )
}

/// Writes a card for each key, with the controls above them.
fn write_keys(report: &Report, cards: &[cards::Card<'_>], out: &mut dyn Write) -> io::Result<()> {
    if cards.is_empty() {
        return Ok(());
    }
    out.write_all(b"<section class=\"keys\" aria-labelledby=\"keys\">\n<h2 id=\"keys\">Leaked keys</h2>\n")?;
    filter::write(report, cards, out)?;
    let scale = Scale::of(report);
    if scale.is_some() {
        out.write_all(
            b"<p class=\"legend\">Timelines, all on one scale: \
              <svg width=\"24\" height=\"10\" aria-hidden=\"true\" focusable=\"false\"><rect class=\"head\" width=\"24\" height=\"10\"/></svg> \
              from the first commit until it was taken out; \
              <svg width=\"24\" height=\"10\" aria-hidden=\"true\" focusable=\"false\"><rect class=\"after\" width=\"24\" height=\"10\"/></svg> \
              not in HEAD, and readable in the history.</p>\n",
        )?;
    }
    let mut crops = Crops::default();
    for (batch, cards) in cards.chunks(BATCH).enumerate() {
        out.write_all(b"<div class=\"batch\">\n")?;
        for (index, card) in cards.iter().enumerate() {
            card::write(card, batch * BATCH + index + 1, report, scale.as_ref(), &mut crops, out)?;
        }
        out.write_all(b"</div>\n")?;
    }
    crops.write_left_out(out)?;
    out.write_all(b"</section>\n")
}
