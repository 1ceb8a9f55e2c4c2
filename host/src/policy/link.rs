//! Which links an agent may be given to follow.

use std::borrow::Cow;
use url::Url;

/// The rules for links: absolute, `https`, `mailto` or `tel`, without a password and without
/// characters that make an address look like another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    /// Whether `http` is followed too. Off, unless the operator says so.
    pub http: bool,
    /// The longest link, in bytes.
    pub max_bytes: usize,
}

impl Default for Links {
    /// No `http`, and the contract's 2 KiB.
    fn default() -> Self {
        Self {
            http: false,
            max_bytes: 2 << 10,
        }
    }
}

impl Links {
    /// The link in its one normal spelling: a host in lower case and in ASCII, so that what looks
    /// like a known name and is not shows itself.
    ///
    /// # Errors
    /// Why an agent should not be given it.
    pub fn judge<'a>(&self, url: &'a str) -> Result<Cow<'a, str>, BadLink> {
        if url.len() > self.max_bytes {
            return Err(BadLink::TooLong {
                bytes: url.len(),
                limit: self.max_bytes,
            });
        }
        if is_plain(url) {
            return Ok(Cow::Borrowed(url));
        }
        if url.is_empty() {
            return Err(BadLink::NotAbsolute);
        }
        if let Some(char) = url.chars().find(|char| is_deceptive(*char)) {
            return Err(BadLink::Character(char));
        }
        let parsed = Url::parse(url).map_err(|_| BadLink::NotAbsolute)?;
        match parsed.scheme() {
            "https" => web(url, &parsed)?,
            "http" if self.http => web(url, &parsed)?,
            "mailto" | "tel" if !parsed.path().is_empty() && !parsed.path().starts_with('/') => {}
            "mailto" | "tel" => return Err(BadLink::NotAbsolute),
            other => return Err(BadLink::Scheme(other.chars().take(32).collect())),
        }
        // Normal spellings can be longer than what was written.
        match parsed.as_str().len() {
            bytes if bytes > self.max_bytes => Err(BadLink::TooLong {
                bytes,
                limit: self.max_bytes,
            }),
            _ => Ok(Cow::Owned(parsed.into())),
        }
    }
}

/// Why a link is not one an agent should be given. Reads as the end of "the link is left out: …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    /// Over the limit.
    #[error("it has {bytes} bytes, {limit} are the most")]
    TooLong {
        /// What it has.
        bytes: usize,
        /// What it may have.
        limit: usize,
    },
    /// Relative, or no URL at all.
    #[error("it is no absolute URL")]
    NotAbsolute,
    /// A scheme that runs something, reads something or is not encrypted.
    #[error("its scheme is `{0}`, not https, mailto or tel")]
    Scheme(String),
    /// `https://user@host/`, which people read as the user.
    #[error("it has a user name or password in front of the host")]
    UserInfo,
    /// One that is not seen, turns the text round or is read in two ways.
    #[error("it holds the character U+{:04X}", u32::from(*.0))]
    Character(char),
}

/// What a web address needs beyond being a URL.
fn web(written: &str, parsed: &Url) -> Result<(), BadLink> {
    // Browsers also take `https:host` and `https:///host`; people do not read them so.
    let spelled_out = written
        .split_once("://")
        .is_some_and(|(_, rest)| !rest.starts_with('/'));
    if !spelled_out {
        return Err(BadLink::NotAbsolute);
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(BadLink::UserInfo);
    }
    Ok(())
}

