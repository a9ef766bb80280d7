//! A mistake in the traced expression has the message that it has without the macro. A value of an
//! option is underlined itself.

use trace_runtime::traced;

struct Other;

fn ask(question: &str, n: u8) -> usize {
    question.len() + usize::from(n)
}

fn join(joined: &mut String, word: &String) {
    joined.push_str(word);
}

fn main() {
    let question = "a";
    let _ = traced!(llm, ask(question, "b")); //~ ERROR mismatched types
    let _ = traced!(llm, ask(question, 1 + 1, 2)); //~ ERROR takes 2 arguments
    let _ = traced!(llm, aks(question)); //~ ERROR cannot find function
    let _: String = traced!(llm, ask(question, 1)); //~ ERROR mismatched types
    let _ = traced!(llm(attributes(a = Other)), ask(question, 1)); //~ ERROR cannot be an attribute
    let _ = traced!(llm(collect = join), ask(question, 1)); //~ ERROR `collect`
    let _ = traced!(llm, std::future::ready(1).await); //~ ERROR only allowed inside `async`
}
