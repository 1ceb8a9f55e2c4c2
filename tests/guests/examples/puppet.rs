//! Shows the card that a server of the test's gives it, and does what that server says when one of
//! its buttons is pressed. The settings say where the server is and which puppet this one is.
use serde_json::{Value, json};
use sidepane_sdk::action::{Assignee, Command, OtherCommand};
use sidepane_sdk::card::{AccordionElement, Element, Link, OtherElement};
use sidepane_sdk::{
    Accordion, Action, ActionPlugin, ActionResult, Actions, Block, Button, Card, CardPlugin, Cell,
    Confirm, Context, Error, Field, Manifest, Plugin, Row, Table, http, manifest, settings,
};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        // The test writes another number over the one in the name, so that puppets can be told apart.
        Manifest::new("Puppet 00", "1.0.0")
            .setting(Field::text("puppet", "Which one this is").required())
            .setting(Field::url("server", "Where its strings are held").required())
            .host(manifest::Host::new("http://*", "To be told what to show.").methods(["POST"]))
            .action("press", "Tells the server that it was pressed.")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let asked = json!({
            "email": context.email,
            "view": context.view,
            "agent": context.agent.and_then(|agent| agent.name),
        });
        let told = ask("render", &asked)?;
        Ok(match &told["card"] {
            Value::Null => None,
            given => Some(card(given)),
        })
    }
}

impl ActionPlugin for Guest {
    fn actions() -> Actions {
        Actions::new().on("press", press)
    }
}

sidepane_sdk::export!(Guest: card, action);

fn press(action: Action) -> Result<ActionResult, Error> {
    let fields: Vec<Value> = action
        .fields
        .iter()
        .map(|(name, value)| json!([name, value]))
        .collect();
    let pressed = json!({"action": action.id, "value": action.value, "fields": fields});
    let told = ask("press", &pressed)?;
    let mut result = ActionResult::done();
    result.message = maybe(&told["message"]);
    if !told["card"].is_null() {
        result = result.card(card(&told["card"]));
    }
    for (name, said) in told["field_errors"].as_object().into_iter().flatten() {
        result = result.field_error(name, text(said));
    }
    for given in list(&told["commands"]) {
        result = result.command(command(given));
    }
    Ok(result)
}

/// Asks the server; what it calls an error is this plugin's own.
fn ask(what: &str, body: &Value) -> Result<Value, Error> {
    let setting = |name: &str| settings::text(name).unwrap_or_default();
    let url = format!("{}/{}/{what}", setting("server"), setting("puppet"));
    let told: Value = http::post(url)
        .json(body)
        .timeout_ms(30_000)
        .send()?
        .success()?
        .json()?;
    match told["error"].as_str() {
        Some(error) => Err(Error::new("as the test wants it").tell(error)),
        None => Ok(told),
    }
}

fn card(given: &Value) -> Card {
    let mut card = Card::new();
    card.contact_name = maybe(&given["contact_name"]);
    card.contact_link = maybe(&given["contact_link"]).map(|url| Link {
        url,
        text: maybe(&given["contact_link_text"]),
    });
    card.cache_s = given["cache_s"].as_u64().map(|seconds| seconds as u32);
    for given in list(&given["blocks"]) {
        for _ in 0..times(given) {
            card = card.block(block(given));
        }
    }
    card
}

fn block(given: &Value) -> Block {
    let mut block = Block::new(text(&given["name"]));
    block.icon = maybe(&given["icon"]);
    for given in list(&given["data"]) {
        for _ in 0..times(given) {
            block = block.element(element(given));
        }
    }
    block
}

/// How often a part is there; once, where nothing is said.
fn times(given: &Value) -> u64 {
    given["times"].as_u64().unwrap_or(1)
}

fn element(given: &Value) -> Element {
    let fold = &given["accordion"];
    if let Some(buttons) = given["actions"].as_array() {
        return Element::Actions(buttons.iter().map(button).collect());
    }
    if !fold.is_null() {
        let mut made = Accordion::new(text(&fold["name"]));
        made.open = fold["open"] == true;
        for given in list(&fold["data"]) {
            made = made.element(folded(given));
        }
        return Element::Accordion(made);
    }
    match folded(given) {
        AccordionElement::List(rows) => Element::List(rows),
        AccordionElement::Table(table) => Element::Table(table),
        AccordionElement::Html(html) => Element::Html(html),
        AccordionElement::Other(other) => Element::Other(other),
    }
}

