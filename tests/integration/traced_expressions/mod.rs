//! `traced!` at a call, as whole trees. This module has the client whose calls are traced.

mod arguments;
mod futures_and_streams;
mod results;
mod spans;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
struct Request {
    prompt: String,
}

#[derive(Debug, PartialEq)]
struct Overloaded;

impl std::fmt::Display for Overloaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("overloaded")
    }
}

impl std::error::Error for Overloaded {}

/// A client whose methods have the forms of well-known clients.
struct Client {
    calls: u32,
    history: Vec<String>,
}

/// The borrowing handle that `client.chat()` returns, as in async-openai.
struct Chat<'a>(&'a Client);

impl Chat<'_> {
    async fn create(&self, request: Request) -> Result<String, Overloaded> {
        tokio::task::yield_now().await;
        match &*request.prompt {
            "too much" => Err(Overloaded),
            prompt => Ok(format!("{} after {}", prompt, self.0.calls)),
        }
    }
}

impl Client {
    fn new() -> Self {
        Client { calls: 0, history: Vec::new() }
    }

    fn chat(&self) -> Chat<'_> {
        Chat(self)
    }

    async fn exec_chat(
        &self,
        model: &str,
        request: Request,
        limit: Option<u8>,
    ) -> Result<String, Overloaded> {
        tokio::task::yield_now().await;
        Ok(format!("{model}: {} {limit:?}", request.prompt))
    }

    fn count(&mut self, by: u32) -> &mut u32 {
        self.calls += by;
        &mut self.calls
    }

    fn remember(&mut self, text: String) -> usize {
        self.history.push(text);
        self.history.len()
    }

    async fn words(&self, text: &str) -> Result<BoxStream<'static, String>, Overloaded> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        if words.is_empty() { Err(Overloaded) } else { Ok(stream::iter(words).boxed()) }
    }
}

fn request(prompt: &str) -> Request {
    Request { prompt: prompt.to_owned() }
}

fn double(n: u32) -> u32 {
    2 * n
}
