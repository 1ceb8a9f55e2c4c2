//! What a person gets who opens `/pane` in a tab without its key: a form that asks for it.
//!
//! A link to the pane, as ImBox's answer has it, carries no credential. The form hands the key over as
//! the address would have had it, and the page then takes it out of the address bar.

use super::super::page::{escape, html};
use super::super::{Reply, query};
use crate::model::problem::Problem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, StatusCode};
use sha2::{Digest, Sha256};

const STYLE: &str = "body { font: 15px/1.5 system-ui, sans-serif; max-width: 24rem; margin: 4rem auto; \
                     padding: 0 1rem; } input, button { font: inherit; }";

/// Whether it is a tab that loads this, and no frame: nobody types a key into another's page.
pub(super) fn in_a_tab(headers: &HeaderMap) -> bool {
    let of = |name: &str| headers.get(name).map(|value| value.as_bytes());
    of("sec-fetch-dest") == Some(b"document")
}

/// The form, with all else of the address in it.
pub(super) fn reply(problem: &Problem, asked: &str) -> Reply {
    let rest: String = query::pairs(asked)
        .flatten()
        .filter(|(name, _)| name != "key")
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
                escape(&name),
                escape(&value)
            )
        })
        .collect();
    let document = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Sidepane</title>\n\
         <style>{STYLE}</style>\n<form action=\"/pane\" method=\"get\">\n<p>This page wants a key, which \
         whoever runs the host can tell you.</p>\n<p><label>Key <input type=\"password\" name=\"key\" \
         autocomplete=\"current-password\" required autofocus></label> <button>Open</button></p>\n\
         {rest}</form>\n<p><small>{}</small></p>\n",
        problem.code
    );
    let style = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    html(StatusCode::UNAUTHORIZED, document, &policy)
}
