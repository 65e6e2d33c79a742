use std::process::ExitCode;

use common::{object, text, Config, Service};

static SERVICE: Service = Service {
    name: "control-center",
    version: env!("CARGO_PKG_VERSION"),
    about: "shows people what runs where",
    routes: &[("/settings", settings)],
};

fn main() -> ExitCode {
    common::run(&SERVICE)
}

fn settings(config: &Config) -> String {
    object(&[("listen", text(&config.listen.to_string())), ("catalog", text(&config.catalog.to_string_lossy()))])
}
