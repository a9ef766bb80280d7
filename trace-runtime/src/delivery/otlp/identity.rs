//! The certificate that a client presents, for mutual TLS.

use crate::config::{RegisterError, Setting};
use std::fmt::Display;
use ureq::tls::{ClientCert, PrivateKey};

/// The PEM files of a certificate and its key, each with the setting that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientIdentity {
    pub(crate) certificate: (Setting, String),
    pub(crate) key: (Setting, String),
}

impl ClientIdentity {
    /// Reads the files for the HTTP client. Fails if they do not belong together, because the client
    /// itself panics then.
    pub(super) fn for_http(&self) -> Result<ClientCert, RegisterError> {
        self.require_pair()?;
        let (setting, path) = &self.certificate;
        let chain = super::http::read_certificates(*setting, path)?;
        let pem = self.read_key()?;
        let key = PrivateKey::from_pem(&pem).map_err(|error| self.unusable_key(&error))?;
        Ok(ClientCert::new_with_certs(&chain, key))
    }

    fn read_key(&self) -> Result<Vec<u8>, RegisterError> {
        let (setting, path) = &self.key;
        read(*setting, path)
    }

    /// The reason is the library's, which never quotes the key.
    fn unusable_key(&self, reason: &dyn Display) -> RegisterError {
        let (setting, path) = self.key.clone();
        RegisterError::Certificate { setting, path, reason: reason.to_string() }
    }
}

#[cfg(feature = "grpc")]
impl ClientIdentity {
    /// Reads the files for the gRPC client.
    pub(super) fn for_grpc(&self) -> Result<tonic::transport::Identity, RegisterError> {
        self.require_pair()?;
        self.read_pair()
    }

    fn read_pair(&self) -> Result<tonic::transport::Identity, RegisterError> {
        let (setting, path) = &self.certificate;
        let certificate = read(*setting, path)?;
        Ok(tonic::transport::Identity::from_pem(certificate, self.read_key()?))
    }

    /// Returns an error unless the key is that of the certificate.
    fn require_pair(&self) -> Result<(), RegisterError> {
        use tonic::transport::{ClientTlsConfig, Endpoint};
        let (setting, path) = &self.certificate;
        super::http::read_certificates(*setting, path)?;
        let tls = ClientTlsConfig::new().with_webpki_roots().identity(self.read_pair()?);
        let built = Endpoint::from_static("https://localhost").tls_config(tls);
        built.map(drop).map_err(|error| self.unusable_key(&innermost(&error)))
    }
}

#[cfg(not(feature = "grpc"))]
impl ClientIdentity {
    /// Does not check the pair: no client of this build presents a certificate.
    fn require_pair(&self) -> Result<(), RegisterError> {
        PrivateKey::from_pem(&self.read_key()?).map(drop).map_err(|error| self.unusable_key(&error))
    }
}

/// Returns the text of the innermost error, which names the cause.
#[cfg(feature = "grpc")]
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Reads a file of a setting.
pub(super) fn read(setting: Setting, path: &str) -> Result<Vec<u8>, RegisterError> {
    std::fs::read(path).map_err(|error| RegisterError::Certificate {
        setting,
        path: path.to_owned(),
        reason: error.to_string(),
    })
}
