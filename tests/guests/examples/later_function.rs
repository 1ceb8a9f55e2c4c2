//! Built against 0.1.1, and calls a function that 0.1.0 has not.
guests::bare_card!(
    "wit/patch",
    "Function",
    guests::card_of!(Element::Html(format!("<p>{} requests</p>", http::used())))
);
