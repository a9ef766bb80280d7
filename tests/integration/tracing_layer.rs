//! Spans of the crate `tracing` nested with traced functions.

use integration_tests::{Program, block_on};
use trace_runtime::InCurrentSpan;
use trace_runtime::tracing::GenAiSpans;
use tracing::field::Empty;
use tracing::instrument::WithSubscriber;
use tracing::{Instrument, info_span};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

/// A client with GenAI spans, on top of an HTTP client with spans that are filtered out.
mod client {
    use super::*;

    pub(super) fn chat(inside: impl FnOnce() -> String) -> String {
        let span = info_span!(
            target: "client",
            "chat",
            gen_ai.operation.name = "chat",
            gen_ai.request.model = "gpt-4o-mini",
            gen_ai.usage.input_tokens = Empty,
            gen_ai.usage.output_tokens = Empty,
        );
        let entered = span.enter();
        let answer = tracing::debug_span!(target: "hyper", "connection").in_scope(inside);
        drop(entered);
        span.record("gen_ai.usage.input_tokens", 12_u64);
        span.record("gen_ai.usage.output_tokens", 3_usize);
        answer
    }
}

#[trace_runtime::tool]
fn look(city: &str) -> String {
    format!("sun in {city}")
}

#[trace_runtime::agent]
fn agent(task: &str) -> String {
    client::chat(|| look(task))
}

#[test]
fn gen_ai_spans_nest_and_other_spans_are_filtered() {
    let program = Program::start();
    let subscriber = Registry::default().with(program.registration.tracing_layer());
    tracing::subscriber::with_default(subscriber, || agent("Oslo"));
    assert_eq!(
        program.tree(),
        "agent [AGENT] ok in=Oslo out=sun in Oslo\n\
        \x20 chat [LLM] unset\n\
        \x20   look [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslo\n",
    );
    let spans = program.spans();
    let chat = spans.iter().find(|span| span.name == "chat").unwrap();
    let of = |key: &str| {
        let mut values = chat.attributes.iter().filter(|it| it.key.as_str() == key);
        values.next_back().map(|attribute| &attribute.value)
    };
    assert_eq!(of("llm.model_name"), Some(&"gpt-4o-mini".into()));
    assert_eq!(of("llm.token_count.prompt"), Some(&12.into()));
    assert_eq!(of("llm.token_count.total"), Some(&15.into()));
    let noise = ["thread.id", "code.file.path", "code.filepath", "target", "busy_ns", "level"];
    assert_eq!(noise.map(of), [None; 6]);
    assert_eq!(chat.instrumentation_scope.name(), "tracing");
}

#[test]
fn async_spans_nest_across_suspension() {
    let program = Program::start();
    let subscriber = Registry::default().with(program.registration.tracing_layer());

    #[trace_runtime::llm]
    async fn ask(question: u8) -> u8 {
        tokio::task::yield_now().await;
        question
    }

    #[trace_runtime::chain]
    async fn both() {
        let turn = |n| {
            async move {
                tokio::task::yield_now().await;
                ask(n).await
            }
            .instrument(info_span!("invoke_agent", gen_ai.agent.name = "planner"))
        };
        let spawned =
            tokio::spawn(InCurrentSpan::in_current_span(turn(2)).with_current_subscriber());
        turn(1).await;
        spawned.await.unwrap();
    }

    block_on(both().with_subscriber(subscriber));
    let tree = program.tree();
    let mut lines: Vec<&str> = tree.lines().collect();
    assert_eq!(lines.remove(0), "both [CHAIN] ok in={}");
    let mut turns: Vec<_> = lines.chunks(2).collect();
    turns.sort_by_key(|turn| turn[1]);
    assert_eq!(
        turns,
        [1, 2]
            .map(|n| {
                let ask = format!("    ask [LLM] ok in={{\"question\":{n}}} out={n}");
                vec!["  invoke_agent [AGENT] unset".to_owned(), ask]
            })
            .iter()
            .map(|turn| turn.iter().map(String::as_str).collect::<Vec<_>>())
            .collect::<Vec<_>>()
    );
}

#[test]
fn missing_explicit_parent_starts_no_new_trace() {
    let program = Program::start();
    let subscriber = Registry::default().with(program.registration.tracing_layer());

    #[trace_runtime::agent]
    fn outer() {
        let no_parent = tracing::Span::current();
        info_span!(parent: no_parent, "chat", gen_ai.request.model = "m").in_scope(|| ());
        let filtered = info_span!("connection");
        info_span!(parent: &filtered, "embed", gen_ai.operation.name = "embeddings")
            .in_scope(|| ());
        let recorded = info_span!("turn", gen_ai.agent.name = "a");
        info_span!(parent: &recorded, "chat", gen_ai.request.model = "m").in_scope(|| ());
    }

    tracing::subscriber::with_default(subscriber, outer);
    assert_eq!(
        program.tree(),
        "outer [AGENT] ok in={}\n\
        \x20 chat [LLM] unset\n\
        \x20 embed [EMBEDDING] unset\n\
        \x20 turn [AGENT] unset\n\
        \x20   chat [LLM] unset\n",
    );
}

