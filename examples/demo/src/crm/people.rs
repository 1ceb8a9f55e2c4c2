//! The customers, all of them made up.

use serde::Serialize;

/// One customer. Serialized it is what `GET /v1/customers` answers.
#[derive(Debug, Serialize)]
pub(super) struct Person {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) tier: &'static str,
    pub(super) since: &'static str,
    pub(super) page: &'static str,
    #[serde(skip)]
    pub(super) orders: &'static [Order],
    #[serde(skip)]
    pub(super) notes: &'static [Note],
}

/// One order, newest first in a person's.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Order {
    pub(super) number: &'static str,
    date: &'static str,
    pub(super) state: &'static str,
    currency: &'static str,
    parcel: Option<&'static str>,
    lines: &'static [Line],
}

impl Order {
    /// The order in another state.
    pub(super) fn in_state(self, state: &'static str) -> Self {
        Self { state, ..self }
    }
}

/// One line of an order; `cents` is the price of one piece.
#[derive(Debug, Serialize)]
struct Line {
    item: &'static str,
    quantity: u32,
    cents: u32,
}

/// What a colleague wrote about a customer.
#[derive(Debug, Serialize)]
pub(super) struct Note {
    text: &'static str,
    author: &'static str,
    date: &'static str,
}

/// The customer with this address, in any case.
pub(super) fn by_email(email: &str) -> Option<&'static Person> {
    PEOPLE
        .iter()
        .find(|person| person.email.eq_ignore_ascii_case(email))
}

/// The customer with this id.
pub(super) fn by_id(id: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.id == id)
}

/// The order of this number.
pub(super) fn order(number: &str) -> Option<&'static Order> {
    let mut orders = PEOPLE.iter().flat_map(|person| person.orders);
    orders.find(|order| order.number == number)
}

static PEOPLE: [Person; 4] = [
    Person {
        id: "C-1042",
        name: "Ada Lovelace",
        email: "ada@example.com",
        tier: "gold",
        since: "2019-03-12",
        page: "https://crm.example/customers/C-1042",
        orders: &[
            Order {
                number: "5317",
                date: "2026-11-14",
                state: "shipped",
                currency: "EUR",
                parcel: Some("PN 20 4417 8802 SE"),
                lines: &[
                    Line {
                        item: "Punched cards, box of 500",
                        quantity: 2,
                        cents: 1_850,
                    },
                    Line {
                        item: "Card tray, oak",
                        quantity: 1,
                        cents: 4_900,
                    },
                ],
            },
            Order {
                number: "5102",
                date: "2026-09-02",
                state: "returned",
                currency: "EUR",
                parcel: Some("PN 20 4391 0067 SE"),
                lines: &[Line {
                    item: "Brass gear, 48 teeth",
                    quantity: 1,
                    cents: 7_425,
                }],
            },
            Order {
                number: "4880",
                date: "2026-05-27",
                state: "delivered",
                currency: "EUR",
                parcel: None,
                lines: &[
                    Line {
                        item: "Writing ink, blue",
                        quantity: 3,
                        cents: 695,
                    },
                    Line {
                        item: "Squared paper, A3",
                        quantity: 10,
                        cents: 120,
                    },
                ],
            },
            Order {
                number: "4413",
                date: "2025-12-08",
                state: "delivered",
                currency: "EUR",
                parcel: None,
                lines: &[Line {
                    item: "Gift voucher",
                    quantity: 1,
                    cents: 5_000,
                }],
            },
        ],
        notes: &[
            Note {
                text: "Prefers e-mail to the telephone.",
                author: "Sam",
                date: "2026-09-03",
            },
            Note {
                text: "Gear of order 5102 had one tooth < 2 mm. Refunded in full & apologized.",
                author: "Noor",
                date: "2026-09-10",
            },
        ],
    },
    Person {
        id: "C-1107",
        name: "Alan Turing",
        email: "alan@example.com",
        tier: "silver",
        since: "2022-06-23",
        page: "https://crm.example/customers/C-1107",
        orders: &[Order {
            number: "5290",
            date: "2026-11-03",
            state: "packed",
            currency: "GBP",
            parcel: None,
            lines: &[
                Line {
                    item: "Paper tape, endless",
                    quantity: 1,
                    cents: 3_199,
                },
                Line {
                    item: "Running socks, grey",
                    quantity: 4,
                    cents: 849,
                },
            ],
        }],
        notes: &[],
    },
    Person {
        id: "C-1230",
        name: "Grace Hopper",
        email: "grace@example.com",
        tier: "gold",
        since: "2020-12-09",
        page: "https://crm.example/customers/C-1230",
        orders: &[
            Order {
                number: "5344",
                date: "2026-11-19",
                state: "waiting for payment",
                currency: "USD",
                parcel: None,
                lines: &[Line {
                    item: "Copper wire, 30 cm",
                    quantity: 100,
                    cents: 35,
                }],
            },
            Order {
                number: "5011",
                date: "2026-07-30",
                state: "delivered",
                currency: "USD",
                parcel: Some("1Z 88 204 07 3391"),
                lines: &[
                    Line {
                        item: "Tweezers, fine",
                        quantity: 1,
                        cents: 1_240,
                    },
                    Line {
                        item: "Log book, squared",
                        quantity: 2,
                        cents: 990,
                    },
                ],
            },
        ],
        notes: &[Note {
            text: "Asks for delivery by ship's mail until January.",
            author: "Sam",
            date: "2026-07-28",
        }],
    },
    Person {
        id: "C-1391",
        name: "Emmy Noether",
        email: "emmy@example.com",
        tier: "new",
        since: "2026-11-20",
        page: "https://crm.example/customers/C-1391",
        orders: &[],
        notes: &[],
    },
];
