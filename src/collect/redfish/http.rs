//! HTTP/1.1 (RFC 9112), as much as a Redfish client needs: a request in one piece, and the answer to it with a
//! body of known length, in chunks, or up to the end of the connection. Answers come from foreign firmware:
//! everything has a limit.

use std::io::{self, BufRead, Read};

use zeroize::Zeroizing;

/// Bytes of status line and headers together.
const HEAD_BYTES_MAX: u64 = 64 * 1024;
/// Interim answers (1xx) before the real one.
const INTERIM_MAX: usize = 8;

/// Why an answer cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("the connection broke off")]
    Cut(#[source] io::Error),
    #[error("no answer in time")]
    Silent,
    #[error("the answer is no HTTP: {0}")]
    NotHttp(&'static str),
    #[error("the answer is longer than {limit} bytes")]
    TooLong { limit: u64 },
}

impl From<io::Error> for HttpError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::TimedOut { Self::Silent } else { Self::Cut(error) }
    }
}

/// An answer, whatever its status.
pub(super) struct Response {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the connection can be used again.
    pub reusable: bool,
}

impl Response {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

/// A request. It may hold a password, so that it is wiped after use; its room is taken once, so that no copy
/// stays behind where it grew.
pub(super) fn request(
    method: &str,
    target: &str,
    host: &str,
    secret_header: Option<(&str, &[u8])>,
    body: &[u8],
) -> Zeroizing<Vec<u8>> {
    let mut head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n\
         OData-Version: 4.0\r\nUser-Agent: coroner\r\n"
    );
    if method == "POST" {
        head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
    }
    let secret_len = secret_header.map_or(0, |(name, value)| name.len() + value.len() + 4);
    let mut whole = Zeroizing::new(Vec::with_capacity(head.len() + secret_len + 2 + body.len()));
    whole.extend_from_slice(head.as_bytes());
    if let Some((name, value)) = secret_header {
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            whole.extend_from_slice(part);
        }
    }
    whole.extend_from_slice(b"\r\n");
    whole.extend_from_slice(body);
    whole
}

/// Reads the answer to a request.
pub(super) fn read_response(from: &mut impl BufRead, body_max: u64) -> Result<Response, HttpError> {
    let mut answer = read_head(from)?;
    for _ in 0..INTERIM_MAX {
        if !(100..200).contains(&answer.status) {
            break;
        }
        answer = read_head(from)?;
    }
    if (100..200).contains(&answer.status) {
        return Err(HttpError::NotHttp("no end of interim answers"));
    }
    if matches!(answer.status, 204 | 304) {
        return Ok(answer);
    }
    let chunked =
        answer.header("Transfer-Encoding").is_some_and(|how| how.trim().eq_ignore_ascii_case("chunked"));
    if chunked {
        answer.body = read_chunks(from, body_max)?;
    } else if let Some(length) = answer.header("Content-Length") {
        let length: u64 = length.trim().parse().map_err(|_| HttpError::NotHttp("length is no number"))?;
        if length > body_max {
            return Err(HttpError::TooLong { limit: body_max });
        }
        read_exactly(from, length, &mut answer.body)?;
    } else {
        answer.reusable = false;
        read_to_end(from, body_max, &mut answer.body)?;
    }
    Ok(answer)
}

