//! Built against a contract whose `element` has one case more, and shows it.
guests::bare_card!(
    "wit/later",
    "Later",
    guests::card_of!(Element::Chart(Vec::new()))
);
