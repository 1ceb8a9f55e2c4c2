//! The folder that the demo serves from: `target/plugins`, with the plugins and their grants.

use std::path::{Path, PathBuf};
use std::{fs, io};

const AUTO_TAG: &str = env!("PLUGIN_AUTO_TAG");
const HELLO: &str = env!("PLUGIN_HELLO");
const ORDER_LOOKUP: &str = env!("PLUGIN_ORDER_LOOKUP");
const VISIT_COUNTER: &str = env!("PLUGIN_VISIT_COUNTER");
const SMART_PLUG: &str = env!("PLUGIN_SMART_PLUG");

/// What `auto-tag` may do: tag conversations at the demo's desk.
const AUTO_TAG_GRANT: &str =
    "# Try rules of your own: a tag a line, the words that mean it behind \
                              the colon.
[settings]
rules = \"\"\"
refund: refund, money back
delivery: parcel, not arrived
\"\"\"

[secrets]
api_key = { file = \"crm.key\" }

[[http.allow]]
url = \"http://127.0.0.1:7119/v1/conversations/\"
methods = [\"POST\"]
secrets = [\"api_key\"]
private_network = true                      # the demo's desk is on this very machine
";

/// What `visit-counter` may do: nothing, and its card stands below the others.
const VISIT_COUNTER_GRANT: &str =
    "# The visit counter keeps values of its own and needs nothing from outside.
order = 30
";

/// What `smart-plug` may do: the requests that stand here, with the demo's key.
const SMART_PLUG_GRANT: &str =
    "# A request as scripts have it; write another, and the card is another.
order = 40

[settings]
plugs = '''
[
  {
    title: \"CRM\",
    url: \"http://127.0.0.1:7119/v1/customers?email={{user.email}}\",
    headers: { Authorization: \"Bearer {{secret.api_key}}\" },
    needs: \"user.email\",
    show: [ { list: [ [\"Customer\", \"{{name}}\", \"{{page}}\"], [\"Tier\", \"{{tier}}\"] ] } ],
  },
]
'''

[secrets]
api_key = { file = \"crm.key\" }

[[http.allow]]
url = \"http://127.0.0.1:7119/v1/\"
secrets = [\"api_key\"]
private_network = true                      # the demo's CRM is on this very machine
";

/// What `hello` may do: nothing, and its card stands last.
const HELLO_GRANT: &str =
    "# Hello needs nothing from outside; this only says where its card stands.
order = 20
";

/// What `order-lookup` may do: read from the demo's CRM and refund orders there, with the key that it
/// never sees.
const ORDER_LOOKUP_GRANT: &str = "# Take the rule out while the demo runs: the orders are gone, \
                                  and /v1/context says
# which lines would bring them back.
order = 10

[secrets]
api_key = { file = \"crm.key\" }

[[http.allow]]
url = \"http://127.0.0.1:7119/v1/\"
methods = [\"GET\"]
secrets = [\"api_key\"]
private_network = true                      # the demo's CRM is on this very machine

[[http.allow]]
url = \"http://127.0.0.1:7119/v1/orders/\"
methods = [\"POST\"]
secrets = [\"api_key\"]
private_network = true
";

/// The target folder of the build that this is.
pub(crate) fn target() -> &'static Path {
    // target/guests/wasm32-wasip2/guest/hello.wasm
    let mut folders = Path::new(HELLO).ancestors();
    folders.nth(4).unwrap_or(Path::new("target"))
}

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The plugins and grants.
    pub plugins: PathBuf,
    /// Compiled plugins, events, and plugins' values.
    pub data: PathBuf,
}

impl Stage {
    /// The stage in the build's own target folder.
    pub fn in_target() -> Self {
        let target = target();
        Self {
            plugins: target.join("plugins"),
            data: target.join("demo-data"),
        }
    }

    /// Puts the plugins there as they were built, and a grant beside each that has none: a grant
    /// that somebody changed stays.
    ///
    /// # Errors
    /// The folder cannot be made or written.
    pub fn set(&self) -> io::Result<()> {
        fs::create_dir_all(&self.plugins)?;
        self.plugin("auto-tag", Path::new(AUTO_TAG), AUTO_TAG_GRANT)?;
        self.plugin("hello", Path::new(HELLO), HELLO_GRANT)?;
        self.plugin("order-lookup", Path::new(ORDER_LOOKUP), ORDER_LOOKUP_GRANT)?;
        self.plugin(
            "visit-counter",
            Path::new(VISIT_COUNTER),
            VISIT_COUNTER_GRANT,
        )?;
        self.plugin("smart-plug", Path::new(SMART_PLUG), SMART_PLUG_GRANT)?;
        fs::write(self.plugins.join("crm.key"), crate::crm::API_KEY)
    }

    /// Adds the order look-up in another language, with the same grant at another place in the pane.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn add(&self, id: &str, wasm: &Path, order: u32) -> io::Result<()> {
        let grant = ORDER_LOOKUP_GRANT.replace("order = 10", &format!("order = {order}"));
        self.plugin(id, wasm, &grant)
    }

    fn plugin(&self, id: &str, wasm: &Path, grant: &str) -> io::Result<()> {
        // Under a name that the host does not look at, then in one step.
        let partial = self.plugins.join(format!(".{id}.partial"));
        fs::copy(wasm, &partial)?;
        fs::rename(&partial, self.plugins.join(format!("{id}.wasm")))?;
        let path = self.plugins.join(format!("{id}.toml"));
        match path.exists() {
            true => Ok(()),
            false => fs::write(path, grant),
        }
    }
}
