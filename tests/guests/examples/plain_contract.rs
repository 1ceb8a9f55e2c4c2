//! Built against the contract itself, without the SDK: no stamp, nothing of ours inside.
guests::bare_card!(
    "../../wit",
    "Plain",
    guests::card_of!(Element::Html("<p>plain</p>".into()))
);
