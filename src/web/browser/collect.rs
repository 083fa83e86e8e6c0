//! What a page has become when it is done: its documents as they stand, and what it keeps.
//!
//! The browser itself is asked and no script is run, so that a page cannot answer for it.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::Exchange;
use super::super::devtools::{text, with_fragment, without_fragment};
use super::page::Visit;
use super::wire::Ended;

/// How long each answer may take: the page may be busy.
const ANSWER: Duration = Duration::from_secs(5);
/// Most frames of a page that are looked at.
const FRAMES: usize = 200;

/// What was collected, in the order of the frames.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) exchanges: Vec<Exchange>,
}

/// Collects from the page and all its frames that are of the site.
pub(super) fn collect(visit: &mut Visit<'_>) -> Result<Kept, Ended> {
    let mut kept = Kept::default();
    let (mut held, most) = (0, visit.rules.settings.page_bytes);
    for session in visit.documents.clone() {
        for (node, address) in documents(visit, &session)? {
            let addresses = with_fragment(&address).into_iter().collect();
            let address = without_fragment(&address).to_owned();
            if !visit.is_own(&address) {
                continue;
            }
            if held > most {
                visit.skip_page(&format!("its scripts made documents of more than {most} bytes of it"));
                return Ok(kept);
            }
            let params = json!({ "backendNodeId": node, "includeShadowDOM": true });
            let html = ask(visit, &session, "DOM.getOuterHTML", params)?;
            let body = text(&html, "/result/outerHTML").as_bytes().to_vec();
            held += body.len() as u64;
            let stored = stored(visit, &session, &address)?;
            let page = visit.page.as_str();
            let via = if address == page { Vec::new() } else { vec![page.to_owned()] };
            let method = "DOM".to_owned();
            let exchange = Exchange { address, addresses, via, method, ..Exchange::default() };
            kept.exchanges.push(Exchange { body, stored, ..exchange });
        }
    }
    let cookies = cookies(visit)?;
    if let Some(first) = kept.exchanges.first_mut() {
        first.stored.extend(cookies);
    } else if !cookies.is_empty() {
        let (address, method) = (visit.page.as_str().to_owned(), "DOM".to_owned());
        kept.exchanges.push(Exchange { address, method, stored: cookies, ..Exchange::default() });
    }
    Ok(kept)
}

/// Asks, and tells of a page that does not answer, unless what was asked is gone.
fn ask(visit: &mut Visit<'_>, session: &str, method: &str, params: Value) -> Result<Value, Ended> {
    let answer = visit.call(session, method, params, ANSWER)?;
    if answer.is_null() && visit.documents.iter().any(|held| held == session) {
        visit.skip_page("it does not say what it has become");
    }
    Ok(answer)
}

/// The documents of a target, those of frames within that have no target of their own as well:
/// number and address. Whole trees are not asked for, being as deep as a page makes them.
fn documents(visit: &mut Visit<'_>, session: &str) -> Result<Vec<(u64, String)>, Ended> {
    let mut found = Vec::new();
    let mut add = |node: &Value| {
        if let (Some(number), Some(address)) = (node["backendNodeId"].as_u64(), node["documentURL"].as_str())
        {
            found.push((number, address.to_owned()));
        }
    };
    let root = ask(visit, session, "DOM.getDocument", json!({ "depth": 0 }))?;
    add(&root["result"]["root"]);
    let tree = ask(visit, session, "Page.getFrameTree", json!({}))?;
    let mut waiting: Vec<&Value> = vec![&tree["result"]["frameTree"]];
    let mut frames = Vec::new();
    while let Some(branch) = waiting.pop() {
        for child in branch["childFrames"].as_array().into_iter().flatten() {
            frames.push(text(child, "/frame/id").to_owned());
            waiting.push(child);
        }
    }
    if frames.len() > FRAMES {
        visit.skip_page(&format!("it has {} frames, of which {FRAMES} were looked at", frames.len()));
    }
    for frame in frames.into_iter().take(FRAMES) {
        let owner = ask(visit, session, "DOM.getFrameOwner", json!({ "frameId": frame }))?;
        let node = &owner["result"]["backendNodeId"];
        let params = json!({ "backendNodeId": node, "depth": 0, "pierce": true });
        let described = ask(visit, session, "DOM.describeNode", params)?;
        add(&described["result"]["node"]["contentDocument"]);
    }
    Ok(found)
}

/// What the origin of a document keeps in the browser.
fn stored(visit: &mut Visit<'_>, session: &str, address: &str) -> Result<Vec<(String, String)>, Ended> {
    let Ok(url) = url::Url::parse(address) else { return Ok(Vec::new()) };
    let origin = url.origin().ascii_serialization();
    let mut stored = Vec::new();
    for (what, is_local) in [("local storage", true), ("session storage", false)] {
        let id = json!({ "securityOrigin": origin, "isLocalStorage": is_local });
        let answer = ask(visit, session, "DOMStorage.getDOMStorageItems", json!({ "storageId": id }))?;
        for entry in answer["result"]["entries"].as_array().into_iter().flatten() {
            let (name, value) = (text(entry, "/0"), text(entry, "/1"));
            stored.push((what.to_owned(), format!("{name}={value}")));
        }
    }
    Ok(stored)
}

/// The cookies of the site, those that scripts do not see as well.
fn cookies(visit: &mut Visit<'_>) -> Result<Vec<(String, String)>, Ended> {
    let params = json!({ "browserContextId": visit.context });
    let answer = visit.call("", "Storage.getCookies", params, ANSWER)?;
    let mut cookies = Vec::new();
    for cookie in answer["result"]["cookies"].as_array().into_iter().flatten() {
        let domain = text(cookie, "/domain").trim_start_matches('.');
        let port = visit.page.port().map(|port| format!(":{port}")).unwrap_or_default();
        if visit.is_own(&format!("https://{domain}{port}/")) {
            cookies
                .push(("cookie".to_owned(), format!("{}={}", text(cookie, "/name"), text(cookie, "/value"))));
        }
    }
    Ok(cookies)
}
