//! Reading cargo's messages.

use serde_json::Value;

use crate::{Error, Guest};

/// The components that cargo reports. One that was fresh is reported like one that was built.
pub(crate) fn guests(messages: &str) -> Result<Vec<Guest>, Error> {
    let mut guests = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Value = serde_json::from_str(line)
            .map_err(|error| Error::Answer(format!("a message is no json: {error}")))?;
        if text(&message, "/reason") == Some("compiler-artifact")
            && let Some(wasm) = wasm(&message)
        {
            let name =
                name(&message).ok_or_else(|| Error::Answer("an artifact has no name".into()))?;
            guests.push(Guest {
                name: name.to_owned(),
                wasm: wasm.into(),
            });
        }
    }
    Ok(guests)
}

fn wasm(message: &Value) -> Option<&str> {
    let files = message.get("filenames")?.as_array()?;
    files
        .iter()
        .filter_map(Value::as_str)
        .find(|file| file.ends_with(".wasm"))
}

/// An example's own name, or the package's name as it is written in its `Cargo.toml`: the library's
/// has `_` for `-`, and a plugin's id has not.
fn name(message: &Value) -> Option<&str> {
    let target = text(message, "/target/name")?;
    if text(message, "/target/kind/0") == Some("example") {
        return Some(target);
    }
    // `path+file:///…/order-lookup#0.1.0`, or `…#order-lookup@0.1.0` where the folder has another
    // name.
    let (place, rest) = text(message, "/package_id")?.rsplit_once('#')?;
    match rest.split_once('@') {
        Some((name, _)) => Some(name),
        None => place.rsplit('/').next(),
    }
}

fn text<'a>(message: &'a Value, pointer: &str) -> Option<&'a str> {
    message.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_found_among_the_messages() {
        let messages = r#"
            {"reason":"compiler-artifact","package_id":"registry+https://x#serde@1.0.0","target":{"kind":["lib"],"name":"serde"},"filenames":["/t/libserde.rlib"]}
            {"reason":"compiler-artifact","package_id":"path+file:///w/order-lookup#0.1.0","target":{"kind":["cdylib","rlib"],"name":"order_lookup"},"filenames":["/t/liborder_lookup.rlib","/t/order_lookup.wasm"],"fresh":true}
            {"reason":"compiler-artifact","package_id":"path+file:///w/one#greeter@0.1.0","target":{"kind":["cdylib"],"name":"greeter"},"filenames":["/t/greeter.wasm"]}
            {"reason":"compiler-artifact","package_id":"path+file:///w/guests#0.1.0","target":{"kind":["example"],"name":"spins_forever"},"filenames":["/t/examples/spins_forever.wasm"]}
            {"reason":"build-finished","success":true}
        "#
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("\n");
        let found = guests(&messages).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|guest| (guest.name.as_str(), guest.wasm.to_str().unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                ("order-lookup", "/t/order_lookup.wasm"),
                ("greeter", "/t/greeter.wasm"),
                ("spins_forever", "/t/examples/spins_forever.wasm"),
            ]
        );
    }

    #[test]
    fn a_broken_message_is_an_error() {
        assert!(guests("{\"reason\":").is_err());
    }
}