/// Characters that never stand in an honest link: controls and blanks (parsers drop some of them),
/// the backslash (browsers read a slash), and what is invisible or turns the direction of text.
fn is_deceptive(char: char) -> bool {
    char.is_control()
        || char.is_whitespace()
        || matches!(
            char,
            '\\' | '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffd}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether `url` is an `https` address that is already in its normal spelling, told by its bytes
/// alone. Says no where it is not sure.
fn is_plain(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let Some((host, path)) = rest.split_once('/') else {
        return false;
    };
    is_plain_host(host) && is_plain_path(path)
}

/// Names only: an address in digits has many spellings.
fn is_plain_host(host: &str) -> bool {
    let mut last = "";
    let labels_fit = host.len() <= 253
        && host.split('.').all(|label| {
            last = label;
            (1..=63).contains(&label.len())
                // `xn--` has rules of its own.
                && !label.contains("--")
                && label
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        });
    labels_fit && last.starts_with(|first: char| first.is_ascii_lowercase())
}

/// What stands behind the first slash: nothing that would be encoded, and no `.` or `..` segment.
fn is_plain_path(path: &str) -> bool {
    let mut before = b'/';
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {}
            b'-' | b'_' | b'~' | b'/' | b'?' | b'&' | b'=' | b'+' | b',' | b':' | b'@' | b'#' => {}
            b'.' if before != b'/' => {}
            _ => return false,
        }
        before = byte;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_honest_link_comes_back_in_its_normal_spelling() {
        let cases = [
            (
                "https://crm.example/contacts/42",
                "https://crm.example/contacts/42",
            ),
            ("https://crm.example", "https://crm.example/"),
            ("HTTPS://CRM.example:443/a/../b", "https://crm.example/b"),
            ("https://crm.example:8443/x", "https://crm.example:8443/x"),
            (
                "https://crm.example/s?q=a%20b#top",
                "https://crm.example/s?q=a%20b#top",
            ),
            ("https://bücher.example/", "https://xn--bcher-kva.example/"),
            (
                "https://\u{0430}pple.example/",
                "https://xn--pple-43d.example/",
            ),
            ("https://10.0.0.7/crm", "https://10.0.0.7/crm"),
            ("https://0x7f.1/", "https://127.0.0.1/"),
            (
                "mailto:ada@crm.example?subject=Hi",
                "mailto:ada@crm.example?subject=Hi",
            ),
            ("tel:+46701234567", "tel:+46701234567"),
        ];
        for (url, want) in cases {
            assert_eq!(Links::default().judge(url).as_deref(), Ok(want), "{url}");
        }
    }

    #[test]
    fn a_link_that_nobody_should_follow_is_refused() {
        let scheme = |name: &str| BadLink::Scheme(name.into());
        let cases = [
            ("", BadLink::NotAbsolute),
            ("/contacts/42", BadLink::NotAbsolute),
            ("crm.example/42", BadLink::NotAbsolute),
            ("//evil.example/", BadLink::NotAbsolute),
            ("https:evil.example", BadLink::NotAbsolute),
            ("https:///evil.example", BadLink::NotAbsolute),
            ("https://", BadLink::NotAbsolute),
            ("mailto:", BadLink::NotAbsolute),
            ("tel://5", BadLink::NotAbsolute),
            ("javascript:alert(1)", scheme("javascript")),
            ("JaVaScRiPt:alert(1)", scheme("javascript")),
            ("data:text/html,x", scheme("data")),
            ("vbscript:x", scheme("vbscript")),
            ("blob:https://a.example/1", scheme("blob")),
            ("file:///etc/passwd", scheme("file")),
            ("intent://x#Intent;end", scheme("intent")),
            ("http://crm.example/", scheme("http")),
            (" javascript:alert(1)", BadLink::Character(' ')),
            ("java\tscript:alert(1)", BadLink::Character('\t')),
            ("https://a.example/\r\nb", BadLink::Character('\r')),
            (
                "https://a.example\\@evil.example/",
                BadLink::Character('\\'),
            ),
            (
                "https://a.example/\u{202e}gpj.exe",
                BadLink::Character('\u{202e}'),
            ),
            ("https://a\u{200b}.example/", BadLink::Character('\u{200b}')),
            ("https://a\u{ad}.example/", BadLink::Character('\u{ad}')),
            ("https://bank.example@evil.example/", BadLink::UserInfo),
            ("https://:pw@evil.example/", BadLink::UserInfo),
        ];
        for (url, want) in cases {
            assert_eq!(Links::default().judge(url), Err(want), "{url:?}");
        }
    }

    #[test]
    fn length_counts_before_and_after_normalising() {
        let links = Links {
            max_bytes: 40,
            ..Links::default()
        };
        let long = format!("https://a.example/{}", "a".repeat(40));
        assert!(matches!(
            links.judge(&long),
            Err(BadLink::TooLong {
                bytes: 58,
                limit: 40
            })
        ));
        let grows = "https://a.example/ääääää";
        assert!(grows.len() <= 40);
        assert!(matches!(links.judge(grows), Err(BadLink::TooLong { .. })));
    }

    #[test]
    fn http_is_followed_only_where_the_operator_says_so() {
        let links = Links {
            http: true,
            ..Links::default()
        };
        assert_eq!(
            links.judge("http://old.example/").as_deref(),
            Ok("http://old.example/")
        );
        assert_eq!(
            Links::default()
                .judge("http://old.example/")
                .unwrap_err()
                .to_string(),
            "its scheme is `http`, not https, mailto or tel"
        );
    }

    #[test]
    fn common_links_need_no_parser() {
        assert!(is_plain("https://crm.example/contacts/42?tab=orders#top"));
        for url in [
            "https://crm.example",
            "https://Crm.example/",
            "https://1.2.3.4/",
            "https://xn--bcher-kva.example/",
            "https://crm.example:443/",
            "https://crm.example/../x",
            "https://crm.example/a%2e",
            "https://u@crm.example/",
            "https://crm..example/",
        ] {
            assert!(!is_plain(url), "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_link_judged_by_its_bytes_is_what_the_parser_makes_of_it(
            url in "https://[a-z0-9.-]{1,12}(:[0-9]{1,3})?/[a-z0-9./?&=+%:@#~_-]{0,16}"
        ) {
            if is_plain(&url) {
                let parsed = Url::parse(&url).expect("a URL");
                prop_assert_eq!(parsed.as_str(), url);
            }
        }

        #[test]
        fn judging_never_fails_otherwise_and_twice_is_once(url in "(https:|mailto:|tel:)?/{0,2}.{0,24}") {
            if let Ok(normal) = Links::default().judge(&url) {
                let again = Links::default().judge(&normal);
                prop_assert_eq!(again.as_deref(), Ok(&*normal));
            }
        }
    }
}
