//! Personal data in recordings: e-mail addresses, numbers, and the names of those who were asked
//! about. Each is replaced by a stand-in before anything is kept.
//!
//! A stand-in is the same wherever the same thing stands, in every usual spelling, so that a plugin
//! which is given the masked question asks the masked requests: a recording can still be played
//! back. It is a number in order of appearance and tells nothing of what it stands for; two
//! recordings do not share any.
//!
//! This is a rule about texts, not knowledge of people: it cannot know the name of somebody whom
//! only a server's answer tells of.

mod email;
mod names;
mod phone;
mod spot;

use crate::model::context::{Agent, Context};
use crate::model::event::Event;
use crate::model::recording::{Input, Recording};
use names::Needle;
use std::collections::BTreeMap;

/// Replaces personal data in all texts of a recording.
pub fn mask(recording: &mut Recording) {
    let mut mask = Mask::default();
    match &recording.input {
        Input::Card(context) => mask.know_context(context),
        Input::Press(press) => mask.know_context(&press.context),
        Input::Event { event, .. } => mask.know_event(event),
    }
    recording.each_text(&mut |text| mask.text(text));
}

/// What is known of people, and what stands in for it.
#[derive(Default)]
struct Mask {
    /// Texts to look for as they are, by the byte that they begin with in lower case, so that most
    /// bytes are passed with one look; the longest first.
    needles: BTreeMap<u8, Vec<Needle>>,
    /// Addresses in lower case; the place is the stand-in's number.
    emails: Vec<String>,
    /// Digits of numbers, likewise.
    phones: Vec<String>,
    /// Words of names in lower case, likewise.
    words: Vec<String>,
    /// Digits of numbers that are looked for also without a `+`.
    known_phones: Vec<String>,
}

impl Mask {
    fn know_context(&mut self, context: &Context) {
        let Context {
            email,
            phone,
            contact_name,
            visitor,
            agent,
            ..
        } = context;
        self.know_person(contact_name.as_deref(), email.as_deref(), phone.as_deref());
        if let Some(Agent { name, email, .. }) = agent {
            self.know_person(name.as_deref(), email.as_deref(), None);
        }
        if let Some(ip) = &visitor.ip {
            self.know_address(ip);
        }
    }

    fn know_event(&mut self, event: &Event) {
        if let Some(contact) = &event.contact {
            self.know_person(
                contact.name.as_deref(),
                contact.email.as_deref(),
                contact.phone.as_deref(),
            );
        }
        if let Some(actor) = &event.actor {
            self.know_person(
                actor.name.as_deref(),
                actor.email.as_deref(),
                actor.phone.as_deref(),
            );
        }
        let agent = event.conversation.as_ref().and_then(|it| it.agent.as_ref());
        let name = agent.and_then(|agent| agent.name.as_deref());
        self.know_person(name, None, None);
    }

    fn know_person(&mut self, name: Option<&str>, email: Option<&str>, phone: Option<&str>) {
        if let Some(email) = email {
            let number = number(&mut self.emails, &email.to_lowercase());
            let with = email::stand_in(number);
            self.look_for(names::needles(email, &with, false));
        }
        if let Some(phone) = phone {
            let digits = phone::digits(phone);
            if phone::DIGITS.contains(&digits.len()) {
                number(&mut self.phones, &digits);
                self.known_phones.push(digits);
            }
        }
        for word in names::words(name.unwrap_or_default()) {
            let number = number(&mut self.words, &word.to_lowercase());
            let with = names::stand_in(number);
            self.look_for(names::needles(word, &with, true));
        }
    }

    /// An address of the network is looked for as it stands.
    fn know_address(&mut self, ip: &str) {
        let with = match ip.contains(':') {
            true => "2001:db8::1",
            false => "192.0.2.1",
        };
        self.look_for(names::needles(ip, with, true));
    }

    fn look_for(&mut self, needles: Vec<Needle>) {
        for needle in needles {
            let Some(first) = needle.text.bytes().next() else {
                continue;
            };
            let same = self.needles.entry(first.to_ascii_lowercase()).or_default();
            same.push(needle);
            same.sort_by_key(|needle| std::cmp::Reverse(needle.text.len()));
        }
    }

    /// Masks one text.
    fn text(&mut self, text: &mut String) {
        let mut masked = String::new();
        let (mut done, mut at) = (0, 0);
        while at < text.len() {
            // A name may stand in an address, which then goes as a whole.
            let found = self
                .email(text, at)
                .or_else(|| self.needle(text, at))
                .or_else(|| self.phone(text, at));
            match found {
                Some((end, with)) => {
                    masked.push_str(text.get(done..at).unwrap_or_default());
                    masked.push_str(&with);
                    (done, at) = (end, end);
                }
                None => at = spot::next(text, at),
            }
        }
        if done > 0 {
            masked.push_str(text.get(done..).unwrap_or_default());
            *text = masked;
        }
    }

    fn needle(&self, text: &str, at: usize) -> Option<(usize, String)> {
        let first = text.as_bytes().get(at)?.to_ascii_lowercase();
        let mut same = self.needles.get(&first)?.iter();
        same.find_map(|needle| needle.at(text, at))
    }

    fn email(&mut self, text: &str, at: usize) -> Option<(usize, String)> {
        let found = email::at(text, at)?;
        let with = email::stand_in(number(&mut self.emails, &found.address));
        let written = text.get(at..found.end)?;
        let with = spot::cased(written, &with);
        let with = match found.encoded {
            true => with.replace('@', "%40"),
            false => with,
        };
        Some((found.end, with))
    }

    /// A number with a `+` in front, or one that is known.
    fn phone(&mut self, text: &str, at: usize) -> Option<(usize, String)> {
        let plus = phone::plus(text, at);
        let begin = at + plus.unwrap_or(0);
        if plus.is_none() && !spot::begins(text, at) {
            return None;
        }
        let mut known = self.known_phones.iter();
        let found = known
            .find_map(|digits| phone::known(text, begin, digits))
            .or_else(|| plus.and_then(|_| phone::any(text, begin)))?;
        let number = number(&mut self.phones, &found.digits);
        let with = phone::stand_in(number, found.digits.len());
        let sign = text.get(at..found.begin)?;
        let written = text.get(found.begin..found.end)?;
        Some((found.end, format!("{sign}{}", phone::over(written, &with))))
    }
}

/// The number of a thing, which it gets when it is first seen.
fn number(known: &mut Vec<String>, thing: &str) -> usize {
    match known.iter().position(|one| one == thing) {
        Some(at) => at,
        None => {
            known.push(thing.to_owned());
            known.len() - 1
        }
    }
}

#[cfg(test)]
mod tests;
