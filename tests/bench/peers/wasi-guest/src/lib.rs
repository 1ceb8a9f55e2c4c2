//! The card as a component of `wasi:http`, for `wasmtime serve`.

use card::Asked;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

struct Context;

wasip2::http::proxy::export!(Context);

impl Guest for Context {
    fn handle(request: IncomingRequest, answer: ResponseOutparam) {
        let (status, kind, text) = match card(&request) {
            Ok(card) => (200, "application/json", card),
            Err(error) => (400, "text/plain", error),
        };
        let fields = Fields::new();
        for (name, value) in [
            ("content-type", kind),
            ("content-length", &text.len().to_string()),
        ] {
            fields
                .append(name, value.as_bytes())
                .expect("a header that may be set");
        }
        let response = OutgoingResponse::new(fields);
        response.set_status_code(status).expect("a status");
        let body = response.body().expect("the body, asked for once");
        ResponseOutparam::set(answer, Ok(response));
        let stream = body.write().expect("its stream, asked for once");
        // The most that one write may have.
        for piece in text.as_bytes().chunks(4096) {
            stream
                .blocking_write_and_flush(piece)
                .expect("somebody reads");
        }
        drop(stream);
        OutgoingBody::finish(body, None).expect("as long as it said");
    }
}

fn card(request: &IncomingRequest) -> Result<String, String> {
    let path = request.path_with_query().unwrap_or_default();
    let (_, query) = path.split_once('?').unwrap_or_default();
    let asked: Asked = serde_urlencoded::from_str(query).map_err(|error| error.to_string())?;
    asked.card().map_err(|error| error.to_string())
}
