//! Whom TLS trusts: the system's certificates, and those that a grant names beside them.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use tokio::sync::OnceCell;

/// The largest file of certificates read, in bytes. A system's whole list has some 200 KiB.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Configurations by what they trust. Read when first needed: most hosts start without a plugin
/// that speaks TLS.
#[derive(Debug, Default)]
pub(super) struct Trust {
    system: OnceCell<Arc<RootCertStore>>,
    plain: OnceCell<Arc<ClientConfig>>,
    with_file: Mutex<HashMap<PathBuf, WithFile>>,
}

/// What was made of a grant's file.
#[derive(Debug)]
struct WithFile {
    /// When the file was last changed: a replaced one counts from the next request on.
    changed: Option<SystemTime>,
    config: Arc<ClientConfig>,
}

impl Trust {
    /// What to speak TLS with, trusting `ca_file` beside the system.
    ///
    /// # Errors
    /// A clause naming the file that cannot be used.
    pub(super) async fn config(&self, ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
        let Some(file) = ca_file else {
            let config = self.plain.get_or_try_init(|| async {
                let roots = self.system().await;
                configure((*roots).clone())
            });
            return config.await.cloned();
        };
        let changed = tokio::fs::metadata(file)
            .await
            .and_then(|meta| meta.modified());
        let changed = changed.ok();
        if let Some(known) = self.files().get(file)
            && known.changed == changed
        {
            return Ok(Arc::clone(&known.config));
        }
        let mut roots = (*self.system().await).clone();
        for certificate in read_certificates(file).await? {
            roots
                .add(certificate)
                .map_err(|error| unusable(file, &error))?;
        }
        let config = configure(roots)?;
        let known = WithFile {
            changed,
            config: Arc::clone(&config),
        };
        self.files().insert(file.to_owned(), known);
        Ok(config)
    }

    async fn system(&self) -> Arc<RootCertStore> {
        let load = || async {
            let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
            let mut roots = RootCertStore::empty();
            if let Ok(loaded) = loaded {
                for error in &loaded.errors {
                    tracing::warn!(%error, "some of the system's certificates cannot be read");
                }
                roots.add_parsable_certificates(loaded.certs);
            }
            Arc::new(roots)
        };
        Arc::clone(self.system.get_or_init(load).await)
    }

    fn files(&self) -> MutexGuard<'_, HashMap<PathBuf, WithFile>> {
        self.with_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let size = tokio::fs::metadata(file).await.map(|meta| meta.len());
    let size = size.map_err(|error| unusable(file, &error.kind()))?;
    if size > MAX_FILE_BYTES {
        return Err(unusable(file, &"it is larger than 1 MiB"));
    }
    let pem = tokio::fs::read(file).await;
    let pem = pem.map_err(|error| unusable(file, &error.kind()))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(unusable(file, &"it has no certificate in PEM form"))
        }
        Ok(certificates) => Ok(certificates),
        Err(_) => Err(unusable(file, &"it is no PEM file")),
    }
}

fn unusable(file: &Path, why: &dyn std::fmt::Display) -> String {
    // The file's name alone: plugins see this text, and paths are the operator's.
    let name = file.file_name().unwrap_or(file.as_os_str());
    format!("the grant's ca_file {name:?} cannot be used: {why}")
}

fn configure(roots: RootCertStore) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // A resumed session would tie one plugin's requests to another's.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}
