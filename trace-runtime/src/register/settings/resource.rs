//! Resolves the resource: project, service and other attributes that describe the process.

use super::headers::pairs;
use crate::config::{Environment, RegisterError};
use crate::openinference::keys;
use crate::register::builder::Builder;
use std::collections::BTreeMap;
use std::fs;

/// The attributes of the resource, without those that the SDK adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceSettings {
    pub(crate) project: String,
    pub(crate) service_name: String,
    /// All attributes except project and service name.
    pub(crate) attributes: BTreeMap<String, String>,
}

impl ResourceSettings {
    /// Resolves the resource.
    ///
    /// Precedence of the project: code, then `PHOENIX_PROJECT`, then `PHOENIX_PROJECT_NAME`, then
    /// `openinference.project.name` in `OTEL_RESOURCE_ATTRIBUTES`, then `default`.
    /// Precedence of the service name: code, then `OTEL_SERVICE_NAME`, then `service.name` in
    /// `OTEL_RESOURCE_ATTRIBUTES`, then the name of the executable. In code, the method
    /// of the builder wins over `resource_attribute(..)` with the same key.
    pub(crate) fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let mut from_env = BTreeMap::new();
        if let Some((setting, list)) = env.get("OTEL_RESOURCE_ATTRIBUTES") {
            let accepted = "pairs like key=value,other=value with percent-encoded values";
            from_env.extend(pairs(list).ok_or_else(|| setting.invalid(list, accepted))?);
        }
        let mut from_code: BTreeMap<_, _> = builder.resource_attributes.iter().cloned().collect();

        let named = |name: &'static str| env.get(name).map(|(_, value)| value.to_owned());
        let project = builder
            .project_name
            .clone()
            .or_else(|| from_code.remove(keys::PROJECT_NAME))
            .or_else(|| named("PHOENIX_PROJECT"))
            .or_else(|| named("PHOENIX_PROJECT_NAME"))
            .or_else(|| from_env.get(keys::PROJECT_NAME).cloned())
            .unwrap_or_else(|| "default".to_owned());
        let service_name = builder
            .service_name
            .clone()
            .or_else(|| from_code.remove(keys::SERVICE_NAME))
            .or_else(|| named("OTEL_SERVICE_NAME"))
            .or_else(|| from_env.get(keys::SERVICE_NAME).cloned())
            .or_else(|| env.executable.clone())
            .unwrap_or_else(|| "unknown_service".to_owned());

        for (key, value) in detected(builder, env) {
            from_env.entry(key.to_owned()).or_insert(value);
        }
        // Code wins over the environment, key by key. The two names above are not repeated.
        let mut attributes = from_env;
        attributes.extend(from_code);
        attributes.remove(keys::PROJECT_NAME);
        attributes.remove(keys::SERVICE_NAME);
        Ok(ResourceSettings { project, service_name, attributes })
    }
}

/// Returns the attributes of the host and the process, if code or the environment asks for them.
fn detected(builder: &Builder, env: &Environment) -> Vec<(&'static str, String)> {
    // Other SDKs read the same variable and know more detectors.
    let list = env.get("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS").map_or("", |(_, list)| list);
    let names = list.split(',').map(str::trim);
    let asks_for = |detector: &str| {
        builder.describes_process || names.clone().any(|name| name == detector || name == "*")
    };
    let mut detected = Vec::new();
    if asks_for("host") {
        detected.extend(host_name(env).map(|name| (keys::HOST_NAME, name)));
    }
    if asks_for("process") {
        detected.push((keys::PROCESS_PID, std::process::id().to_string()));
    }
    detected
}

/// Returns the name of the host: that of the kernel, else that of the environment.
fn host_name(env: &Environment) -> Option<String> {
    let of_kernel = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let of_kernel = of_kernel.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    let of_environment = || Some(env.first(&["HOSTNAME", "COMPUTERNAME"])?.1.to_owned());
    of_kernel.or_else(of_environment)
}
