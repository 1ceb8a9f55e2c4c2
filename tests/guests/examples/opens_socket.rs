//! Goes around the contract: a socket of the standard library's own, to the parameter `to`.
use sidepane_sdk::{Card, CardPlugin, Context, Error, Manifest, Plugin};

struct Guest;

impl Plugin for Guest {
    fn manifest() -> Manifest {
        Manifest::new("opens_socket", "1.0.0")
    }
}

impl CardPlugin for Guest {
    fn render(context: Context) -> Result<Option<Card>, Error> {
        let to = context.param("to").ok_or("no parameter `to`")?;
        let found = match context.param("way") {
            Some("udp") => std::net::UdpSocket::bind("0.0.0.0:0")
                .and_then(|socket| socket.send_to(b"out", to))
                .is_ok(),
            _ => std::net::TcpStream::connect(to).is_ok(),
        };
        Ok(Some(Card::new().contact_name(found.to_string())))
    }
}

sidepane_sdk::export!(Guest: card);
