//! A certificate authority for one test, and certificates by it.
//!
//! Private keys stay in memory; the authority's certificate is a file, for
//! programs that read `SSL_CERT_FILE`. On macOS and Windows programs ask the
//! system instead, which knows nothing of that file.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;

/// What a server needs to speak TLS.
pub(super) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    authority: NamedTempFile,
}

impl Tls {
    /// With a certificate for `name`, a domain or an address, by an authority of its own.
    pub(super) fn of(name: &str) -> Self {
        let authority = authority();
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("the name is one");
        params.distinguished_name.push(DnType::CommonName, "a server of the tests");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &authority).expect("the authority can sign");
        let chain = vec![certificate.der().clone(), authority.der().clone()];
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("the key is written as it should be");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows the usual versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("the key is the certificate's");
        let mut file = tempfile::Builder::new().suffix(".pem").tempfile().expect("a file can be made");
        file.write_all(authority.pem().as_bytes()).expect("the file can be written");
        Self { config: Arc::new(config), authority: file }
    }

    /// The authority's certificate.
    pub(super) fn authority(&self) -> &Path {
        self.authority.path()
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "the authority of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate().expect("a key can be made");
    CertifiedIssuer::self_signed(params, key).expect("a certificate can be made")
}
