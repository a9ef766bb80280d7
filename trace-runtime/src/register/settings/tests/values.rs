//! The values that each variable accepts.

use super::*;

#[test]
fn booleans_are_read_in_all_spellings() {
    for (text, on) in [
        ("true", false),
        ("1", false),
        ("YES", false),
        ("On", false),
        ("false", true),
        ("0", true),
        ("no", true),
        ("OFF", true),
        ("", true),
    ] {
        let resolved = Settings::resolve(
            &register(),
            &Environment::from_pairs(&[("OTEL_SDK_DISABLED", text)]),
        );
        assert_eq!(resolved.unwrap().is_some(), on, "{text:?}");
    }
}

#[test]
fn exporter_names_select_destinations() {
    let table: [(&str, Option<(bool, bool)>); 5] = [
        ("otlp", Some((true, false))),
        ("console", Some((false, true))),
        ("otlp, console", Some((true, true))),
        ("none", None),
        ("none,console", Some((false, true))),
    ];
    for (names, expected) in table {
        let variables = [("OTEL_TRACES_EXPORTER", names)];
        let resolved =
            Settings::resolve(&register(), &Environment::from_pairs(&variables)).unwrap();
        assert_eq!(resolved.map(|s| (s.otlp.is_some(), s.console)), expected, "{names}");
    }
    assert!(settings(&register().console(true), &[]).console);
}

#[test]
fn sampler_names_select_parent_and_ratio() {
    let table = [
        (("always_on", ""), (false, 1.0)),
        (("always_off", ""), (false, 0.0)),
        (("traceidratio", "0.25"), (false, 0.25)),
        (("parentbased_always_on", ""), (true, 1.0)),
        (("parentbased_always_off", ""), (true, 0.0)),
        (("parentbased_traceidratio", "0.5"), (true, 0.5)),
        (("parentbased_traceidratio", ""), (true, 1.0)),
        (("", "0.5"), (true, 1.0)),
    ];
    for ((name, argument), (parent_based, ratio)) in table {
        let variables = [("OTEL_TRACES_SAMPLER", name), ("OTEL_TRACES_SAMPLER_ARG", argument)];
        let sampling = settings(&register(), &variables).sampling;
        assert_eq!(sampling, Sampling { parent_based, ratio }, "{name} {argument}");
    }
    let variables = [("OTEL_TRACES_SAMPLER", "always_off")];
    assert_eq!(
        settings(&register().sample_ratio(0.1), &variables).sampling,
        Sampling { parent_based: true, ratio: 0.1 }
    );
}

#[test]
fn numeric_settings_are_read_with_their_defaults() {
    let variables = [
        ("OTEL_BSP_EXPORT_TIMEOUT", "90"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "100"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "200"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "10"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "20"),
        ("OTEL_BSP_SCHEDULE_DELAY", "30"),
        ("TRACE_QUEUE_BYTES", "800000"),
        ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "40"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "41"),
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "50"),
    ];
    let all = settings(&register(), &variables);
    let otlp = all.otlp.unwrap();
    assert_eq!((otlp.timeout, otlp.compression), (Duration::from_millis(90), Compression::Gzip));
    assert_eq!(
        otlp.certificate,
        Some((Setting::Variable("OTEL_EXPORTER_OTLP_CERTIFICATE"), "ca.pem".to_owned()))
    );
    let batch = BatchSettings {
        queue_bytes: 800_000,
        queue_spans: Some(10),
        batch_spans: 10,
        batch_bytes: 100_000,
        delay: Duration::from_millis(30),
    };
    assert_eq!(all.delivery.batch, batch);
    let default = settings(&register(), &[]).delivery.batch;
    assert_eq!((default.queue_bytes, default.queue_spans), (256 << 20, None));
    assert_eq!((default.batch_spans, default.batch_bytes), (512, 3 << 20));
    let in_code = register().queue_bytes(1 << 20);
    assert_eq!(
        settings(&in_code, &[("TRACE_QUEUE_BYTES", "2000000")]).delivery.batch.queue_bytes,
        1 << 20
    );
    assert_eq!(all.delivery.stages.limits(), Limits { value_bytes: 40, attributes: 50 });
    assert_eq!(settings(&register().batch(false), &[]).delivery.batch.batch_spans, 1);
    assert_eq!(
        settings(&register(), &[]).delivery.stages.limits(),
        Limits { value_bytes: 1 << 20, attributes: 10_000 }
    );
}

/// Durable mode promises that spans are on disk within 100 ms. Half of that is for waiting, the
/// other half for writing.
#[test]
fn durable_mode_limits_the_delay_to_half_of_its_promise() {
    let delay =
        |builder: &Builder, variables: &[_]| settings(builder, variables).delivery.batch.delay;
    let durable = register().spool("spool").durable(true);
    let default = Duration::from_secs(5);
    assert_eq!(delay(&register(), &[]), default);
    assert_eq!(delay(&register().spool("spool"), &[]), default);
    assert_eq!(delay(&durable, &[]), Duration::from_millis(50));
    assert_eq!(delay(&durable, &[("OTEL_BSP_SCHEDULE_DELAY", "5000")]), Duration::from_millis(50));
    assert_eq!(delay(&durable, &[("OTEL_BSP_SCHEDULE_DELAY", "20")]), Duration::from_millis(20));
}

#[test]
fn process_is_described_when_code_or_the_environment_asks_for_it() {
    let attribute = |settings: &Settings, key: &str| settings.resource.attributes.get(key).cloned();
    let pid = Some(std::process::id().to_string());
    let silent = settings(&register(), &[("HOSTNAME", "h")]);
    assert_eq!([attribute(&silent, "host.name"), attribute(&silent, "process.pid")], [None, None]);
    let by_code = settings(&register().deployment("1.2.3", "staging"), &[("HOSTNAME", "h")]);
    assert!(attribute(&by_code, "host.name").is_some());
    assert_eq!(attribute(&by_code, "process.pid"), pid);
    assert_eq!(attribute(&by_code, "service.version").as_deref(), Some("1.2.3"));
    let environment = attribute(&by_code, "deployment.environment.name");
    assert_eq!(environment.as_deref(), Some("staging"));
    let detectors = "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS";
    let by_variable = settings(&register(), &[(detectors, "otel, process,os")]);
    assert_eq!(attribute(&by_variable, "process.pid"), pid);
    assert_eq!(attribute(&by_variable, "host.name"), None);
    let stated = [("OTEL_RESOURCE_ATTRIBUTES", "host.name=node-7"), (detectors, "*")];
    let stated = settings(&register(), &stated);
    assert_eq!(attribute(&stated, "host.name").as_deref(), Some("node-7"));
}
