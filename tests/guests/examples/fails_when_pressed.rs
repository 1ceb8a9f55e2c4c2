//! Writes to its store, then does what the button's value says: answers an error, crashes, sleeps for
//! an hour, or names a field that cannot be.
use sidepane_sdk::action::Submitted;
use sidepane_sdk::{Action, ActionPlugin, ActionResult, Actions, Error, Manifest, Plugin, store};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("Fails", "1.0.0").action("fail", "fails")
    }
}

impl ActionPlugin for Guest {
    fn actions() -> Actions {
        Actions::new().on("fail", fail)
    }
}

fn fail(action: Action) -> Submitted {
    store::set("written", "yes")?;
    match action.value.as_str() {
        "error" => Err(Error::new("no money").tell("Pay it by hand.")),
        "silent" => Err(Error::new("no money").retryable(true)),
        "panic" => panic!("after writing"),
        "sleep" => {
            std::thread::sleep(std::time::Duration::from_secs(3_600));
            Ok(ActionResult::done())
        }
        _ => Ok(ActionResult::invalid("No Such Field", "It cannot be.")),
    }
}

sidepane_sdk::export!(Guest: action);
