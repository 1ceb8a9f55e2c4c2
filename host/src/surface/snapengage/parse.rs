//! SnapEngage's request: the visitor's address and connection, the page and the chat.

use super::super::{Inbound, Question, bounds, query};
use super::TOKEN;
use crate::model::context::Context;
use crate::model::id::{AccountId, PluginId, RequestId};
use crate::model::problem::{Code, Problem};
use std::net::IpAddr;

/// Where SnapEngage's own addresses are, one of which stands for a visitor who gave none.
const OWN: &str = "snapengage.com";

/// Whether the visitor gave an e-mail address.
pub(super) fn has_address(inbound: &Inbound<'_>) -> bool {
    query::pairs(inbound.query)
        .flatten()
        .any(|(name, value)| name == "email" && is_somebodys(value.trim()))
}

fn is_somebodys(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(who, at)| {
        let own = at.eq_ignore_ascii_case(OWN);
        !who.is_empty() && at.contains('.') && !own && !address.contains(char::is_whitespace)
    })
}

/// Reads what is asked. What the address has beside SnapEngage's own names was typed in by its
/// administrator.
///
/// # Errors
/// `request.*` with the field at fault.
pub(super) fn question(
    inbound: &Inbound<'_>,
    account: AccountId,
    request_id: RequestId,
) -> Result<Question, Problem> {
    let mut context = Context::empty("snapengage", account, request_id);
    "chat".clone_into(&mut context.view);
    let mut seen = Vec::new();
    for pair in query::pairs(inbound.query) {
        let (name, value) = pair?;
        let slot = match name.as_str() {
            "email" => &mut context.email,
            "ip" => &mut context.visitor.ip,
            "url" => &mut context.visitor.page_url,
            "caseId" => &mut context.conversation_id,
            TOKEN => continue,
            _ => {
                bounds::pair(&mut context.params, "params", name, value)?;
                continue;
            }
        };
        *slot = bounds::text(&name, value.trim().to_owned())?;
        if seen.contains(&name) {
            return Err(wrong(&name, "it is given twice"));
        }
        seen.push(name);
    }
    let ip = context.visitor.ip.as_deref();
    if ip.is_some_and(|ip| ip.parse::<IpAddr>().is_err()) {
        return Err(wrong("ip", "it must be an IPv4 or IPv6 address"));
    }
    Ok(Question {
        context,
        plugins: plugin(inbound)?,
        anew: false,
    })
}

/// The plugin that the path names.
fn plugin(inbound: &Inbound<'_>) -> Result<Vec<PluginId>, Problem> {
    let Some(named) = inbound.plugin else {
        return Ok(Vec::new());
    };
    PluginId::parse(named).map(|id| vec![id]).ok_or_else(|| {
        Problem::new(
            Code::RequestUnknownPlugin,
            "A plugin's name is made of a-z, 0-9 and `-`; none is served under this one.",
        )
        .field("plugin")
    })
}

fn wrong(field: &str, why: &str) -> Problem {
    let what = format!("`{field}` cannot be taken: {why}.");
    Problem::new(Code::RequestInvalidField, what).field(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_snapengage_itself_is_nobodys() {
        for (address, somebodys) in [
            ("ada@example.com", true),
            ("ada+chat@mail.example.co.uk", true),
            ("", false),
            ("null", false),
            ("@example.com", false),
            ("ada@", false),
            ("ada@localhost", false),
            ("a da@example.com", false),
            ("nobody@snapengage.com", false),
            ("nobody@SnapEngage.com", false),
        ] {
            assert_eq!(is_somebodys(address), somebodys, "{address}");
        }
    }
}
