use super::*;
use crate::policy::limits::Limits;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

/// A server's side of the connection, and what it does.
type Script<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

fn limits() -> Limits {
    Limits {
        http_response_bytes: 1_000,
        http_bytes: 100_000,
        ..Limits::default()
    }
}

fn request(body: Option<&[u8]>) -> http::Request<Option<Bytes>> {
    let mut builder = http::Request::builder()
        .uri("/orders?page=2")
        .header("host", "a.test");
    if let Some(body) = body {
        builder = builder.method("POST").header("content-length", body.len());
    }
    builder
        .body(body.map(Bytes::copy_from_slice))
        .expect("a request")
}

/// Runs one exchange of a minute at most against `script`; also says how long it took.
async fn run(
    body: Option<&[u8]>,
    script: impl FnOnce(DuplexStream) -> Script<'static>,
) -> (Result<Received, HttpError>, Duration) {
    let (near, far) = duplex(4 << 10);
    let start = Instant::now();
    let deadline = start + Duration::from_secs(60);
    let budget = HttpBudget::new(&limits());
    let server = async {
        script(far).await;
        std::future::pending::<()>().await;
    };
    let outcome = tokio::select! {
        outcome = exchange(near, request(body), &budget, deadline) => outcome,
        () = server => unreachable!("the server waits for ever"),
    };
    (outcome, start.elapsed())
}

/// A server that reads one head, says `answer` and closes.
fn says(answer: impl Into<Vec<u8>>) -> impl FnOnce(DuplexStream) -> Script<'static> {
    let answer = answer.into();
    move |mut stream| {
        Box::pin(async move {
            read_head(&mut stream).await;
            let _ = stream.write_all(&answer).await;
        })
    }
}

async fn read_head(stream: &mut DuplexStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("a whole head"));
    }
    String::from_utf8(head).expect("ASCII")
}

