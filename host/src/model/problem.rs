//! Everything that goes wrong, as one value with a stable code.
//!
//! Two texts, for two readers: `message` may be shown to whoever asked, `detail` is for the log.

use super::id::PluginId;
use std::fmt;

/// One failure: what, where, how much of which limit, and what would mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// Stable; scripts match on it.
    pub code: Code,
    /// One sentence that the asker may read.
    pub message: String,
    /// A clause for the log, with what the asker should not read; empty when there is no more.
    pub detail: String,
    /// Whose call it was.
    pub plugin: Option<PluginId>,
    /// The field at fault, as a path (`blocks[2].data[0].rows`).
    pub field: Option<String>,
    /// What was used of `limit`.
    pub used: Option<u64>,
    /// The limit that was hit.
    pub limit: Option<u64>,
    /// What to write where so that it works.
    pub hint: Option<String>,
    /// Whether the same may succeed later.
    pub retryable: bool,
}

impl Problem {
    /// A problem with its code and the sentence the asker may read.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: String::new(),
            plugin: None,
            field: None,
            used: None,
            limit: None,
            hint: None,
            retryable: false,
        }
    }

    /// Adds what only the log sees.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Names the field at fault.
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says how much was used of which limit.
    pub fn of_limit(mut self, used: u64, limit: u64) -> Self {
        self.used = Some(used);
        self.limit = Some(limit);
        self
    }

    /// Says what would mend it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the plugin.
    pub fn of_plugin(mut self, plugin: &PluginId) -> Self {
        self.plugin = Some(plugin.clone());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if let Some(field) = &self.field {
            write!(f, " (field {field})")?;
        }
        if let (Some(used), Some(limit)) = (self.used, self.limit) {
            write!(f, " (used {used} of {limit})")?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

macro_rules! codes {
    ($($variant:ident = $text:literal, $doc:literal;)*) => {
        /// Every code there is. Codes are stable: scripts and alerts match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// All codes, in the order of `docs/status-codes.md`.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The dotted word that stands in answers, headers and logs.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $text,)*
                }
            }

            /// What it means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Code::$variant => $doc,)*
                }
            }
        }
    };
}

