//! The lines on stderr that list the destinations of a new registration.
//!
//! They answer the first question of a new user, where the traces are, with a link to the page.

use super::builder::Builder;
use super::settings::Settings;
use crate::config::Setting;
use crate::delivery::{Compression, FileFormat, OtlpSettings, Protocol};
use crate::readable::file_url;
use std::io::Write;

pub(super) fn print(text: &str) {
    // Not `eprint!`, which panics if stderr is closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Returns a line for the project and lines for every destination. The console is left out: its
/// output is visible anyway.
pub(super) fn text(settings: &Settings, builder: &Builder) -> String {
    let project = &settings.resource.project;
    // A line break in the name could imitate another line of the banner.
    let printable: String = project.chars().filter(|character| !character.is_control()).collect();
    let mut lines = format!("tracing to project {printable}\n");
    for otlp in settings.otlp.iter().chain(&settings.backends) {
        // A backend that only has an address is known by its address.
        let title = otlp.backend.as_ref().filter(|backend| !backend.keys.is_empty());
        lines += &title.map_or_else(String::new, |it| format!("  backend    {}\n", it.title));
        lines += &format!("  endpoint   {}\n", otlp.endpoint.shown());
        lines += &format!("  transport  {}\n", transport(otlp));
        let page = page(otlp, project);
        lines += &page.map_or_else(String::new, |page| format!("  view at    {page}\n"));
    }
    for file in &settings.files {
        lines += &match file.format {
            FileFormat::JsonLines => format!("  file       {}\n", file.path.display()),
            FileFormat::Page => format!("  page       {}\n", file_url(&file.path)),
        };
    }
    for _ in &builder.exporters {
        lines += "  exporter   given in code\n";
    }
    if let Some(spool) = &settings.delivery.spool {
        lines += &format!("  spool      {}\n", spool.path.display());
    }
    lines
}

/// Returns the protocol and the compression, for example `http/protobuf, gzip`.
fn transport(otlp: &OtlpSettings) -> String {
    let compression = match otlp.compression {
        Compression::None => "",
        Compression::Gzip => ", gzip",
        Compression::Zstd(_) => ", zstd",
    };
    format!("{}{compression}", otlp.endpoint.protocol.name())
}

/// Returns the page to look at, if its address is known.
fn page(otlp: &OtlpSettings, project: &str) -> Option<String> {
    match &otlp.backend {
        Some(backend) if !backend.keys.is_empty() && !backend.title.starts_with("Phoenix") => {
            backend.page.clone()
        }
        // The port of a gRPC endpoint serves no pages.
        _ if otlp.endpoint.protocol == Protocol::Grpc => None,
        _ => Some(project_page(otlp, project)),
    }
}

/// Returns the page of the project. Phoenix redirects from the name of a project to its page; for
/// other backends this is the base URL. Phoenix is recognized by its setting or its port.
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
    use crate::register::{Backend, register};
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
        let environment = Environment::from_pairs(&[]);
        text(&Settings::resolve(builder, &environment).unwrap().unwrap(), builder)
    }

    #[test]
    fn banner_lists_every_destination_in_the_same_form() {
        let other = Backend::otlp("https://h:4317?key=secret").api_key("secret");
        let builder = register()
            .project_name("p q")
            .endpoint("http://h:6006")
            .backend(other)
            .backend(Backend::braintrust().api_key("secret"))
            .exporter(Nowhere)
            .file("one.jsonl")
            .file("two.jsonl")
            .html("/my traces/page.html")
            .spool("there");
        assert_eq!(
            banner(&builder),
            "tracing to project p q\n\
             \x20 endpoint   http://h:6006/v1/traces\n\
             \x20 transport  http/protobuf\n\
             \x20 view at    http://h:6006/redirects/projects/p%20q\n\
             \x20 endpoint   https://h:4317\n\
             \x20 transport  grpc\n\
             \x20 backend    Braintrust\n\
             \x20 endpoint   https://api.braintrust.dev/otel/v1/traces\n\
             \x20 transport  http/protobuf\n\
             \x20 file       one.jsonl\n\
             \x20 file       two.jsonl\n\
             \x20 page       file:///my%20traces/page.html\n\
             \x20 exporter   given in code\n\
             \x20 spool      there\n"
        );
    }
}
