use trace_runtime::{agent, llm, tool};

#[llm(model = "gpt-4o", provider = "openai")]
async fn ask(prompt: &str) -> String {
    format!("an answer to {prompt}")
}

#[tool(name = "weather", description = "The weather of a city")]
fn weather(city: &str) -> String {
    format!("sun in {city}")
}

#[agent]
async fn plan(task: &str) -> String {
    ask(&format!("{task}, given {}", weather("Oslo"))).await
}

#[tokio::main]
async fn main() -> Result<(), trace_runtime::RegisterError> {
    let _registration = trace_runtime::register().project_name("travel").install()?;
    println!("{}", plan("Plan a trip").await);
    Ok(())
}