fn read_head(from: &mut impl BufRead) -> Result<Response, HttpError> {
    let mut left = HEAD_BYTES_MAX;
    let status_line = read_line(from, &mut left)?;
    let mut words = status_line.split_ascii_whitespace();
    let version = words.next().filter(|version| version.starts_with("HTTP/1."));
    let version = version.ok_or(HttpError::NotHttp("no status line"))?;
    let status = words.next().and_then(|code| code.parse().ok()).filter(|code| (100..600).contains(code));
    let status = status.ok_or(HttpError::NotHttp("no status code"))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from, &mut left)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or(HttpError::NotHttp("a header without a colon"))?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let wish = header(&headers, "Connection").unwrap_or_default().to_ascii_lowercase();
    let reusable = if version == "HTTP/1.0" { wish.contains("keep-alive") } else { !wish.contains("close") };
    Ok(Response { status, headers, body: Vec::new(), reusable })
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// A line without its end. `left` counts down what all lines together may still have.
fn read_line(from: &mut impl BufRead, left: &mut u64) -> Result<String, HttpError> {
    let mut line = Vec::new();
    let taken = from.take(*left).read_until(b'\n', &mut line)?;
    *left = left.saturating_sub(taken as u64);
    if !line.ends_with(b"\n") {
        return Err(if *left == 0 {
            HttpError::NotHttp("no end of headers")
        } else {
            HttpError::Cut(io::ErrorKind::UnexpectedEof.into())
        });
    }
    Ok(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
}

fn read_exactly(from: &mut impl BufRead, length: u64, body: &mut Vec<u8>) -> Result<(), HttpError> {
    // Grows with what comes, not with what is announced.
    let taken = from.take(length).read_to_end(body)?;
    if (taken as u64) < length { Err(HttpError::Cut(io::ErrorKind::UnexpectedEof.into())) } else { Ok(()) }
}

fn read_to_end(from: &mut impl BufRead, limit: u64, body: &mut Vec<u8>) -> Result<(), HttpError> {
    match from.take(limit + 1).read_to_end(body) {
        // A server that just hangs up ends the body so. Whether it is whole, its JSON tells.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
        _ => {}
    }
    if body.len() as u64 > limit { Err(HttpError::TooLong { limit }) } else { Ok(()) }
}

fn read_chunks(from: &mut impl BufRead, limit: u64) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    // Chunks have a size line each; a body of one-byte chunks costs its sender more than its reader.
    loop {
        let mut left = HEAD_BYTES_MAX;
        let line = read_line(from, &mut left)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| HttpError::NotHttp("no size of a chunk"))?;
        if size == 0 {
            break;
        }
        if size > limit.saturating_sub(body.len() as u64) {
            return Err(HttpError::TooLong { limit });
        }
        read_exactly(from, size, &mut body)?;
        if !read_line(from, &mut left)?.is_empty() {
            return Err(HttpError::NotHttp("a chunk is longer than it says"));
        }
    }
    let mut left = HEAD_BYTES_MAX;
    while !read_line(from, &mut left)?.is_empty() {}
    Ok(body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Response, HttpError> {
        read_response(&mut text.as_bytes(), 100)
    }

    #[test]
    fn bodies_end_by_length_by_chunk_and_by_the_connection() {
        for (text, body, reusable) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcdef", "abc", true),
            ("HTTP/1.1 200\nContent-Length: 3\nConnection: close\n\nabc", "abc", false),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nX: y\r\n\r\n",
                "abc",
                true,
            ),
            ("HTTP/1.0 200 OK\r\n\r\nabc", "abc", false),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "", true),
        ] {
            let answer = read(text).unwrap();
            assert_eq!((answer.body.as_slice(), answer.reusable), (body.as_bytes(), reusable), "{text}");
        }
    }

    #[test]
    fn what_is_cut_too_long_or_no_http_is_an_error() {
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "",
        ] {
            assert!(matches!(read(text), Err(HttpError::Cut(_))), "{text}");
        }
        let long = "x".repeat(101);
        for text in [
            "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n".to_owned(),
            format!("HTTP/1.1 200 OK\r\n\r\n{long}"),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_owned(),
        ] {
            assert!(matches!(read(&text), Err(HttpError::TooLong { limit: 100 })), "{text}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(70_000));
        let interim = "HTTP/1.1 100 Continue\r\n\r\n".repeat(20);
        for text in [
            "SSH-2.0-OpenSSH\r\n",
            "HTTP/1.1 abc\r\n",
            "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
            &endless,
            &interim,
        ] {
            assert!(matches!(read(text), Err(HttpError::NotHttp(_))), "{:.40}", text);
        }
    }

    #[test]
    fn a_request_carries_its_secret_and_its_body() {
        let whole = request("POST", "/redfish/v1/x", "[::1]:443", Some(("X-Auth-Token", b"t")), b"{}");
        let text = String::from_utf8(whole.to_vec()).unwrap();
        assert!(text.starts_with("POST /redfish/v1/x HTTP/1.1\r\nHost: [::1]:443\r\n"), "{text}");
        assert!(text.ends_with("Content-Length: 2\r\nX-Auth-Token: t\r\n\r\n{}"), "{text}");
        assert_eq!(whole.len(), whole.capacity(), "it never grew");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_exceed_the_limit(
            head in prop_oneof![Just("HTTP/1.1 200 OK\r\n"), Just("HTTP/1.0 500\n"), Just("")],
            headers in proptest::collection::vec(prop_oneof![
                Just("Content-Length: 7\r\n"), Just("Content-Length: -1\r\n"), Just("Transfer-Encoding: chunked\r\n"),
                Just("\r\n"), Just("5\r\n"), Just("0\r\n"), Just("fffffffffffffffff\r\n"), Just(":\r\n"),
            ], 0..6),
            rest in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let bytes = [head.as_bytes(), headers.concat().as_bytes(), &rest].concat();
            if let Ok(answer) = read_response(&mut bytes.as_slice(), 100) {
                prop_assert!(answer.body.len() <= 100);
            }
        }
    }
}