codes! {
    LoadNotWasm = "load.not_wasm", "The file is not WebAssembly.";
    LoadWrongKind = "load.wrong_kind", "The file is a core module, not a component.";
    LoadMalformed = "load.malformed", "The file begins as a component and is not a valid one.";
    LoadPrecompiled = "load.precompiled_forbidden", "The file holds native code; only portable components are taken.";
    LoadTooLarge = "load.too_large", "The file is larger than the limit.";
    LoadNotRegularFile = "load.not_regular_file", "The entry is a link, folder, pipe or device, not a file of its own.";
    LoadBadPath = "load.bad_path", "The file's name is no plugin id, or leads out of the folder.";
    LoadUnreadable = "load.unreadable", "The file could not be read.";
    LoadMissingExport = "load.missing_export", "The component exports no `manifest`, or nothing that can be served.";
    LoadTypeMismatch = "load.type_mismatch", "An import or export has another shape than this host's contract.";
    LoadUnknownImport = "load.unknown_import", "The component imports something this host does not give.";
    LoadFeatureDisabled = "load.feature_disabled", "The component uses a WebAssembly proposal that is switched off.";
    LoadLimit = "load.limit", "The component has more of something than may be compiled.";
    LoadCompileTimeout = "load.compile_timeout", "The component takes longer to compile than the budget allows.";
    LoadCompileMemory = "load.compile_memory", "The component takes more memory to compile than the budget allows.";
    LoadBusy = "load.busy", "Other plugins are being compiled, and enough wait for their turn.";
    LoadCompileFailed = "load.compile_failed", "The component could not be compiled.";
    ManifestInvalid = "manifest.invalid", "The manifest says something that cannot be.";
    GrantInvalid = "grant.invalid", "The grant file has errors.";
    GrantSecretMissing = "grant.secret_missing", "The grant names a secret whose value cannot be read.";
    ConfigInvalid = "config.invalid", "The configuration file has errors.";
    DataLocked = "config.data_locked", "Another process has the data folder.";
    DataForeign = "config.data_foreign", "The data folder holds a database of another program.";
    DataNewer = "config.data_newer", "A later version of the host wrote the data folder.";
    DataDamaged = "config.data_damaged", "The database in the data folder is damaged.";
    DataUnusable = "config.data_unusable", "The data folder cannot be read or written.";
    CallFuelExhausted = "call.fuel_exhausted", "The call used all its fuel.";
    CallDeadlineExceeded = "call.deadline_exceeded", "The call took longer than its deadline.";
    CallMemoryLimit = "call.memory_limit", "The call wanted more memory than its limit.";
    CallStackOverflow = "call.stack_overflow", "The call recursed too deep.";
    CallHandleLimit = "call.handle_limit", "The call held too many handles.";
    CallHostcallQuota = "call.hostcall_quota", "The call made too many calls to the host.";
    CallTrap = "call.trap", "The plugin crashed.";
    CallExit = "call.exit", "The plugin called exit.";
    CallWasiDenied = "call.wasi_denied", "The plugin used a part of WASI that is a stub here.";
    CallPluginError = "call.plugin_error", "The plugin answered with an error of its own.";
    CallBusy = "call.busy", "All places of this plugin are taken.";
    CallHostBug = "call.host_bug", "The host itself failed; please report it.";
    OutputAbi = "output.abi", "The answer breaks the component ABI.";
    OutputInvalidUtf8 = "output.invalid_utf8", "A text in the answer is not UTF-8.";
    OutputTooLarge = "output.too_large", "The answer has more bytes than its limit.";
    OutputLimit = "output.limit", "The answer has more of something than its limit.";
    OutputInvalid = "output.invalid", "The answer says something that cannot be.";
    OutputBadUrl = "output.bad_url", "A link in the answer was left out: it is not one an agent should follow.";
    OutputHtmlCleaned = "output.html_cleaned", "Markup in the answer was left out: it is none that an agent is shown.";
    HttpDenied = "http.denied", "The plugin asked for an address that its grant does not allow.";
    HttpDns = "http.dns", "The name the plugin asked for does not resolve.";
    HttpConnect = "http.connect", "The server the plugin asked for does not answer.";
    HttpTls = "http.tls", "The server the plugin asked for could not be trusted.";
    HttpTimeout = "http.timeout", "The server the plugin asked for was too slow.";
    HttpTooLarge = "http.too_large", "A request's or answer's body has more bytes than its limit.";
    HttpQuota = "http.quota", "The call's budget of HTTP requests or bytes is used up.";
    HttpProtocol = "http.protocol", "The server's answer is not HTTP, or broke off.";
    HttpOther = "http.other", "The request failed in another way.";
    StoreConflict = "store.conflict", "A value that the call had read was changed by another call before it ended.";
    StoreQuota = "store.quota", "The plugin's values take more room than they may.";
    StoreUnavailable = "store.unavailable", "The storage of the plugin's values does not answer.";
    EventQuota = "event.quota", "A plugin has as many deliveries waiting as it may have.";
    EventStorageFull = "event.storage_full", "The disk has no room for another event.";
    EventStorageFailed = "event.storage_failed", "The storage of events does not answer.";
    EventUnavailable = "event.unavailable", "This host keeps no events.";
    EventUnknownDelivery = "event.unknown_delivery", "No delivery has this id.";
    EventRetry = "event.retry", "The plugin wants the event again after a pause.";
    EventGiveUp = "event.give_up", "The plugin gave the event up.";
    EventFailed = "event.failed", "The plugin could not deal with the event.";
    EventInterrupted = "event.interrupted", "The host ended while the plugin had the event.";
    EventPoison = "event.poison", "The host ended twice while the plugin had the event; it was set aside.";
    RequestMalformed = "request.malformed", "The query or body cannot be read.";
    RequestInvalidField = "request.invalid_field", "A field of the request has a value that cannot be.";
    RequestUnknownView = "request.unknown_view", "No desk and no plugin has a view of this name.";
    RequestUnknownPlugin = "request.unknown_plugin", "No plugin of this name is served.";
    RequestUnknownAction = "request.unknown_action", "The plugin has no action of this name.";
    RequestUnknownRecording = "request.unknown_recording", "No recording has this id.";
    RequestActionUsed = "request.action_used", "The button was pressed already, with something else filled in.";
    RequestTooLarge = "request.too_large", "The request has more bytes than its limit.";
    RequestUnsupportedMedia = "request.unsupported_media", "The body is of another media type than this address takes.";
    RequestNotFound = "request.not_found", "Nothing is served at this address.";
    RequestMethod = "request.method_not_allowed", "This address does not answer this method.";
    RequestTimeout = "request.timeout", "The request did not arrive in time.";
    AuthRequired = "auth.required", "The request carries no credential.";
    AuthDenied = "auth.denied", "The credential is not one of this door's.";
    AuthSignatureMissing = "auth.signature_missing", "The request is not signed, or a part of its signature is not there.";
    AuthSignatureMalformed = "auth.signature_malformed", "The signature, or the time it was made at, is not written as this door reads it.";
    AuthSignatureExpired = "auth.signature_expired", "The request was signed too long before or after now.";
    AuthSessionExpired = "auth.session_expired", "The page has been open for longer than its session lasts.";
    AuthScope = "auth.scope", "The session may show cards and press no buttons.";
    AuthActionInvalid = "auth.action_invalid", "The button is not one that this host made for this context.";
    AuthActionExpired = "auth.action_expired", "The button was made too long ago.";
    AuthAccountMismatch = "auth.account_mismatch", "The request names another account than its credential.";
    AuthForeignOrigin = "auth.foreign_origin", "The request comes from a page, or goes to a name, that this door does not know.";
    AuthConfirmationRequired = "auth.confirmation_required", "No human has confirmed what an AI agent wants to press.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_dotted_and_different() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let (family, rest) = code.as_str().split_once('.').expect("a dot");
            assert!(
                !family.is_empty() && !rest.is_empty() && !rest.contains('.'),
                "{code}"
            );
            assert!(seen.insert(code.as_str()), "{code} twice");
            assert!(code.meaning().ends_with('.'), "{code}");
        }
    }

    #[test]
    fn a_problem_reads_as_code_sentence_field_and_limit() {
        let problem = Problem::new(Code::OutputLimit, "The card has too many blocks.")
            .field("blocks")
            .of_limit(40, 32);
        assert_eq!(
            problem.to_string(),
            "output.limit: The card has too many blocks. (field blocks) (used 40 of 32)"
        );
    }
}
