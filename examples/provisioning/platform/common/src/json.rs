use std::fmt::Write;

pub fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for sign in value.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            // writing to a text cannot fail
            control if (control as u32) < 0x20 => drop(write!(out, "\\u{:04x}", control as u32)),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// Values are JSON already.
pub fn list(values: &[String]) -> String {
    format!("[{}]", values.join(","))
}

pub fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}:{value}", text(key))).collect();
    format!("{{{}}}", fields.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        assert_eq!(text("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
    }

    #[test]
    fn objects_keep_their_order() {
        assert_eq!(object(&[("b", list(&["1".into(), "2".into()])), ("a", text(""))]), "{\"b\":[1,2],\"a\":\"\"}");
    }
}
