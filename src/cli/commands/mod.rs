//! One file for each command.

pub(super) mod rules;
pub(super) mod scan;
