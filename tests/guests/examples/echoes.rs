//! Answers with the whole context it was asked with, a row each.
use sidepane_sdk::{Block, Card, CardPlugin, Context, Error, Manifest, Plugin, Row};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Echo", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let fields = [
            ("surface", Some(context.surface)),
            ("view", Some(context.view)),
            ("account", Some(context.account)),
            ("email", context.email),
            ("phone", context.phone),
            ("external_id", context.external_id),
            ("contact_linked", Some(context.contact_linked.to_string())),
            ("ticket_id", context.ticket_id),
            ("contact_id", context.contact_id),
            ("conversation_id", context.conversation_id),
            ("call_id", context.call_id),
            ("ip", context.visitor.ip),
            ("page_url", context.visitor.page_url),
            ("agent", context.agent.and_then(|agent| agent.name)),
            ("locale", context.locale),
            ("time_zone", context.time_zone),
        ];
        let known = fields
            .into_iter()
            .filter_map(|(label, text)| Some((label.to_owned(), text?)));
        let lists = [("attribute", context.attributes), ("param", context.params)];
        let named = lists.into_iter().flat_map(|(list, pairs)| {
            pairs
                .into_iter()
                .map(move |(name, text)| (format!("{list} {name}"), text))
        });
        let rows = known
            .chain(named)
            .map(|(label, text)| Row::new(label, text));
        Ok(Some(Card::new().block(Block::new("Context").list(rows))))
    }
}

sidepane_sdk::export!(Guest: card);
