//! The integration tests: one binary, one module for each feature.

mod architecture;
#[cfg(feature = "archives")]
mod carriers;
mod cli_docs;
mod contexts;
mod decoys;
mod encodings;
mod history;
mod pack;
mod recall;
mod sandbox;
mod scan;
mod shape;
mod staged;
