//! Has a browser load a page, and listens.
