//! `baseleak scan` and `baseleak rules` from outside: arguments and files in,
//! exit code, report and messages out.

mod codes;
mod config;
mod ignored;
mod large;
mod output;
mod paths;
mod report;
mod rules;
mod secrecy;
#[cfg(unix)]
mod special;
