//! The integration tests: one binary, one module for each feature.

mod architecture;
mod audit;
#[cfg(feature = "archives")]
mod baseline;
mod bulk;
mod cache;
#[cfg(feature = "archives")]
mod carriers;
mod cli_docs;
mod compare;
mod contexts;
mod damage;
mod decoys;
mod encodings;
mod formats;
mod formats_gitlab;
#[cfg(feature = "archives")]
mod formats_sarif;
#[cfg(unix)]
mod generate;
mod history;
#[cfg(unix)]
mod hooks;
#[cfg(unix)]
mod html;
mod keys;
mod limits;
#[cfg(unix)]
mod owner;
mod pack;
mod prism;
mod recall;
mod reports;
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
mod versions;
