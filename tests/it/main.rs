//! The integration tests: one binary, one module for each feature.

// The other runners have other shells; .github/workflows/ci.yml uses the action there.
#[cfg(target_os = "linux")]
mod action;
mod agent;
mod agent_settings;
mod architecture;
mod audit;
#[cfg(feature = "archives")]
mod baseline;
#[cfg(unix)]
mod browser;
mod bulk;
mod cache;
#[cfg(feature = "archives")]
mod carriers;
mod cli_docs;
mod compare;
mod contexts;
mod damage;
mod decoys;
mod docs_links;
mod encodings;
mod formats;
mod formats_gitlab;
#[cfg(feature = "archives")]
mod formats_sarif;
#[cfg(unix)]
mod framework;
mod generate;
mod history;
#[cfg(unix)]
mod hooks;
#[cfg(unix)]
mod html;
mod keys;
mod library;
mod limits;
#[cfg(feature = "archives")]
mod ocr;
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
#[expect(dead_code, reason = "the bench `ocr` asks for more than the tests do")]
mod screens;
mod screenshots;
mod server;
mod shape;
mod staged;
mod submodules;
mod suppress;
mod verify;
mod versions;
mod web;
