//! One file for each command.

pub(super) mod agent;
pub(super) mod audit;
pub(super) mod baseline;
pub(super) mod clean;
pub(super) mod compare;
pub(super) mod doctor;
pub(super) mod explain;
pub(super) mod framework;
pub(super) mod generate;
pub(super) mod history;
pub(super) mod hook;
pub(super) mod keys;
pub(super) mod revoke;
pub(super) mod rotate;
pub(super) mod rules;
pub(super) mod scan;
pub(super) mod staged;
pub(super) mod verify;
pub(super) mod web;
