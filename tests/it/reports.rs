//! The forms of a report as others read them, and while a scan goes on.

mod csv;
mod github;
mod junit;
pub(crate) mod python;
mod stream;
