//! The integration tests: one binary, one module for each feature.

mod architecture;
mod bulk;
mod cache;
#[cfg(feature = "archives")]
mod carriers;
mod cli_docs;
mod contexts;
mod damage;
mod decoys;
mod encodings;
mod formats;
mod history;
#[cfg(unix)]
mod hooks;
mod keys;
mod limits;
mod pack;
mod prism;
mod recall;
mod revoke;
mod rotate;
mod sandbox;
mod scan;
mod server;
mod shape;
mod staged;
mod submodules;
mod suppress;
mod verify;
