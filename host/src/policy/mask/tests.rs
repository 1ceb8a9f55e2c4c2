//! What is replaced and what is left, in every way in which texts write it.

use super::*;
use crate::model::context::Context;

/// A mask that knows Ada, José and the agent Sam.
fn known() -> Mask {
    let mut mask = Mask::default();
    mask.know_person(
        Some("Ada Lovelace"),
        Some("Ada@Example.com"),
        Some("+46 70-123 45 67"),
    );
    mask.know_person(Some("José Li"), Some("o'neill+x@shop.example"), None);
    mask.know_address("203.0.113.9");
    mask
}

fn masked(text: &str) -> String {
    let mut text = text.to_owned();
    known().text(&mut text);
    text
}

#[test]
fn what_is_known_is_replaced_in_every_spelling() {
    for (text, with) in [
        // Addresses.
        ("ada@example.com", "person1@masked.example"),
        ("<ADA@EXAMPLE.COM>", "<PERSON1@MASKED.EXAMPLE>"),
        (
            "?email=ada%40example.com&x=1",
            "?email=person1%40masked.example&x=1",
        ),
        ("q%3Dada%40example%2Ecom", "q%3Dperson1%40masked%2Eexample"),
        (r#""\nada@example.com""#, r#""\nperson1@masked.example""#),
        ("o%27neill%2Bx%40shop.example", "person2%40masked.example"),
        // Names, each word for itself.
        ("Hello Ada!", "Hello Namea!"),
        ("ada_lovelace", "namea_nameb"),
        ("LOVELACE, ADA", "NAMEB, NAMEA"),
        ("name=Ada%20Lovelace", "name=Namea%20Nameb"),
        (r#"{"name":"\tAda"}"#, r#"{"name":"\tNamea"}"#),
        (r#"{"name":"Jos\u00E9"}"#, r#"{"name":"Namec"}"#),
        ("Jos%C3%A9 and JOSÉ", "Namec and NAMEC"),
        // Numbers.
        ("+46701234567", "+15500000001"),
        ("tel:%2B46701234567", "tel:%2B15500000001"),
        ("46 (70) 123-45-67.", "15 (50) 000-00-01."),
        (r#"{"phone":46701234567}"#, r#"{"phone":15500000001}"#),
        // An address of the network.
        ("from 203.0.113.9:80", "from 192.0.2.1:80"),
    ] {
        assert_eq!(masked(text), with, "{text}");
    }
}

#[test]
fn what_looks_like_an_address_or_a_number_is_replaced_though_nobody_knows_it() {
    for (text, with) in [
        ("grace@navy.example", "person3@masked.example"),
        ("ada.private@home.example", "person3@masked.example"),
        (
            "cc: grace@navy.example, grace%40navy.example",
            "cc: person3@masked.example, person3%40masked.example",
        ),
        ("call +1 (202) 555-0143 now", "call +1 (550) 000-0002 now"),
        (r"\n+12025550143", r"\n+15500000002"),
        ("+46701234567 10010010", "+15500000001 10010010"),
        (
            "https://x.example/?to=%2B12025550143",
            "https://x.example/?to=%2B15500000002",
        ),
        (
            "a@b.co and a@b.co",
            "person3@masked.example and person3@masked.example",
        ),
    ] {
        assert_eq!(masked(text), with, "{text}");
    }
}

#[test]
fn everything_else_is_left() {
    for text in [
        "",
        "Order 1001 of 2026-11-22T14:25:08+0100",
        "Adam went to Canada",
        "adaptive loveslace",
        "https://crm.example/v1/orders/46701234567890",
        "user@localhost",
        "a @ b.co",
        "@handle and 50% of 1,234,567",
        "+123456",
        "schön 🦀 +x",
        r#"{"id":"01JD8Z","total":"42.00 EUR"}"#,
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn short_names_are_no_names() {
    assert_eq!(
        names::words("Li de la Cruz-Ng O'Neill 田中").collect::<Vec<_>>(),
        ["Cruz", "O'Neill", "田中"]
    );
    assert_eq!(names::stand_in(0), "Namea");
    assert_eq!(names::stand_in(25), "Namez");
    assert_eq!(names::stand_in(26), "Nameaa");
}

#[test]
fn a_context_is_known_by_its_people() {
    let mut mask = Mask::default();
    let mut context = Context::of_view("ticket")
        .email("ada@example.com")
        .contact_name("Ada Lovelace");
    context.agent = Some(Agent {
        id: None,
        name: Some("Sam".into()),
        email: Some("sam@desk.example".into()),
    });
    mask.know_context(&context);
    let mut text = "Sam (sam@desk.example) writes to Ada".to_owned();
    mask.text(&mut text);
    assert_eq!(text, "Namec (person2@masked.example) writes to Namea");
}