fn folded(given: &Value) -> AccordionElement {
    if let Some(rows) = given["list"].as_array() {
        return AccordionElement::List(rows.iter().map(row).collect());
    }
    if let Some(html) = given["html"].as_str() {
        return AccordionElement::Html(html.repeat(times(&given["html_times"]) as usize));
    }
    let table = &given["table"];
    if !table.is_null() {
        let headers = list(&table["headers"]).map(text);
        let rows = list(&table["rows"]).map(|row| list(row).map(cell).collect::<Vec<_>>());
        return AccordionElement::Table(Table::new(headers).rows(rows));
    }
    AccordionElement::Other(OtherElement {
        kind: text(&given["other"]),
        text: text(&given["text"]),
        json: "{}".into(),
    })
}

fn row(given: &Value) -> Row {
    let mut row = Row::new(
        text(&given["label"]),
        text(&given["text"]).repeat(times(given) as usize),
    );
    row.url = maybe(&given["url"]);
    row
}

/// A text, or a pair of a text and where it leads.
fn cell(given: &Value) -> Cell {
    match given.as_array() {
        Some(pair) => Cell::new(text(&pair[0])).link(text(&pair[1])),
        None => Cell::new(text(given)),
    }
}

fn button(given: &Value) -> Button {
    let mut button = Button::new("press", text(&given["label"])).value(text(&given["value"]));
    button = match given["style"].as_str() {
        Some("primary") => button.primary(),
        Some("danger") => button.danger(),
        _ => button,
    };
    let question = &given["confirm"];
    if !question.is_null() {
        let mut confirm = Confirm::new(text(&question["title"]), text(&question["button"]));
        confirm.text = maybe(&question["text"]);
        button = button.confirm(confirm);
    }
    for given in list(&given["fields"]) {
        button = button.field(field(given));
    }
    button
}

fn field(given: &Value) -> Field {
    let (name, label) = (text(&given["name"]), text(&given["label"]));
    let choices = || list(&given["choices"]).map(|it| (text(it), text(it)));
    let mut field = match given["type"].as_str() {
        Some("paragraph") => Field::paragraph(name, label),
        Some("number") => Field::number(name, label),
        Some("date") => Field::date(name, label),
        Some("checkbox") => Field::checkbox(name, label),
        Some("select") => Field::select(name, label, choices()),
        Some("multi_select") => Field::multi_select(name, label, choices()),
        _ => Field::text(name, label),
    };
    field.help = maybe(&given["help"]);
    field.default_value = maybe(&given["default"]);
    field.required = given["required"] == true;
    field
}

fn command(given: &Value) -> Command {
    let said = text(&given["text"]);
    match given["type"].as_str() {
        Some("open_url") => Command::OpenUrl(text(&given["url"])),
        Some("copy") => Command::Copy(said),
        Some("insert_draft") => Command::InsertDraft(said),
        Some("add_tags") => Command::AddTags(list(&given["tags"]).map(text).collect()),
        Some("assign") => Command::Assign(Assignee {
            agent: maybe(&given["agent"]),
            group: maybe(&given["group"]),
        }),
        Some("set_status") => Command::SetStatus(text(&given["status"])),
        Some("add_link") => Command::AddLink(Link {
            url: text(&given["url"]),
            text: maybe(&given["text"]),
        }),
        Some("notify") => Command::Notify(said),
        _ => Command::Other(OtherCommand {
            kind: text(&given["type"]),
            text: said,
            json: "{}".into(),
        }),
    }
}

fn list(given: &Value) -> impl Iterator<Item = &Value> {
    given.as_array().into_iter().flatten()
}

fn text(given: &Value) -> String {
    given.as_str().unwrap_or_default().to_owned()
}

fn maybe(given: &Value) -> Option<String> {
    given.as_str().map(str::to_owned)
}
