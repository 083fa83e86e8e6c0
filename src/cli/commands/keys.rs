//! `baseleak keys`.

use anyhow::{Context as _, Result};
use baseleak::render::json;
use baseleak::verify::keys::{Filter, Log, Order, ambiguous, rows, select, unlisted};

use crate::cli::args::{Format, KeysArgs, Sort};
use crate::cli::complaint::{Advised, warn};
use crate::cli::exit::Exit;
use crate::cli::inventory::Listing;
use crate::cli::output::Output;
use crate::cli::{baseten, verifying};

/// Lists the inventory.
pub(crate) fn run(args: &KeysArgs) -> Result<Exit> {
    let leaks = args.leaked.as_deref().map(verifying::leaked).transpose()?.map(|leaked| leaked.leaks);
    let operator = baseten::operator(&args.baseten)?;
    let client = operator.client();
    let keys = client.api_keys().with_context(|| {
        let hint =
            "a personal key sees its user's keys, and that of an admin, or one that may manage keys, all";
        Advised::new(format!("cannot list the keys with {}", operator.credential.source), hint)
    })?;
    let models = client.models().unwrap_or_else(|error| {
        if keys.iter().any(|key| !key.model_ids.is_empty()) {
            warn(&format!("models are shown by their ids, for their names cannot be had: {error}"));
        }
        Vec::new()
    });
    let log = Log::read(&client, usize::try_from(args.audit_limit).unwrap_or(usize::MAX));
    let all = keys.len();
    let unlisted = leaks.as_ref().map(|leaks| unlisted(&keys, leaks));
    let ambiguous = leaks.as_ref().map(|leaks| ambiguous(&keys, leaks)).unwrap_or_default();
    let filter = Filter {
        category: args.category.as_deref(),
        team: args.team.as_deref(),
        owner: args.owner.as_deref(),
        idle_since: args.unused_since,
    };
    let order = match args.sort {
        Sort::Prefix => Order::Prefix,
        Sort::Name => Order::Name,
        Sort::Category => Order::Category,
        Sort::Team => Order::Team,
        Sort::Owner => Order::Owner,
        Sort::LastAction => Order::LastAction,
    };
    let rows = select(rows(&keys, &models, leaks.as_deref().unwrap_or_default(), &log), &filter, order);
    let listing = Listing { rows: &rows, log: &log, all, unlisted, ambiguous, since: args.unused_since };
    Output::stdout().deliver(|out| match args.format {
        Format::Human => out.write_all(listing.text().as_bytes()),
        Format::Json => json::write_value(&listing.document(), out),
    })?;
    if listing.unknown() > 0 && matches!(args.format, Format::Json) {
        warn(&listing.unknown_text());
    }
    Ok(match (listing.unknown(), listing.leaked()) {
        // What was asked for could not be answered.
        (1.., _) => Exit::NoVerdict,
        (0, 1..) => Exit::Findings,
        (0, 0) => Exit::Clean,
    })
}
