//! Built against 0.1.1, of which it uses nothing that 0.1.0 has not.
guests::bare_card!(
    "wit/patch",
    "Patch",
    guests::card_of!(Element::Html("<p>new</p>".into()))
);
