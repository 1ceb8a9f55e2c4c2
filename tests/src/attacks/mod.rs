//! What a card could try on the agent who looks at it: markup, links, texts and names. The suite
//! `hostile` sends each through a plugin and judges what comes out; the suite `browser` shows each in
//! a browser, cleaned and as it is. Both read these lists, and `docs/hostile.md` is written from them.

mod links;
mod loading;
mod posing;
mod running;

pub use links::LINKS;

/// One piece of hostile markup.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// Its place in the catalogue, `U1`.
    pub id: &'static str,
    /// What it does, in a clause without a full stop.
    pub what: &'static str,
    /// The markup. `{run}` stands for a script that leaves a mark and asks the trap, `{trap}` for the
    /// trap's address.
    pub html: &'static str,
}

/// A script without blanks, quotes and angle brackets, so that it can stand anywhere.
const RUN: &str = "window.ran=1;(new(Image)).src=`http://{trap}/ran`";

impl Attack {
    const fn new(id: &'static str, what: &'static str, html: &'static str) -> Self {
        Self { id, what, html }
    }

    /// The markup, aimed at the trap.
    pub fn aimed(&self, trap: &str) -> String {
        aimed(self.html, trap)
    }

    /// The markup, and the same inside of what readers of markup go into and out of differently: a
    /// picture, a formula, a table, a fold, a title, a paragraph that is never closed.
    pub fn forms(&self, trap: &str) -> Vec<String> {
        const AROUND: [(&str, &str); 6] = [
            ("", ""),
            ("<svg><desc>", "</desc></svg>"),
            (
                "<math><mtext><table><mglyph>",
                "</mglyph></table></mtext></math>",
            ),
            ("<table><tr><td>", "</td></tr></table>"),
            ("<details open><summary>more</summary>", "</details>"),
            ("<p title='", "'><b><i>open"),
        ];
        let html = self.aimed(trap);
        AROUND
            .iter()
            .map(|(before, after)| format!("{before}{html}{after}"))
            .collect()
    }
}

/// A text with the trap's address in it.
pub fn aimed(text: &str, trap: &str) -> String {
    text.replace("{run}", RUN).replace("{trap}", trap).replace(
        "{long}",
        &format!("https://shop.example/{}", "x".repeat(70 << 10)),
    )
}

/// All markup: what would run (U1), what would load or send (U2), what would cover, lead away or pose
/// as something else (U3).
pub fn markup() -> impl Iterator<Item = &'static Attack> {
    [running::RUNNING, loading::LOADING, posing::POSING]
        .into_iter()
        .flatten()
}
