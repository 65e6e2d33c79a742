use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::{object, text, Config, Service};

/// Bytes of a request that are read; more are no request of ours.
const LIMIT: u64 = 8 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

struct Answer {
    status: &'static str,
    body: String,
}

/// Says the address on standard output, then answers until the process is ended.
pub fn serve(service: &'static Service, config: Config) -> Result<(), String> {
    let failed = |error: Error| format!("Cannot listen on \"{}\": {error}", config.listen);
    let listener = TcpListener::bind(config.listen).map_err(failed)?;
    println!("listening on {}", listener.local_addr().map_err(failed)?);
    let config = Arc::new(config);
    for stream in listener.incoming() {
        let config = Arc::clone(&config);
        match stream {
            Ok(stream) => drop(thread::spawn(move || answer(service, &config, stream))),
            Err(error) => eprintln!("{}: Cannot accept a connection: {error}", service.name),
        }
    }
    Ok(())
}

fn answer(service: &Service, config: &Config, stream: TcpStream) {
    if let Err(error) = respond(service, config, stream) {
        eprintln!("{}: Cannot answer: {error}", service.name);
    }
}

fn respond(service: &Service, config: &Config, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let Answer { status, body } = match request_line(&stream) {
        Ok(line) => route(service, config, &line),
        Err(error) if error.kind() == ErrorKind::InvalidData => failure("400 Bad Request"),
        Err(error) => return Err(error),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// The first line; the head is read to its end, so that closing resets nothing.
fn request_line(stream: &TcpStream) -> std::io::Result<String> {
    let mut lines = BufReader::new(stream.take(LIMIT)).lines();
    let first = lines.next().unwrap_or_else(|| Err(ErrorKind::InvalidData.into()))?;
    for line in lines {
        if line?.is_empty() {
            return Ok(first);
        }
    }
    Err(ErrorKind::InvalidData.into())
}

fn route(service: &Service, config: &Config, line: &str) -> Answer {
    let parts: Vec<&str> = line.split(' ').collect();
    match parts[..] {
        ["GET", "/health", _] => Answer { status: "200 OK", body: health(service) },
        ["GET", path, _] => match service.routes.iter().find(|route| route.0 == path) {
            Some((_, body)) => Answer { status: "200 OK", body: body(config) },
            None => failure("404 Not Found"),
        },
        [_, _, _] => failure("405 Method Not Allowed"),
        _ => failure("400 Bad Request"),
    }
}

fn health(service: &Service) -> String {
    object(&[("status", text("ok")), ("service", text(service.name)), ("version", text(service.version))])
}

fn failure(status: &'static str) -> Answer {
    Answer { status, body: object(&[("error", text(status))]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Service = Service { name: "test", version: "1.0.0", about: "", routes: &[("/one", |_| text("1"))] };

    fn status(line: &str) -> &'static str {
        route(&SERVICE, &Config::default(), line).status
    }

    #[test]
    fn health_names_the_service() {
        assert_eq!(health(&SERVICE), "{\"status\":\"ok\",\"service\":\"test\",\"version\":\"1.0.0\"}");
    }

    #[test]
    fn only_known_paths_are_answered() {
        assert_eq!(status("GET /one HTTP/1.1"), "200 OK");
        assert_eq!(status("GET /../etc/passwd HTTP/1.1"), "404 Not Found");
        assert_eq!(status("POST /health HTTP/1.1"), "405 Method Not Allowed");
        assert_eq!(status("nonsense"), "400 Bad Request");
    }
}
