//! Attributes of every span other than input and output.

use integration_tests::Program;
use trace_runtime::opentelemetry::trace::SpanKind;
use trace_runtime::{agent, chain};

mod place {
    pub(super) struct Here;

    impl Here {
        #[trace_runtime::chain]
        pub(super) fn method(&self) -> &Self {
            self
        }
    }
}

#[agent(name = "planner")]
fn plan() {}

#[test]
fn code_attributes_name_function_file_and_line() {
    let program = Program::start();
    let _ = place::Here.method();
    let attribute = |key| program.attribute("Here::method", key).unwrap();
    assert_eq!(attribute("code.function.name"), "integration::attributes::place::Here::method");
    assert_eq!(attribute("code.file.path"), file!());
    assert_eq!(attribute("code.line.number"), (line!() - 16).to_string());
}

#[test]
fn agent_span_has_agent_name_and_scope_version() {
    let program = Program::start();
    plan();
    assert_eq!(program.attribute("planner", "agent.name").as_deref(), Some("planner"));
    let span = &program.spans()[0];
    assert_eq!(span.span_kind, SpanKind::Internal);
    assert_eq!(span.instrumentation_scope.name(), env!("CARGO_PKG_NAME"));
    assert_eq!(span.instrumentation_scope.version(), Some(env!("CARGO_PKG_VERSION")));
}

#[chain]
fn many_attributes() -> &'static str {
    let span = trace_runtime::current_span();
    for n in 0..500 {
        span.set_attribute(format!("message.{n}"), n);
    }
    "kept"
}

#[test]
fn more_than_128_attributes_are_all_kept() {
    let program = Program::start();
    many_attributes();
    assert_eq!(program.attribute("many_attributes", "message.499").as_deref(), Some("499"));
    assert_eq!(program.attribute("many_attributes", "output.value").as_deref(), Some("kept"));
}
