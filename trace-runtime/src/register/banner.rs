//! Some lines on stderr that say where the traces go.

use super::builder::Builder;
use super::settings::Settings;
use crate::config::Setting;
use crate::delivery::{OtlpSettings, Protocol};
use std::io::Write;

pub(super) fn print(text: &str) {
    // A closed stderr is no reason to fail.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Names every destination but the console, which shows where it is.
pub(super) fn text(settings: &Settings, builder: &Builder) -> String {
    let project = &settings.resource.project;
    // A line break in the name must not make another line.
    let shown: String = project.chars().filter(|character| !character.is_control()).collect();
    let mut lines = format!("tracing to project {shown}\n");
    for otlp in settings.otlp.iter().chain(&settings.others) {
        lines += &format!("  endpoint   {}\n", otlp.endpoint.shown());
        lines += &format!("  transport  {}\n", transport(otlp));
        if otlp.endpoint.protocol == Protocol::HttpProtobuf {
            lines += &format!("  look at    {}\n", project_page(otlp, project));
        }
    }
    for file in &settings.files {
        lines += &format!("  file       {}\n", file.path.display());
    }
    for _ in &builder.exporters {
        lines += "  exporter   given in code\n";
    }
    if let Some(spool) = &settings.delivery.spool {
        lines += &format!("  spool      {}\n", spool.path.display());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use crate::register::register;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SpanData, SpanExporter};

    #[derive(Debug)]
    struct Nowhere;

    impl SpanExporter for Nowhere {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            Ok(())
        }
    }

    fn banner(builder: &Builder) -> String {
        let environment = Environment::of(&[]);
        text(&Settings::resolve(builder, &environment).unwrap().unwrap(), builder)
    }

    #[test]
    fn it_names_every_destination_in_the_same_form() {
        let other = register().endpoint("https://h:4317?key=secret").api_key("secret");
        let builder = register()
            .project_name("p q")
            .endpoint("http://h:6006")
            .also(other)
            .exporter(Nowhere)
            .file("one.jsonl")
            .file("two.jsonl")
            .spool("there");
        assert_eq!(
            banner(&builder),
            "tracing to project p q\n\
             \x20 endpoint   http://h:6006/v1/traces\n\
             \x20 transport  http/protobuf\n\
             \x20 look at    http://h:6006/redirects/projects/p%20q\n\
             \x20 endpoint   https://h:4317\n\
             \x20 transport  grpc\n\
             \x20 file       one.jsonl\n\
             \x20 file       two.jsonl\n\
             \x20 exporter   given in code\n\
             \x20 spool      there\n"
        );
    }
}
