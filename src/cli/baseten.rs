//! From the arguments and the environment to Baseten's API: where it is, and with
//! which key of the operator it is asked.
//!
//! Nothing is sent here. What is found in a scanned file is never asked for: the
//! arguments, the environment and the operator's own configuration alone say where.
//!
//! **Invariant:** a host that is not Baseten's is named by an option or a variable.

use anyhow::Result;
use baseleak::baseten::credential::{self, Credential, CredentialError, Wanted};
use baseleak::baseten::{Client, Remote, RemoteError, Transport, Trust};

use super::args::BasetenArgs;
use super::complaint::{Advised, warn};
use super::conceal::transport;

/// The variable that names the remote.
const URL: &str = "BASETEN_REMOTE_URL";
/// Variables of Baseten's own tools that name one of the hosts.
const MANAGEMENT: &str = "BASETEN_MANAGEMENT_API_URL_OVERRIDE";
const INFERENCE: &str = "BASETEN_INFERENCE_BASE_URL_OVERRIDE";

/// Baseten, and perhaps a key of the operator for it.
#[derive(Debug)]
pub(crate) struct Reach {
    pub(crate) transport: Transport,
    pub(crate) remote: Remote,
    pub(crate) credential: Option<Credential>,
}

/// Baseten, and the operator's key for it.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) transport: Transport,
    pub(crate) remote: Remote,
    pub(crate) credential: Credential,
}

impl Operator {
    /// Calls with the operator's key.
    pub(crate) fn client(&self) -> Client<'_> {
        Client::new(&self.transport, &self.remote, self.credential.key.clone())
    }

    /// The public prefix of the operator's key; none of an OAuth token, or of a key
    /// that has none.
    pub(crate) fn prefix(&self) -> Option<String> {
        prefix(&self.credential)
    }
}

impl Reach {
    /// Calls with the operator's key, if there is one.
    pub(crate) fn client(&self) -> Option<Client<'_>> {
        let credential = self.credential.as_ref()?;
        Some(Client::new(&self.transport, &self.remote, credential.key.clone()))
    }
}

/// What stands before the dot of a key.
fn prefix(credential: &Credential) -> Option<String> {
    if credential.is_oauth {
        return None;
    }
    let key = credential.key.expose();
    let dot = key.iter().position(|&byte| byte == b'.')?;
    String::from_utf8(key[..dot].to_vec()).ok().filter(|prefix| !prefix.is_empty())
}

/// Where Baseten is, and the operator's key for it.
///
/// # Errors
/// Where no key is found, or what is named cannot be used.
pub(crate) fn operator(args: &BasetenArgs) -> Result<Operator> {
    let Reach { transport, remote, credential } = reach(args)?;
    let credential = credential.ok_or_else(no_operator)?;
    Ok(Operator { transport, remote, credential })
}

/// Where Baseten is, and the operator's key for it if one is found.
///
/// # Errors
/// Where what is named, or what is there, cannot be used.
pub(crate) fn reach(args: &BasetenArgs) -> Result<Reach> {
    let wanted = Wanted {
        key_file: args.key_file.as_deref(),
        remote: args.remote.as_deref(),
        profile: args.profile.as_deref(),
    };
    let home = std::env::home_dir();
    let credential = credential::find(&wanted, &|name| std::env::var_os(name), home.as_deref());
    let credential = credential.map_err(no_key)?;
    if let Some(credential) = &credential {
        credential.warnings.iter().for_each(|warning| warn(warning));
    }
    let remote = remote(args, credential.as_ref())?;
    let transport = transport()?;
    Ok(Reach { transport, remote, credential })
}

/// The remote: of the option, else the one that goes with the key, else of the
/// environment, else Baseten's own cloud; with the hosts that the environment overrides.
///
/// # Errors
/// Where what is named is no address, or not one to send a key to.
pub(crate) fn remote(args: &BasetenArgs, credential: Option<&Credential>) -> Result<Remote> {
    let of_key = credential.and_then(|credential| {
        let trust = if credential.is_url_from_file { Trust::File } else { Trust::Operator };
        credential.remote_url.clone().map(|url| (url, trust, credential.source.clone()))
    });
    let named = match &args.remote_url {
        Some(url) => Some((url.clone(), Trust::Operator, "--remote-url".to_owned())),
        None if of_key.is_some() => of_key,
        None => variable(URL)?.map(|url| (url, Trust::Operator, URL.to_owned())),
    };
    let mut remote = match named {
        Some((url, trust, place)) => Remote::new(&url, trust).map_err(|error| no_remote(error, &place))?,
        None => Remote::baseten(),
    };
    if let Some(url) = variable(MANAGEMENT)? {
        remote = remote.with_management(&url).map_err(|error| no_remote(error, MANAGEMENT))?;
    }
    if let Some(url) = variable(INFERENCE)? {
        remote = remote.with_inference(&url).map_err(|error| no_remote(error, INFERENCE))?;
    }
    Ok(remote)
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Result<Option<String>> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    let text = value.map(std::ffi::OsString::into_string).transpose();
    text.map_err(|_| anyhow::anyhow!("{name} is not UTF-8 text"))
}

/// That there is no key of the operator.
pub(crate) fn no_operator() -> anyhow::Error {
    let hint = "set BASETEN_API_KEY, name a file with --key-file, or log in with `truss login`";
    Advised::new("this needs a key of yours for Baseten, and none was found", hint).into()
}

/// Why a key cannot be had, with what to do.
pub(crate) fn no_key(error: CredentialError) -> anyhow::Error {
    const WHAT: &str = "cannot get your key for Baseten";
    match error.hint() {
        Some(hint) => anyhow::Error::new(error).context(Advised::new(WHAT, hint)),
        None => anyhow::Error::new(error).context(WHAT),
    }
}

fn no_remote(error: RemoteError, place: &str) -> anyhow::Error {
    let what = format!("cannot tell from {place} where Baseten is");
    let hint = "an address such as https://app.baseten.co, of the option --remote-url or the variable \
                BASETEN_REMOTE_URL";
    anyhow::Error::new(error).context(Advised::new(what, hint))
}
