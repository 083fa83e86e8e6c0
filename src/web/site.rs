//! Fetches a page and what belongs to it.
