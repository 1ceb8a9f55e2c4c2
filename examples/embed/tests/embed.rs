//! The program as it is run: what it prints, and what its nested doors answer.

use e2e::client;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The running program; ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_asks_by_itself_and_serves_the_doors_beside_its_own_page() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_embed"))
        .arg("127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()
        .map(Running)
        .expect("the program");
    let output = program.0.stdout.take().expect("its output");
    let mut lines = BufReader::new(output).lines();
    let mut line = || lines.next().expect("a line").expect("text");
    assert_eq!(line(), "hello shows Hello");
    let url = line();
    let (authority, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .expect("an address to open");
    let address = authority.parse().expect("host and port");

    let page = client::get(address, "/").await;
    assert_eq!(page.text(), "an application with a side pane\n");
    let answer = client::get(address, &format!("/{path}")).await.json();
    assert_eq!(answer["cards"][0]["plugin"], "hello");
    assert_eq!(answer["cards"][0]["status"], "ok", "{answer}");
    // The application does not say who asks, so nobody sees the inside.
    assert_eq!(answer["cards"][0].get("usage"), None, "{answer}");
    let imbox = client::get(
        address,
        "/side/imbox/hello?view=ticket&email=ada@example.com",
    )
    .await;
    assert_eq!(
        imbox.json()["blocks"][0]["name"],
        "Hello",
        "{}",
        imbox.text()
    );
    let nowhere = client::get(address, "/side/nowhere").await;
    assert_eq!(nowhere.json()["error"]["code"], "request.not_found");
}
