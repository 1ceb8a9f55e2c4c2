//! What the card shows of it.

use sidepane_sdk::{Accordion, Block, Context, Row, Table, html};

use crate::crm::{Customer, Note, Order};
use crate::refund;

/// The most buttons that stand side by side.
const BUTTONS: usize = 16;

/// Who it is, and what colleagues noted.
pub(crate) fn customer(context: &Context, customer: &Customer, notes: &[Note]) -> Block {
    let claimed = (!context.contact_linked).then_some("not proven: the visitor gave the address");
    let rows = [
        Some(Row::new("Customer", &customer.id).link(&customer.page)),
        Row::maybe("Identity", claimed),
        Some(Row::new("Tier", &customer.tier)),
        Some(Row::new("Since", &customer.since)),
    ];
    let block = Block::new("Customer")
        .icon("person")
        .list(rows.into_iter().flatten());
    if notes.is_empty() {
        return block;
    }
    let quotes = notes.iter().map(|note| {
        html!(
            "<p>{}<br><small>{}, {}</small></p>",
            note.text,
            note.author,
            note.date
        )
    });
    block.html(quotes.collect::<String>())
}

/// All orders in a table, and the newest ones in detail.
pub(crate) fn orders(orders: &[Order], recent: usize) -> Block {
    let block = Block::new("Orders").icon("receipt_long");
    if orders.is_empty() {
        return block.list([("Orders", "none yet")]);
    }
    let rows = orders.iter().map(|order| {
        [
            order.number.clone(),
            order.date.clone(),
            order.state.clone(),
            order.total(),
        ]
    });
    let table = Table::new(["Order", "Date", "State", "Total"]).rows(rows);
    let details = orders.iter().take(recent).map(details);
    let block = details.fold(block.table(table), Block::accordion);
    let refunds: Vec<_> = orders
        .iter()
        .filter(|order| order.state == "shipped")
        .take(BUTTONS)
        .map(refund::button)
        .collect();
    match refunds.is_empty() {
        true => block,
        false => block.actions(refunds),
    }
}

fn details(order: &Order) -> Accordion {
    let parcel = Row::maybe("Parcel", order.parcel.as_deref());
    let rows = [Some(Row::new("State", &order.state)), parcel];
    let lines = order.lines.iter().map(|line| {
        [
            line.item.clone(),
            line.quantity.to_string(),
            order.money(line.cents),
        ]
    });
    Accordion::new(format!("Order {}", order.number))
        .list(rows.into_iter().flatten())
        .table(Table::new(["Item", "Quantity", "Price"]).rows(lines))
}
