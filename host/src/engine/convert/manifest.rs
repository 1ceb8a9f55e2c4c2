//! The manifest, on its way out of a plugin. What it says is judged by `catalog::manifest`.

use super::form::field_from_wit;
use crate::model::manifest::{Manifest, ServedAction, WantedHost, WantedSecret};
use sidepane_bindings::exports::manifest as wit;

/// The manifest as the plugin wrote it.
pub(in crate::engine) fn manifest_from_wit(manifest: wit::Manifest) -> Manifest {
    Manifest {
        name: manifest.name,
        version: manifest.version,
        hosts: manifest
            .hosts
            .into_iter()
            .map(|host| WantedHost {
                url: host.url,
                methods: host.methods,
                reason: host.reason,
                secrets: host.secrets,
            })
            .collect(),
        secrets: manifest
            .secrets
            .into_iter()
            .map(|secret| WantedSecret {
                name: secret.name,
                reason: secret.reason,
            })
            .collect(),
        settings: manifest.settings.into_iter().map(field_from_wit).collect(),
        views: manifest.views,
        events: manifest.events,
        actions: manifest
            .actions
            .into_iter()
            .map(|action| ServedAction {
                id: action.id,
                description: action.description,
            })
            .collect(),
        extra: manifest.extra,
    }
}
