//! Resolves the backends that take feedback: those of the spans.

use super::Settings;
use crate::config::Setting;
use crate::delivery::{OtlpSettings, Protocol};
use crate::feedback::{self, Api, HubSettings, LANGFUSE, MLFLOW, PHOENIX};
use crate::register::builder::{Builder, Vendor};
use std::time::Duration;

/// The time for which feedback for an unknown span is tried again.
const DEFAULT_WAIT: Duration = Duration::from_secs(3600);

/// Returns the settings of feedback. The order of destinations is that in which the provider starts
/// them: exporters, the collector, backends.
pub(in crate::register) fn feedback(settings: &Settings, builder: &Builder) -> HubSettings {
    let mut others: Vec<String> = Vec::new();
    let mut backends = Vec::new();
    let collector = settings.otlp.iter().map(|otlp| (otlp, collector(otlp)));
    let named = settings.backends.iter().zip(&settings.vendors);
    let named = named.map(|(otlp, vendor)| (otlp, api(*vendor, otlp)));
    let all = (builder.exporters.len()..).zip(collector.chain(named));
    for (destination, (otlp, api)) in all {
        let is_http = otlp.endpoint.protocol != Protocol::Grpc;
        match api.filter(|_| is_http) {
            Some(api) => {
                backends.push(feedback::Backend { otlp: otlp.clone(), api, destination });
            }
            None if is_http => others.push(otlp.shown()),
            None => others.push(format!("{} over gRPC", otlp.shown())),
        }
    }
    if builder.provider.is_some() {
        others.push("the exporters of an attached provider".to_owned());
    }
    HubSettings {
        backends,
        others,
        spool: settings.delivery.spool.clone(),
        scrubs_secrets: settings.delivery.stages.scrubs_secrets(),
        wait: builder.feedback_wait.unwrap_or(DEFAULT_WAIT),
    }
}

fn api(vendor: Vendor, otlp: &OtlpSettings) -> Option<&'static Api> {
    match vendor {
        Vendor::Phoenix | Vendor::PhoenixCloud => Some(&PHOENIX),
        Vendor::Langfuse => Some(&LANGFUSE),
        Vendor::Mlflow => Some(&MLFLOW),
        Vendor::Otlp => by_address(otlp),
        _ => None,
    }
}

/// Returns the interface of the collector that has no name. It is Phoenix, unless the address or a
/// header shows another backend, or the variables for any collector contain it.
fn collector(otlp: &OtlpSettings) -> Option<&'static Api> {
    let is_any =
        matches!(otlp.endpoint.setting, Setting::Variable(name) if name.starts_with("OTEL_"));
    by_address(otlp).or((!is_any).then_some(&PHOENIX))
}

fn by_address(otlp: &OtlpSettings) -> Option<&'static Api> {
    if otlp.headers.iter().any(|(name, _)| name == "x-mlflow-experiment-id") {
        return Some(&MLFLOW);
    }
    otlp.endpoint.url.contains(LANGFUSE.traces_path()).then_some(&LANGFUSE)
}
