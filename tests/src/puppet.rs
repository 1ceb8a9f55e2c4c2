//! Plugins on strings: the guest `puppet` shows what a server of the test's says, so that a test
//! decides for each plugin what is on its card, when it comes and what its buttons do.

use crate::guests;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;

/// The server that holds the strings. It ends with the test's runtime.
#[derive(Clone, Debug)]
pub struct Puppets {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What a puppet answers, by `name` or by `name email`.
    cards: HashMap<String, Value>,
    /// What a puppet answers to a press.
    presses: HashMap<String, Value>,
    /// How long a puppet takes.
    slow: HashMap<String, Duration>,
    /// Puppets that answer nothing until they are let go.
    held: HashSet<String>,
    pressed: Vec<Value>,
    asked: Vec<(String, Value)>,
}

impl Puppets {
    /// Starts it.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let puppets = Self {
            address: listener.local_addr().expect("an address"),
            state: Arc::default(),
        };
        let of_task = puppets.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let puppets = of_task.clone();
                let service = service_fn(move |request| puppets.clone().answer(request));
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        puppets
    }

    /// The guest with its title `Puppet <number>`, and the grant with which it finds its strings.
    pub fn plugin(&self, number: usize, order: usize) -> (Vec<u8>, String) {
        const TITLE: &[u8] = b"Puppet 00";
        let mut wasm = std::fs::read(guests::guest("puppet")).expect("a compiled guest");
        let at = wasm
            .windows(TITLE.len())
            .position(|text| text == TITLE)
            .expect("its title");
        let title = format!("Puppet {number:02}");
        wasm[at..at + TITLE.len()].copy_from_slice(title.as_bytes());
        let server = self.address;
        let grant = format!(
            "order = {order}\n[settings]\npuppet = \"{}\"\nserver = \"http://{server}\"\n\
             [[http.allow]]\nurl = \"http://{server}/\"\nmethods = [\"POST\"]\nprivate_network = \
             true\n[limits]\ndeadline_ms = 30000\n",
            Self::name(number)
        );
        (wasm, grant)
    }

    /// The id of the plugin of this number.
    pub fn name(number: usize) -> String {
        format!("p{number}")
    }

    /// Has a puppet show this card from now on; null is nothing known. Behind the name may stand the
    /// address of the only contact for whom it does.
    pub fn show(&self, who: &str, card: Value) {
        self.say(who, json!({"card": card}));
    }

    /// Has a puppet fail, with these words for the agent.
    pub fn fail(&self, who: &str, words: &str) {
        self.say(who, json!({"error": words}));
    }

    fn say(&self, who: &str, answer: Value) {
        self.state().cards.insert(who.to_owned(), answer);
    }

    /// Has a puppet take so long.
    pub fn slow(&self, name: &str, time: Duration) {
        self.state().slow.insert(name.to_owned(), time);
    }

    /// Has a puppet answer nothing until [`Puppets::release`].
    pub fn hold(&self, name: &str) {
        self.state().held.insert(name.to_owned());
    }

    /// Lets a puppet answer.
    pub fn release(&self, name: &str) {
        self.state().held.remove(name);
    }

    /// What a puppet answers when one of its buttons is pressed.
    pub fn when_pressed(&self, name: &str, answer: Value) {
        self.state().presses.insert(name.to_owned(), answer);
    }

    /// The presses that came through so far, which are then forgotten.
    pub fn pressed(&self) -> Vec<Value> {
        std::mem::take(&mut self.state().pressed)
    }

    /// All puppets as they were at first.
    pub fn clear(&self) {
        *self.state() = State::default();
    }

    /// What puppets were asked about so far, each with its name; it is then forgotten.
    pub fn asked(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.state().asked)
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        let mut parts = path.trim_matches('/').split('/');
        let name = parts.next().unwrap_or_default().to_owned();
        let what = parts.next().unwrap_or_default().to_owned();
        let body = request.into_body().collect().await;
        let body = body.map(http_body_util::Collected::to_bytes);
        let body: Value = serde_json::from_slice(&body.unwrap_or_default()).unwrap_or_default();
        let time = self.state().slow.get(&name).copied();
        tokio::time::sleep(time.unwrap_or_default()).await;
        while self.state().held.contains(&name) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let answer = match what.as_str() {
            "press" => self.press(&name, body),
            _ => self.card(&name, body),
        };
        Ok(Response::new(Full::from(answer.to_string())))
    }

    fn card(&self, name: &str, body: Value) -> Value {
        let email = body["email"].as_str().unwrap_or_default();
        let of_contact = format!("{name} {email}");
        let mut state = self.state();
        let found = state
            .cards
            .get(&of_contact)
            .or_else(|| state.cards.get(name));
        let answer = found.cloned().unwrap_or_default();
        state.asked.push((name.to_owned(), body));
        answer
    }

    fn press(&self, name: &str, body: Value) -> Value {
        let mut state = self.state();
        state.pressed.push(body);
        state.presses.get(name).cloned().unwrap_or(json!({}))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
