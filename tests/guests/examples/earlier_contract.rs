//! Built against a contract whose `element` has one case less.
guests::bare_card!(
    "wit/earlier",
    "Earlier",
    guests::card_of!(Element::Html("<p>old</p>".into()))
);
