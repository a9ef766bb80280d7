//! Kinds of functions that can be annotated, and the names of their spans.

use integration_tests::{Program, block_on, traced};
use std::fmt::Display;
use trace_runtime::{
    agent, chain, decision, embedding, evaluator, guardrail, llm, prompt, reranker, retriever, tool,
};

#[agent]
fn an_agent() {}
#[chain]
fn a_chain() {}
#[llm]
fn an_llm() {}
#[tool]
fn a_tool() {}
#[retriever]
fn a_retriever() {}
#[embedding]
fn an_embedding() {}
#[reranker]
fn a_reranker() {}
#[guardrail]
fn a_guardrail() {}
#[evaluator]
fn an_evaluator() {}
#[prompt]
fn a_prompt() {}
#[decision]
fn a_decision() {}

#[test]
fn each_macro_records_its_span_kind() {
    let tree = traced(|| {
        an_agent();
        a_chain();
        an_llm();
        a_tool();
        a_retriever();
        an_embedding();
        a_reranker();
        a_guardrail();
        an_evaluator();
        a_prompt();
        a_decision();
    });
    assert_eq!(
        tree,
        "an_agent [AGENT] ok in={}
a_chain [CHAIN] ok in={}
an_llm [LLM] ok in={}
a_tool [TOOL] ok in={}
a_retriever [RETRIEVER] ok in={}
an_embedding [EMBEDDING] ok in={}
a_reranker [RERANKER] ok in={}
a_guardrail [GUARDRAIL] ok in={}
an_evaluator [EVALUATOR] ok in={}
a_prompt [PROMPT] ok in={}
a_decision [DECISION] ok in={}
"
    );
}

struct Counter<T> {
    count: u32,
    label: T,
}

impl<T: Display> Counter<T> {
    #[chain]
    fn new(label: T) -> Self {
        Counter { count: 0, label }
    }

    #[chain]
    fn label(&self) -> String {
        self.label.to_string()
    }

    #[chain]
    fn slot(&mut self) -> &mut u32 {
        &mut self.count
    }

    #[chain]
    async fn raised(&mut self, by: u32) -> &mut u32 {
        self.count += by;
        &mut self.count
    }

    #[chain]
    fn into_count(self) -> u32 {
        self.count
    }
}

#[test]
fn method_span_name_includes_the_type() {
    let tree = traced(|| {
        let mut counter = Counter::new("c");
        counter.label();
        *counter.slot() += 1;
        *block_on(counter.raised(2)) += 4;
        assert_eq!(counter.into_count(), 7);
    });
    // `T: Display` gives the capture neither `Serialize` nor `Debug`, so it records the type name.
    assert_eq!(
        tree,
        "Counter<&str>::new [CHAIN] ok in=<str> out=<Counter<&str>>
Counter<&str>::label [CHAIN] ok in={} out=c
Counter<&str>::slot [CHAIN] ok in={} out=0
Counter<&str>::raised [CHAIN] ok in=2 out=3
Counter<&str>::into_count [CHAIN] ok in={} out=7
"
    );
}

trait Answer {
    fn answer(&self, question: &str) -> String;

    #[agent]
    fn answer_twice(&self, question: &str) -> String {
        self.answer(question) + &self.answer(question)
    }
}

struct Parrot;

impl Answer for Parrot {
    #[llm]
    fn answer(&self, question: &str) -> String {
        question.to_owned()
    }
}

