use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Settings, from the part of TOML that is `key = "text"` and comments.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Folder with providers, taskservs and clusters.
    pub catalog: PathBuf,
}

impl Default for Config {
    fn default() -> Self {
        Config { listen: SocketAddr::from(([127, 0, 0, 1], 0)), catalog: PathBuf::from("/usr/share/provisioning") }
    }
}

impl Config {
    pub fn read(file: &str) -> Result<Config, String> {
        let text = fs::read_to_string(file).map_err(|error| format!("Cannot read \"{file}\": {error}"))?;
        Config::parse(&text).map_err(|(line, problem)| format!("{file}:{line}: {problem}"))
    }

    pub fn set_listen(&mut self, address: &str) -> Result<(), String> {
        self.listen = address.parse().map_err(|_| format!("Cannot listen on \"{address}\": not an address and a port"))?;
        Ok(())
    }

    fn parse(text: &str) -> Result<Config, (usize, String)> {
        let mut config = Config::default();
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            config.set(line).map_err(|problem| (number, problem))?;
        }
        Ok(config)
    }

    fn set(&mut self, line: &str) -> Result<(), String> {
        let (key, value) = line.split_once('=').ok_or_else(|| format!("Cannot read \"{line}\": no key = \"value\""))?;
        let value = unquoted(value.trim())?;
        match key.trim() {
            "listen" => self.set_listen(value),
            "catalog" => {
                self.catalog = PathBuf::from(value);
                Ok(())
            }
            other => Err(format!("Cannot use \"{other}\": the keys are listen, catalog")),
        }
    }
}

fn unquoted(value: &str) -> Result<&str, String> {
    let inside = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let plain = inside.filter(|text| !text.contains(&['"', '\\'][..]));
    plain.ok_or_else(|| format!("Cannot read {value}: not a text in double quotes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_left_out() {
        let config = Config::parse("# where\nlisten = \"127.0.0.1:9090\"\n\n").unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:9090");
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line() {
        let (line, problem) = Config::parse("\nlisen = \"x\"").unwrap_err();
        assert_eq!((line, problem.as_str()), (2, "Cannot use \"lisen\": the keys are listen, catalog"));
    }

    #[test]
    fn a_value_stands_in_quotes() {
        assert!(unquoted("\"").is_err());
        assert!(unquoted("9090").is_err());
        assert_eq!(unquoted("\"\""), Ok(""));
    }
}
