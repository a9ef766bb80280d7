//! Four lines on stderr that say where the traces go.

use super::error::Setting;
use super::settings::{OtlpSettings, Protocol, Settings};
use std::io::Write;

pub(super) fn print(settings: &Settings) {
    // A closed stderr is no reason to fail.
    let _ = std::io::stderr().lock().write_all(text(settings).as_bytes());
}

fn text(settings: &Settings) -> String {
    let project = &settings.resource.project;
    // A line break in the name must not make another line.
    let shown: String = project.chars().filter(|character| !character.is_control()).collect();
    let mut lines = format!("tracing to project {shown}\n");
    if let Some(otlp) = &settings.otlp {
        lines += &format!("  endpoint   {}\n", otlp.endpoint.shown());
        lines += &format!("  transport  {}\n", transport(otlp));
        if otlp.endpoint.protocol == Protocol::HttpProtobuf {
            lines += &format!("  look at    {}\n", project_page(otlp, project));
        }
    }
    lines
}

fn transport(otlp: &OtlpSettings) -> String {
    let protocol = match otlp.endpoint.protocol {
        Protocol::HttpProtobuf => "http/protobuf",
        Protocol::Grpc => "grpc",
    };
    format!("{protocol}{}", if otlp.gzip { ", gzip" } else { "" })
}

/// Phoenix leads from the project's name to its page; other backends have their pages at the base.
fn project_page(otlp: &OtlpSettings, project: &str) -> String {
    let base = otlp.endpoint.base();
    let project =
        percent_encoding::utf8_percent_encode(project, percent_encoding::NON_ALPHANUMERIC);
    let is_phoenix = matches!(
        otlp.endpoint.setting,
        Setting::Default | Setting::Variable("PHOENIX_COLLECTOR_ENDPOINT")
    );
    if is_phoenix || base.ends_with(":6006") {
        format!("{base}/redirects/projects/{project}")
    } else {
        base.to_owned()
    }
}
