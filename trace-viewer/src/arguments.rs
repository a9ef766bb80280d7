//! The command line.

use std::path::PathBuf;

/// The port of Phoenix, to which `register()` sends by default.
const DEFAULT_PORT: u16 = 6006;

const HELP: &str = "\
Receives traces over OTLP/HTTP and shows them in the browser.

Usage: llm-trace [--port <number>] [--dir <folder>]

  --port <number>  the port on 127.0.0.1 (default: 6006; 0 chooses a free one)
  --dir <folder>   keep the spans as JSON lines in this folder, one file a day,
                   and show them again after a restart
  --help, --version";

/// The settings of the server.
#[derive(Debug, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) port: u16,
    /// The folder of the JSON lines; `None` keeps spans in memory only.
    pub(crate) dir: Option<PathBuf>,
}

/// The work to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Serve(Arguments),
    Print(String),
}

/// Parses the arguments after the name of the program.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command, String> {
    let mut found = Arguments { port: DEFAULT_PORT, dir: None };
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        let mut value =
            || value.clone().or_else(|| arguments.next()).filter(|value| !value.is_empty());
        match name {
            "--port" => {
                let value = value().unwrap_or_default();
                found.port = value.parse().map_err(|_| {
                    format!("--port is {value:?}: expected a number from 0 to 65535")
                })?;
            }
            "--dir" => match value() {
                Some(folder) => found.dir = Some(folder.into()),
                None => return Err("--dir is empty: expected the path of a folder".to_owned()),
            },
            "--help" | "-h" => return Ok(Command::Print(HELP.to_owned())),
            "--version" | "-V" => {
                return Ok(Command::Print(format!("llm-trace {}", env!("CARGO_PKG_VERSION"))));
            }
            _ => return Err(format!("{argument:?} is unknown\n\n{HELP}")),
        }
    }
    Ok(Command::Serve(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, String> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn arguments_have_defaults_and_two_forms() {
        let serve = |port, dir: Option<&str>| {
            Ok(Command::Serve(Arguments { port, dir: dir.map(PathBuf::from) }))
        };
        assert_eq!(parsed(&[]), serve(6006, None));
        assert_eq!(parsed(&["--port", "1", "--dir", "a b"]), serve(1, Some("a b")));
        assert_eq!(parsed(&["--port=1", "--dir=x=y"]), serve(1, Some("x=y")));
    }

    #[test]
    fn invalid_arguments_name_the_accepted_values() {
        let error = parsed(&["--port", "high"]).unwrap_err();
        assert_eq!(error, "--port is \"high\": expected a number from 0 to 65535");
        assert_eq!(
            parsed(&["--dir"]).unwrap_err(),
            "--dir is empty: expected the path of a folder"
        );
        assert!(parsed(&["--prot"]).unwrap_err().starts_with("\"--prot\" is unknown\n\nReceives"));
    }
}