#[test]
fn custom_filter_adds_targets() {
    let program = Program::start();
    let mine = Targets::new().with_target("mine", LevelFilter::INFO);
    let layer = program.registration.tracing_layer_with(GenAiSpans.or(mine));
    let subscriber = Registry::default().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        info_span!(target: "mine", "job").in_scope(|| {
            tracing::debug_span!(target: "mine", "detail").in_scope(|| agent("Oslo"));
            tracing::error!(target: "mine", "it broke");
            tracing::error!(target: "other", "filtered out");
        });
    });
    assert_eq!(
        program.tree(),
        "job [] error()\n\
        \x20 !it broke\n\
        \x20 agent [AGENT] ok in=Oslo out=sun in Oslo\n\
        \x20   chat [LLM] unset\n\
        \x20     look [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslo\n",
    );
}

#[test]
fn message_events_are_recorded() {
    let program = Program::start();
    let subscriber = Registry::default().with(program.registration.tracing_layer());
    tracing::subscriber::with_default(subscriber, || {
        info_span!("chat", gen_ai.request.model = "m").in_scope(|| {
            tracing::info!(name: "gen_ai.user.message", content = "Hello");
            tracing::info!("a log line");
        });
    });
    let content = "llm.input_messages.0.message.content";
    assert_eq!(program.attribute("chat", content).as_deref(), Some("Hello"));
    assert_eq!(program.spans()[0].events.len(), 1);
}

#[test]
fn layer_records_nothing_when_unsampled_or_shut_down() {
    let program = Program::start();
    let layer = program.registration.tracing_layer();
    let subscriber = Registry::default().with(layer);
    program.registration.shutdown().unwrap();
    tracing::subscriber::with_default(subscriber, || agent("Oslo"));
    assert_eq!(program.spans().len(), 0);

    drop(program);
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    let subscriber = Registry::default().with(program.registration.tracing_layer());
    tracing::subscriber::with_default(subscriber, || client::chat(String::new));
    assert_eq!(program.spans().len(), 0);
}

#[test]
fn own_spans_of_langchain_rust_have_kinds_model_and_tokens() {
    let program = Program::start();
    let subscriber = Registry::default().with(program.registration.tracing_layer());
    tracing::subscriber::with_default(subscriber, || {
        let chain = info_span!(
            target: "langchain_rust::chain::llm_chain", "chain.call", chain = "llm_chain", error = Empty
        );
        let _chain = chain.enter();
        let generate = info_span!(
            target: "langchain_rust::observability",
            "llm.generate",
            provider = "openai",
            model = "gpt-4o",
            stream = false,
            prompt_tokens = Empty,
            completion_tokens = Empty,
            total_tokens = Empty,
            error = Empty,
        );
        generate.record("prompt_tokens", 12_u32);
        generate.record("completion_tokens", 3_u32);
        generate.record("total_tokens", 15_u32);
        let tool = info_span!(
            target: "langchain_rust::agent::executor", "tool.call", tool = %"look", error = Empty
        );
        tool.in_scope(|| look("Oslo"));
        tool.record("error", tracing::field::display("no weather"));
        // The same name of another crate is not a model call.
        info_span!(target: "application", "llm.generate").in_scope(|| ());
    });
    let tree = program.tree();
    for line in
        ["chain.call [CHAIN]", "  llm.generate [LLM]", "  tool.call [TOOL]", "    look [TOOL]"]
    {
        assert!(tree.lines().any(|found| found.starts_with(line)), "{line}: {tree}");
    }
    assert_eq!(tree.matches("llm.generate").count(), 1);
    assert!(tree.contains("tool.call [TOOL] error"), "{tree}");
    for (span, key, expected) in [
        ("llm.generate", "llm.provider", Some("openai")),
        ("llm.generate", "llm.model_name", Some("gpt-4o")),
        ("llm.generate", "llm.token_count.prompt", Some("12")),
        ("llm.generate", "llm.token_count.total", Some("15")),
        ("llm.generate", "target", None),
        ("tool.call", "tool.name", Some("look")),
    ] {
        assert_eq!(program.attribute(span, key).as_deref(), expected, "{span} {key}");
    }
}

#[test]
fn own_spans_of_swiftide_have_kinds() {
    let program = Program::start();
    let subscriber = Registry::default().with(program.registration.tracing_layer());
    tracing::subscriber::with_default(subscriber, || {
        let _agent = info_span!(target: "swiftide_agents::agent", "agent.query").entered();
        {
            let step = info_span!(target: "swiftide_agents::agent", "step", otel.name = "step-1");
            let _step = step.entered();
            info_span!(target: "swiftide_integrations::openai::chat_completion", "complete")
                .in_scope(|| ());
        }
        info_span!(target: "swiftide_agents::agent", "tool", "otel.name" = "tool.look")
            .in_scope(|| look("Oslo"));
    });
    let tree = program.tree();
    let shape: Vec<_> = tree.lines().map(|line| line.split("] ").next().unwrap()).collect();
    let expected = [
        "agent.query [AGENT",
        "  step-1 [CHAIN",
        "    complete [LLM",
        "  tool.look [TOOL",
        "    look [TOOL",
    ];
    assert_eq!(shape, expected);
}
