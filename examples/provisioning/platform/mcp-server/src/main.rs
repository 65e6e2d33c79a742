use std::process::ExitCode;

use common::{list, object, text, Config, Service};

static SERVICE: Service = Service {
    name: "mcp-server",
    version: env!("CARGO_PKG_VERSION"),
    about: "tells assistants which tools there are",
    routes: &[("/tools", tools)],
};

const TOOLS: [(&str, &str); 2] = [("list_taskservs", "Names of all task services"), ("plan_cluster", "What a cluster would install, in order")];

fn main() -> ExitCode {
    common::run(&SERVICE)
}

fn tools(_: &Config) -> String {
    let tools: Vec<String> = TOOLS.iter().map(|(name, about)| object(&[("name", text(name)), ("description", text(about))])).collect();
    list(&tools)
}
