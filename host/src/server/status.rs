//! The only table of statuses. Exhaustive: a new code without a status does not compile.

use crate::model::problem::Code;
use axum::http::StatusCode;

/// The status of an answer that is refused as a whole. A plugin's failure is not one: its code
/// stands inside an answer of 200.
// Several codes a line: one on each would hide the table in its length.
#[rustfmt::skip]
pub(super) fn of(code: Code) -> StatusCode {
    match code {
        Code::RequestMalformed | Code::RequestInvalidField | Code::RequestUnknownView
            => StatusCode::BAD_REQUEST,
        Code::AuthRequired | Code::AuthDenied | Code::AuthSignatureMissing
        | Code::AuthSignatureMalformed | Code::AuthSignatureExpired | Code::AuthSessionExpired
            => StatusCode::UNAUTHORIZED,
        Code::AuthAccountMismatch | Code::AuthScope | Code::AuthActionInvalid
        | Code::AuthActionExpired | Code::AuthForeignOrigin | Code::AuthConfirmationRequired
            => StatusCode::FORBIDDEN,
        Code::RequestActionUsed => StatusCode::CONFLICT,
        Code::RequestUnknownPlugin | Code::RequestUnknownAction | Code::RequestUnknownRecording | Code::RequestNotFound | Code::EventUnknownDelivery
            => StatusCode::NOT_FOUND,
        Code::RequestMethod => StatusCode::METHOD_NOT_ALLOWED,
        Code::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        Code::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::RequestUnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::CallBusy | Code::LoadBusy | Code::EventStorageFailed | Code::EventUnavailable
            => StatusCode::SERVICE_UNAVAILABLE,
        Code::EventQuota => StatusCode::TOO_MANY_REQUESTS,
        Code::EventStorageFull => StatusCode::INSUFFICIENT_STORAGE,
        // What an operator asked to be loaded again, and cannot be.
        Code::LoadNotWasm | Code::LoadWrongKind | Code::LoadMalformed | Code::LoadPrecompiled
        | Code::LoadTooLarge | Code::LoadNotRegularFile | Code::LoadBadPath
        | Code::LoadUnreadable | Code::LoadMissingExport | Code::LoadTypeMismatch
        | Code::LoadUnknownImport | Code::LoadFeatureDisabled | Code::LoadLimit
        | Code::LoadCompileTimeout | Code::LoadCompileMemory | Code::LoadCompileFailed
        | Code::ManifestInvalid
        | Code::GrantInvalid | Code::GrantSecretMissing => StatusCode::UNPROCESSABLE_ENTITY,
        Code::ConfigInvalid
        | Code::DataLocked | Code::DataForeign | Code::DataNewer | Code::DataDamaged
        | Code::DataUnusable
        | Code::EventInterrupted | Code::EventPoison
        | Code::CallFuelExhausted | Code::CallDeadlineExceeded | Code::CallMemoryLimit
        | Code::CallStackOverflow | Code::CallHandleLimit | Code::CallHostcallQuota
        | Code::CallTrap | Code::CallExit | Code::CallWasiDenied | Code::CallPluginError
        | Code::CallHostBug
        | Code::OutputAbi | Code::OutputInvalidUtf8 | Code::OutputTooLarge | Code::OutputLimit
        | Code::OutputInvalid | Code::OutputBadUrl
        | Code::OutputHtmlCleaned
        | Code::HttpDenied | Code::HttpDns | Code::HttpConnect | Code::HttpTls
        | Code::HttpTimeout | Code::HttpTooLarge | Code::HttpQuota | Code::HttpProtocol
        | Code::HttpOther
        | Code::StoreConflict | Code::StoreQuota | Code::StoreUnavailable
        | Code::EventRetry | Code::EventGiveUp | Code::EventFailed
            => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