#[tokio::test(start_paused = true)]
async fn a_request_goes_out_in_origin_form_and_its_answer_comes_back() {
    let (outcome, _) = run(Some(b"{}"), |mut stream| {
        Box::pin(async move {
            let head = read_head(&mut stream).await;
            assert!(head.starts_with("POST /orders?page=2 HTTP/1.1\r\nhost: a.test\r\n"), "{head}");
            let mut body = [0; 2];
            stream.read_exact(&mut body).await.expect("a body");
            assert_eq!(&body, b"{}");
            let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nX-A: 1\r\n\
                Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n";
            stream.write_all(answer).await.expect("written");
        })
    })
    .await;
    let received = outcome.expect("an answer");
    assert_eq!(received.head.status, 201);
    assert_eq!(
        received.head.headers.get("x-a").map(|v| v.as_bytes()),
        Some(&b"1"[..])
    );
    assert_eq!(received.body, b"abcde");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_reads_nothing_is_left_while_sending() {
    let body = vec![b'x'; 64 << 10];
    let (outcome, took) = run(Some(&body), |stream| {
        Box::pin(async move {
            let _kept_open = stream;
            std::future::pending::<()>().await;
        })
    })
    .await;
    assert_eq!(
        outcome.map(|r| r.body),
        Err(HttpError::Timeout(Phase::Send))
    );
    assert_eq!(took.as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_left_while_waiting() {
    let (outcome, took) = run(None, |mut stream| {
        Box::pin(async move {
            read_head(&mut stream).await;
            std::future::pending::<()>().await;
        })
    })
    .await;
    assert_eq!(
        outcome.map(|r| r.body),
        Err(HttpError::Timeout(Phase::Wait))
    );
    assert_eq!(took.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_halfway_is_left_while_receiving() {
    for half in [
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    ] {
        let (outcome, took) = run(None, move |mut stream| {
            Box::pin(async move {
                read_head(&mut stream).await;
                stream.write_all(half.as_bytes()).await.expect("written");
                std::future::pending::<()>().await;
            })
        })
        .await;
        assert_eq!(
            outcome.map(|r| r.body),
            Err(HttpError::Timeout(Phase::Receive)),
            "{half}"
        );
        assert_eq!(took.as_secs(), 5, "{half}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_trickles_is_left_at_the_deadline() {
    for (begin, drop) in [
        ("", "H"),
        ("HTTP/1.1 200 OK\r\n", "X"),
        ("HTTP/1.1 200 OK\r\n\r\n", "x"),
    ] {
        let (outcome, took) = run(None, move |mut stream| {
            Box::pin(async move {
                read_head(&mut stream).await;
                stream.write_all(begin.as_bytes()).await.expect("written");
                // A valid beginning, one byte a second: never a pause long enough to be called one.
                let rest = format!(
                    "{}{}",
                    if begin.is_empty() {
                        "HTTP/1.1 200 "
                    } else {
                        ""
                    },
                    drop.repeat(100)
                );
                for byte in rest.bytes() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    if stream.write_all(&[byte]).await.is_err() {
                        break;
                    }
                }
                std::future::pending::<()>().await;
            })
        })
        .await;
        assert_eq!(
            outcome.map(|r| r.body),
            Err(HttpError::Timeout(Phase::Receive)),
            "{begin}"
        );
        assert_eq!(took.as_secs(), 60, "{begin}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_is_cut_at_its_limit() {
    let long = "x".repeat(1_001);
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n".to_owned();
    let unannounced = format!("HTTP/1.1 200 OK\r\n\r\n{long}");
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{long}\r\n0\r\n\r\n");
    for answer in [announced, unannounced, chunked] {
        let (outcome, took) = run(None, says(answer.clone())).await;
        assert_eq!(
            outcome.map(|r| r.body),
            Err(HttpError::TooLarge(1_000)),
            "{answer:.60}"
        );
        assert_eq!(took.as_secs(), 0);
    }
    let fits = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(1_000));
    let (outcome, _) = run(None, says(fits)).await;
    assert_eq!(outcome.map(|r| r.body.len()), Ok(1_000));
}

#[tokio::test(start_paused = true)]
async fn what_never_ends_is_cut_by_the_calls_bytes() {
    for (begin, piece, limit) in [
        ("", "HTTP/1.1 102 Processing\r\n\r\n", 100_000),
        ("HTTP/1.1 200 OK\r\n\r\n", "endless", 1_000),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\nx\r\n",
            1_000,
        ),
    ] {
        let (outcome, _) = run(None, move |mut stream| {
            Box::pin(async move {
                read_head(&mut stream).await;
                let _ = stream.write_all(begin.as_bytes()).await;
                while stream.write_all(piece.as_bytes()).await.is_ok() {}
            })
        })
        .await;
        assert_eq!(
            outcome.map(|r| r.body),
            Err(HttpError::TooLarge(limit)),
            "{piece}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_not_http_are_told_apart_from_slow_ones() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(101));
    let wide = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(33 << 10));
    for (answer, clause) in [
        (many.as_str(), "100 lines"),
        (&wide, "32768 bytes"),
        ("", "closed"),
        ("HTTP/1.1 200 OK\r\n", "closed"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "closed"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "closed",
        ),
        ("<p>hello</p>\r\n\r\n", ""),
        ("SSH-2.0-OpenSSH_9.9\r\n", ""),
        ("HTTP/1.1 99 Low\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ""),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            "",
        ),
        ("HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n", ""),
        ("HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n", ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "",
        ),
    ] {
        let (outcome, took) = run(None, says(answer)).await;
        match outcome {
            Err(HttpError::Protocol(why)) => assert!(why.contains(clause), "{answer:.40}: {why}"),
            other => panic!("{answer:.60}: {other:?}"),
        }
        assert_eq!(took.as_secs(), 0, "{answer:.40}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_exchange_closes_its_connection() {
    let (near, mut far) = duplex(4 << 10);
    let budget = HttpBudget::new(&limits());
    let deadline = Instant::now() + Duration::from_secs(60);
    {
        let exchange = exchange(near, request(None), &budget, deadline);
        tokio::select! {
            outcome = exchange => panic!("nobody answered: {outcome:?}"),
            head = read_head(&mut far) => assert!(head.starts_with("GET "), "{head}"),
        }
    }
    assert_eq!(
        far.read(&mut [0; 1]).await.ok(),
        Some(0),
        "the connection is closed"
    );
}

/// A connection that, once it was asked, always has more and never lets go by itself.
#[derive(Default)]
struct Flood {
    bytes: u64,
    asked: bool,
    waiting: Option<std::task::Waker>,
}

impl AsyncRead for Flood {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.asked {
            self.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let more = b"HTTP/1.1 102 Processing\r\n\r\n";
        while buffer.remaining() > 0 {
            let at = (self.bytes % more.len() as u64) as usize;
            buffer.put_slice(&more[at..=at]);
            self.bytes += 1;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.asked = true;
        self.waiting
            .take()
            .into_iter()
            .for_each(std::task::Waker::wake);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_pauses_is_looked_at_all_the_same() {
    let (mut flood, limits) = (Flood::default(), limits());
    let budget = HttpBudget::new(&limits);
    let deadline = Instant::now() + Duration::from_secs(60);
    let outcome = exchange(&mut flood, request(None), &budget, deadline).await;
    assert_eq!(outcome.map(|r| r.body), Err(HttpError::TooLarge(100_000)));
    assert!(
        flood.bytes < limits.http_bytes + (64 << 10),
        "{} bytes",
        flood.bytes
    );
}
