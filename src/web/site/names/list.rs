//! The addresses that one document names, each once.

use std::collections::HashMap;

use url::Url;

use super::data::{self, Embedded};
use crate::web::site::scope;

/// Most addresses of one document.
const MOST: usize = 20_000;

/// Most documents inside one document.
const MOST_EMBEDDED: usize = 1_000;

/// Longest text that is taken for an address, `data:` excepted.
const LONGEST: usize = 4 << 10;

/// What an address is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::web::site) enum Role {
    /// HTML.
    Page,
    /// JavaScript.
    Script,
    /// CSS.
    Style,
    /// The manifest of a web application.
    Manifest,
    /// JSON that tells nothing of its kind.
    Json,
    /// A source map.
    Map,
    /// A sitemap.
    Sitemap,
    /// Anything else, such as WebAssembly: nothing is looked for in it.
    Other,
}

/// How much an address is needed, the most last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::web::site) enum Need {
    /// It is an image, or another thing that holds no text: never asked for.
    Passive,
    /// It looks like an address: it may be none.
    Guess,
    /// A page that is linked: asked for only where the site is crawled.
    Link,
    /// Code names it, which need not run: it may be missing.
    Named,
    /// Code loads it by its name, as a module or a worker.
    Loaded,
    /// A page cannot be without it.
    Needed,
}

/// An address that a document names.
#[derive(Debug, Clone)]
pub(in crate::web::site) struct Reference {
    pub(in crate::web::site) url: Url,
    pub(in crate::web::site) role: Role,
    pub(in crate::web::site) need: Need,
}

/// What a document names.
#[derive(Debug)]
pub(in crate::web::site) struct List {
    base: Url,
    references: Vec<Reference>,
    places: HashMap<String, usize>,
    pub(in crate::web::site) embedded: Vec<Embedded>,
    /// Whether it names more than is taken.
    pub(in crate::web::site) is_cut: bool,
}

impl List {
    /// Of a document whose addresses are relative to `base`.
    pub(in crate::web::site) fn new(base: Url) -> Self {
        Self { base, references: Vec::new(), places: HashMap::new(), embedded: Vec::new(), is_cut: false }
    }

    /// What relative addresses are relative to.
    pub(in crate::web::site) fn base(&self) -> &Url {
        &self.base
    }

    /// From now on they are relative to `base`.
    pub(super) fn set_base(&mut self, base: Url) {
        self.base = base;
    }

    /// Takes an address as it is written.
    pub(super) fn add(&mut self, written: &str, role: Role, need: Need) {
        let written =
            written.trim_matches(|letter: char| letter.is_ascii_whitespace() || letter.is_control());
        let is_data = written.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
        if is_data {
            self.embed(written, role, need);
        } else if !written.is_empty()
            && written.len() <= LONGEST
            && let Ok(url) = self.base.join(written)
        {
            self.push(url, role, need);
        }
    }

    /// Takes an address; what it is stays as it was first told, the need grows.
    pub(super) fn push(&mut self, url: Url, role: Role, need: Need) {
        let Some(url) = scope::normal(url) else { return };
        if let Some(&place) = self.places.get(url.as_str()) {
            let known = &mut self.references[place];
            if known.need == Need::Passive {
                known.role = role;
            }
            known.need = known.need.max(need);
        } else if self.references.len() == MOST {
            self.is_cut = true;
        } else {
            self.places.insert(url.as_str().to_owned(), self.references.len());
            self.references.push(Reference { url, role, need });
        }
    }

    /// How many addresses there are.
    pub(super) fn len(&self) -> usize {
        self.references.len()
    }

    /// Whether an address is among them, and more than a guess.
    pub(super) fn is_certain(&self, url: &Url) -> bool {
        self.places.get(url.as_str()).is_some_and(|&place| self.references[place].need > Need::Guess)
    }

    /// Whether an address of this role is among them.
    pub(in crate::web::site) fn has(&self, wanted: Role) -> bool {
        self.references.iter().any(|reference| reference.role == wanted)
            || self.embedded.iter().any(|embedded| embedded.role == wanted)
    }

    /// The scripts that are certain, to tell where a site keeps them.
    pub(super) fn scripts(&self) -> Vec<Url> {
        let certain = self.references.iter().filter(|reference| reference.need >= Need::Named);
        let scripts = certain.filter(|reference| reference.role == Role::Script);
        scripts.take(64).map(|reference| reference.url.clone()).collect()
    }

    /// Takes out the maps that are only guessed.
    pub(in crate::web::site) fn drop_guessed_maps(&mut self) {
        self.references.retain(|reference| reference.role != Role::Map || reference.need != Need::Guess);
        self.places.clear();
    }

    /// The addresses, in the order in which they stand.
    pub(in crate::web::site) fn into_references(self) -> Vec<Reference> {
        self.references
    }

    /// A document that is written into this one.
    fn embed(&mut self, written: &str, role: Role, need: Need) {
        if need == Need::Passive {
            return;
        }
        if self.embedded.len() == MOST_EMBEDDED {
            self.is_cut = true;
        } else if let Some(embedded) = data::read(written, role) {
            self.embedded.push(embedded);
        }
    }
}
