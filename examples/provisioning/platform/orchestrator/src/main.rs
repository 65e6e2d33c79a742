use std::fs;
use std::process::ExitCode;

use common::{list, object, text, Config, Service};

static SERVICE: Service = Service {
    name: "orchestrator",
    version: env!("CARGO_PKG_VERSION"),
    about: "puts task services on servers, in order",
    routes: &[("/catalog", catalog)],
};

fn main() -> ExitCode {
    common::run(&SERVICE)
}

fn catalog(config: &Config) -> String {
    let kinds = ["providers", "taskservs", "clusters"];
    let fields: Vec<(&str, String)> = kinds.iter().map(|kind| (*kind, list(&names(config, kind)))).collect();
    object(&fields)
}

/// A kind that a distribution leaves out has none.
fn names(config: &Config, kind: &str) -> Vec<String> {
    let entries = fs::read_dir(config.catalog.join(kind)).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| text(&entry.file_name().to_string_lossy())).collect();
    names.sort();
    names
}
