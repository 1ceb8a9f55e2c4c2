//! Rules as an operator writes them: a tag a line, with the words that mean it.

/// Which words mean which tag.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules<'a>(Vec<(&'a str, Vec<String>)>);

impl<'a> Rules<'a> {
    /// Reads `tag: word, two words` line by line.
    ///
    /// # Errors
    ///
    /// A line is no rule; the text names it.
    pub fn read(text: &'a str) -> Result<Self, String> {
        let lines = text.lines().enumerate();
        let rules = lines.filter(|(_, line)| !line.trim().is_empty());
        rules
            .map(|(at, line)| rule(at + 1, line))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The tags of a message, in the order of the rules. Case and punctuation do not matter, and a
    /// word counts only when it stands whole.
    pub fn tags(&self, message: &str) -> Vec<&'a str> {
        let message = words(message);
        let rules = self.0.iter();
        let meant = rules.filter(|(_, all)| all.iter().any(|some| message.contains(some)));
        meant.map(|(tag, _)| *tag).collect()
    }
}

fn rule(line: usize, text: &str) -> Result<(&str, Vec<String>), String> {
    let wrong = || format!("rules, line {line}: it is no `tag: word, other words`");
    let (tag, all) = text.split_once(':').ok_or_else(wrong)?;
    let all: Vec<String> = all
        .split(',')
        .map(words)
        .filter(|some| some != "  ")
        .collect();
    match tag.trim() {
        "" => Err(wrong()),
        _ if all.is_empty() => Err(wrong()),
        tag => Ok((tag, all)),
    }
}

/// Lower-case words with one space around each of them, so that whole words are found as a text.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|char: char| !char.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}
