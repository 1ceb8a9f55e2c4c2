//! Text that goes into a URL.

/// Percent-encodes a text for one segment of a path or one value of a query.
///
/// Everything but letters, digits and `-._~` is encoded, `/` included, so that no text from outside
/// can leave its segment. Segments that are only dots need care all the same: `..` has nothing to
/// encode, and the host removes it before it asks the grant.
///
/// ```
/// # use sidepane_sdk::url::encode;
/// let email = "ada+shop@example.com";
/// assert_eq!(
///     format!("https://shop.example/v1/people/{}", encode(email)),
///     "https://shop.example/v1/people/ada%2Bshop%40example.com",
/// );
/// ```
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(digit(byte >> 4));
            encoded.push(digit(byte & 15));
        }
    }
    encoded
}

/// One hexadecimal digit, in capitals.
fn digit(nibble: u8) -> char {
    char::from(if nibble < 10 {
        b'0' + nibble
    } else {
        b'A' + nibble - 10
    })
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn only_unreserved_bytes_pass() {
        for (text, encoded) in [
            ("", ""),
            ("aZ09-._~", "aZ09-._~"),
            ("a/b?c#d&e=f", "a%2Fb%3Fc%23d%26e%3Df"),
            ("100 %", "100%20%25"),
            ("å€", "%C3%A5%E2%82%AC"),
            ("\n\u{7f}", "%0A%7F"),
        ] {
            assert_eq!(encode(text), encoded, "{text:?}");
        }
    }
}
