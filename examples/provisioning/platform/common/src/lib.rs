//! What the three services share: command line, configuration, a small HTTP server.

mod config;
mod http;
mod json;

use std::process::ExitCode;

pub use config::Config;
pub use json::{list, object, text};

/// A path and what answers it.
pub type Route = (&'static str, fn(&Config) -> String);

pub struct Service {
    pub name: &'static str,
    pub version: &'static str,
    pub about: &'static str,
    pub routes: &'static [Route],
}

enum Command {
    Help,
    Version,
    Check(String),
    Serve { config: Option<String>, listen: Option<String> },
}

/// Exit code 0: done, 1: failed, 2: wrong command line.
pub fn run(service: &'static Service) -> ExitCode {
    let command = match parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(problem) => return fail(service, &format!("{problem}\nTry {} --help", service.name), 2),
    };
    match execute(service, command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(service, &problem, 1),
    }
}

fn fail(service: &Service, problem: &str, code: u8) -> ExitCode {
    eprintln!("{}: {problem}", service.name);
    ExitCode::from(code)
}

fn parse(args: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut args = args;
    let (mut config, mut listen) = (None, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "-V" | "--version" => return Ok(Command::Version),
            "--check" => return Ok(Command::Check(value(&arg, args.next())?)),
            "--config" => config = Some(value(&arg, args.next())?),
            "--listen" => listen = Some(value(&arg, args.next())?),
            _ => return Err(format!("Cannot understand \"{arg}\"")),
        }
    }
    Ok(Command::Serve { config, listen })
}

fn value(option: &str, given: Option<String>) -> Result<String, String> {
    given.ok_or_else(|| format!("Cannot use {option}: it needs a value"))
}

fn execute(service: &'static Service, command: Command) -> Result<(), String> {
    match command {
        Command::Help => println!("{}", help(service)),
        Command::Version => println!("{} {}", service.name, service.version),
        Command::Check(file) => {
            Config::read(&file)?;
            println!("{file}: ok");
        }
        Command::Serve { config, listen } => {
            let mut settings = config.map_or_else(|| Ok(Config::default()), |file| Config::read(&file))?;
            if let Some(address) = listen {
                settings.set_listen(&address)?;
            }
            http::serve(service, settings)?;
        }
    }
    Ok(())
}

fn help(service: &Service) -> String {
    let paths: Vec<&str> = service.routes.iter().map(|route| route.0).collect();
    format!(
        "{name}: {about}

Usage: {name} [--config FILE] [--listen ADDRESS]
       {name} --check FILE

  --config FILE     settings
  --listen ADDRESS  instead of the one in the settings; port 0 takes a free one
  --check FILE      read settings, say what is wrong, and stop
  --version, --help

Answers GET /health {paths}",
        name = service.name,
        about = service.about,
        paths = paths.join(" "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Command, String> {
        parse(args.iter().map(|arg| arg.to_string()))
    }

    #[test]
    fn an_option_needs_its_value() {
        assert_eq!(parsed(&["--check"]).err(), Some("Cannot use --check: it needs a value".into()));
    }

    #[test]
    fn an_unknown_option_is_an_error() {
        assert_eq!(parsed(&["--chek"]).err(), Some("Cannot understand \"--chek\"".into()));
    }
}
