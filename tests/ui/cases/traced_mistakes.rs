//! Mistakes in `traced!` are underlined where they are, and the expression stays.

use trace_runtime::traced;

fn ask(question: &str) -> Result<String, std::fmt::Error> {
    Ok(question.to_owned())
}

fn question_mark() -> Result<String, std::fmt::Error> {
    let answer = traced!(llm, ask("a")?); //~ ERROR write it after the macro
    Ok(answer)
}

fn early_return(question: Option<&str>) -> Result<String, std::fmt::Error> {
    traced!(llm, match question {
        Some(question) => ask(question),
        None => return Ok(String::new()), //~ ERROR return the value of the macro
    })
}

fn main() {
    let _ = (question_mark(), early_return(None));
    let question = "a";
    let _ = traced!(lmm, ask(question)); //~ ERROR unknown kind `lmm`: did you mean `llm`?
    let _ = traced!(ask(question)); //~ ERROR unknown kind `ask`
    let _ = traced!(llm); //~ ERROR expected `,` and an expression
    let _ = traced!(llm, ask(question), name = "a"); //~ ERROR options belong in parentheses
    let _ = traced!(llm(modle = "m"), ask(question)); //~ ERROR did you mean `model`?
    let _ = traced!(llm(skip(qestion)), ask(question)); //~ ERROR did you mean `question`?
    let _ = traced!(tool(definition = ASK), ask(question)); //~ ERROR needs a function
}