#[test]
fn trait_method_span_name_includes_the_implementor() {
    let parrot: &dyn Answer = &Parrot;
    assert_eq!(
        traced(|| parrot.answer_twice("why")),
        "Parrot::answer_twice [AGENT] ok in=why out=whywhy
  Parrot::answer [LLM] ok in={\"question\":\"why\"} out=why
  Parrot::answer [LLM] ok in={\"question\":\"why\"} out=why
"
    );
}

#[chain]
fn patterns([a, _b]: [u8; 2], (c, mut d): (u8, u8), _: &str, mut e: Vec<u8>) -> u8 {
    d += 1;
    e.push(a + c + d);
    e.iter().sum()
}

#[chain]
fn generic<T, const N: usize>(value: T, more: impl IntoIterator<Item = T>) -> [T; N]
where
    T: Copy,
{
    let _ = more;
    [value; N]
}

#[chain]
fn countdown(from: u32) -> u32 {
    if from == 0 { 0 } else { countdown(from - 1) }
}

#[chain]
fn boxed(loud: bool) -> Box<dyn Fn() -> &'static str> {
    if loud { Box::new(|| "HI") } else { Box::new(|| "hi") }
}

#[chain]
fn evens(upto: u32) -> impl Iterator<Item = u32> {
    (0..upto).filter(|n| n % 2 == 0)
}

#[chain]
fn option(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    Some(first.to_ascii_uppercase())
}

#[test]
fn patterns_generics_and_recursion_are_traced() {
    let tree = traced(|| {
        assert_eq!(patterns([1, 2], (3, 4), "x", vec![5]), 14);
        assert_eq!(generic::<u8, 2>(7, [1]), [7, 7]);
        assert_eq!(countdown(1), 0);
        assert_eq!(boxed(true)(), "HI");
        assert_eq!(evens(5).count(), 3);
        assert_eq!((option("ab"), option("")), (Some('A'), None));
    });
    let lines: Vec<&str> = tree.lines().collect();
    assert_eq!(lines[0], r#"patterns [CHAIN] ok in={"a":1,"_b":2,"c":3,"d":4,"e":[5]} out=14"#);
    assert!(
        lines[1].starts_with(r#"generic [CHAIN] ok in={"value":"<u8>","more":"<[u8; 1]>"}"#),
        "{}",
        lines[1]
    );
    assert_eq!(
        lines[2..4],
        ["countdown [CHAIN] ok in=1 out=0", "  countdown [CHAIN] ok in=0 out=0"]
    );
    assert_eq!(lines[4], "boxed [CHAIN] ok in=true out=<Box<dyn Fn() -> &str>>");
    assert!(lines[5].starts_with("evens [CHAIN] ok in=5 out=Filter"), "{}", lines[5]);
    assert_eq!(lines[6..], ["option [CHAIN] ok in=ab out=A", "option [CHAIN] ok in= out=null"]);
}

#[chain(name = prefix.to_owned() + "!", attributes(sum = a + 1, big = a > 5, cast = a as f64))]
fn operators(prefix: &str, a: i32) -> i32 {
    let _ = prefix;
    -a
}

#[rustfmt::skip]
#[chain]
async fn on_one_line(text: &str) -> String { format!("{text}!") }

#[chain]
async fn serves_until(limit: u32) -> ! {
    for _ in 0..limit {
        tokio::task::yield_now().await;
    }
    panic!("the limit")
}

macro_rules! with_block {
    ($name:ident, $number:expr, $body:block) => {
        #[chain(attributes(number = $number))]
        fn $name() -> u8 $body
    };
}

with_block!(block_by_macro, 1 + 2, { 7 });

#[chain]
fn conditional(a: u8, #[cfg(any())] b: u8, #[cfg(not(any()))] c: u8) -> u8 {
    a + c
}

#[chain]
fn alternatives((Ok(found) | Err(found)): Result<u8, u8>) -> u8 {
    found
}

#[chain(skip(r#type))]
fn raw(r#type: u8, r#match: u8) -> u8 {
    r#type + r#match
}

#[test]
fn operators_macros_cfg_and_raw_names_compile() {
    let tree = traced(|| {
        operators("p", 6);
        block_on(on_one_line("a"));
        let caught = std::panic::catch_unwind(|| block_on(serves_until(2)));
        assert!(caught.is_err());
        block_by_macro();
        conditional(1, 2);
        alternatives(Err(3));
        raw(1, 2);
    });
    let lines: Vec<&str> = tree.lines().filter(|line| !line.starts_with("  !")).collect();
    assert_eq!(
        lines,
        [
            r#"p! [CHAIN] ok in={"prefix":"p","a":6} out=-6"#,
            "on_one_line [CHAIN] ok in=a out=a!",
            "serves_until [CHAIN] error(panic: the limit) in=2",
            "block_by_macro [CHAIN] ok in={} out=7",
            r#"conditional [CHAIN] ok in={"a":1,"c":2} out=3"#,
            "alternatives [CHAIN] ok in=3 out=3",
            "raw [CHAIN] ok in=2 out=3",
        ]
    );
}

#[test]
fn traced_future_stays_send_and_grows_by_at_most_160_bytes() {
    #[expect(clippy::large_types_passed_by_value, reason = "the test measures its size")]
    async fn plain(data: [u8; 1024]) -> u8 {
        tokio::task::yield_now().await;
        data[0]
    }
    #[chain(attributes(first = data[0]))]
    #[expect(clippy::large_types_passed_by_value, reason = "the size is measured")]
    async fn annotated(data: [u8; 1024]) -> u8 {
        tokio::task::yield_now().await;
        data[0]
    }
    fn require_send<F: Send>(future: &F) -> usize {
        size_of_val(future)
    }
    let (plain, annotated) = (require_send(&plain([0; 1024])), require_send(&annotated([0; 1024])));
    assert!(annotated <= plain + 160, "{plain} {annotated}");
}

#[test]
fn track_caller_on_a_traced_function_reports_the_function_itself() {
    #[track_caller]
    #[chain]
    fn place() -> [u32; 2] {
        [std::panic::Location::caller().line(), line!()]
    }
    let _lock = Program::lock(); // otherwise the trace of a parallel test has this span too
    let ([reported, own], caller) = (place(), line!());
    assert_ne!(reported, caller);
    assert!(reported.abs_diff(own) <= 3, "{reported} {own}");
}
