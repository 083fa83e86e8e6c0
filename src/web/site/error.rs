//! Why nothing can be fetched at all.
//!
//! What goes wrong with a single address is none of these: the receiver is told of it.

/// Why fetching a front end cannot begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// No address.
    #[error("no address of a page was given")]
    NoAddress,
    /// It is no address.
    #[error("{address:?} is not an address of a page: {why}")]
    Malformed {
        /// As it was given, without what may hold a secret.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// It has no scheme: whether it is meant with TLS is for the user to say.
    #[error("{address:?} does not say how it is reached")]
    NoScheme {
        /// As it was given, without what may hold a secret.
        address: String,
    },
    /// It is an address of another kind.
    #[error("{address:?} is not an address of a page: only http and https are fetched, not {scheme}")]
    Scheme {
        /// As it was given, without what may hold a secret.
        address: String,
        /// The scheme it has.
        scheme: String,
    },
    /// It holds a user name or a password.
    #[error("the address of {host} holds a user name or a password, and credentials are never sent")]
    Credentials {
        /// The host.
        host: String,
    },
    /// It is a host of Baseten's.
    #[error("{host} is a host of Baseten's, and nothing is sent to Baseten")]
    Baseten {
        /// The host.
        host: String,
    },
    /// It is no origin.
    #[error("{origin:?} is not an origin: {why}")]
    Origin {
        /// As it was given, without what may hold a secret.
        origin: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The environment names a proxy that is none.
    #[error("the environment variable {variable} names a proxy that is no address")]
    Proxy {
        /// The variable; its value may hold a password.
        variable: &'static str,
    },
    /// It cannot stand in a header.
    #[error("the user agent may hold visible ASCII characters and blanks only")]
    UserAgent,
}

impl WebError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoAddress => "name one or more pages, such as https://example.com/",
            Self::Malformed { .. } | Self::Scheme { .. } => {
                "write the address as a browser shows it, such as https://example.com/app"
            }
            Self::NoScheme { .. } => "write https:// before it, or http:// where it has no TLS",
            Self::Credentials { .. } => {
                "take what stands before the @ out of the address; a page that needs a login can be \
                 captured by a browser and read with --har"
            }
            Self::Baseten { .. } => "name the page of your own that calls it",
            Self::Origin { .. } => {
                "write https://cdn.example.com, cdn.example.com:8443, or *.example.com for all names below"
            }
            Self::Proxy { .. } => "write it as http://proxy.example:3128, or empty the variable",
            Self::UserAgent => "write something like example-audit/1.0 (+https://example.com/audit)",
        }
    }
}
