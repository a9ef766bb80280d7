//! Answers a question from documents: `cargo run -p examples --example rag`.
//!
//! The steps of a search have span kinds of their own: the embedding of the question, the retriever, the
//! reranker. Each records its documents and scores, so that a wrong answer shows which step lost the
//! right document.

use examples::Model;
use serde_json::{Value, json};
use trace_runtime::record::{Document, RerankedDocuments, RerankerInput, RetrievedDocuments};
use trace_runtime::{chain, embedding, llm, reranker, retriever};

/// The documents of a shop: an id and a text.
const SHOP: [(&str, &str); 5] = [
    ("returns", "You may return headphones within 30 days, if the box is not damaged."),
    ("refunds", "A refund takes five working days after your return."),
    ("shipping", "Shipping takes two days, and is free above 40 euros."),
    ("warranty", "Headphones and speakers have a warranty of two years."),
    ("headphones", "Our best headphones are wireless headphones."),
];

/// A document of the index, with its score for a question.
#[derive(Clone)]
struct Passage {
    id: &'static str,
    text: &'static str,
    vector: Vec<f64>,
    score: f64,
}

/// Returns what a span shows of a passage: all but the vector.
fn document(passage: &Passage) -> Document {
    Document::new(passage.text).id(passage.id).score(passage.score)
}

/// Returns the embeddings of texts. Model, texts and vectors are read from the request that `send`
/// sends inside of this function, so nothing has to be recorded here.
#[embedding(skip_all, skip_output)]
async fn embed(model: &Model, texts: &[&str]) -> anyhow::Result<Vec<Vec<f64>>> {
    let request = json!({"model": model.embedding_model, "input": texts, "dimensions": 512});
    let mut response = model.send("embeddings", &request).await?;
    let data = response["data"].as_array_mut().into_iter().flatten();
    Ok(data
        .map(|item| serde_json::from_value(item["embedding"].take()))
        .collect::<Result<_, _>>()?)
}

/// Embeds all documents, once.
#[chain(skip_all, output = |index: &Vec<Passage>| format!("{} documents", index.len()))]
async fn build_index(model: &Model) -> anyhow::Result<Vec<Passage>> {
    let vectors = embed(model, &SHOP.map(|(_, text)| text)).await?;
    let passages = SHOP.into_iter().zip(vectors);
    Ok(passages.map(|((id, text), vector)| Passage { id, text, vector, score: 0.0 }).collect())
}

/// Keeps the best passages, the best first.
fn keep(passages: &mut Vec<Passage>, count: usize) {
    passages.sort_by(|a, b| b.score.total_cmp(&a.score));
    passages.truncate(count);
}

/// Finds the passages whose vectors are the closest to that of the question.
#[retriever(
    input = question,
    output = |found: &Vec<Passage>| found.iter().map(document).collect::<RetrievedDocuments>()
)]
async fn search(model: &Model, index: &[Passage], question: &str) -> anyhow::Result<Vec<Passage>> {
    let vectors = embed(model, &[question]).await?;
    let mut found = index.to_vec();
    for passage in &mut found {
        let products = passage.vector.iter().zip(vectors.iter().flatten()).map(|(a, b)| a * b);
        passage.score = products.sum();
    }
    keep(&mut found, 4);
    Ok(found)
}

/// Scores the passages again, more exactly than a comparison of vectors can. Replace the body by a
/// request to a reranking model; this one counts the words of the question.
#[reranker(
    model = "word-overlap",
    input = RerankerInput::new(question).documents(found.iter().map(document)).top_k(2),
    output = |best: &Vec<Passage>| best.iter().map(document).collect::<RerankedDocuments>()
)]
fn rerank(question: &str, mut found: Vec<Passage>) -> Vec<Passage> {
    let words = question.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| word.len() > 3).collect();
    for passage in &mut found {
        let part = |word: &&str| if passage.text.contains(*word) { 1.0 } else { 0.0 };
        passage.score = words.iter().map(part).sum();
    }
    keep(&mut found, 2);
    found
}

/// Asks the model, with the passages as its only source.
#[llm(skip(model), provider = model.provider)]
async fn ask(model: &Model, messages: &[Value]) -> anyhow::Result<String> {
    model.chat(messages).await
}

#[chain(skip(model, index))]
async fn answer(model: &Model, index: &[Passage], question: &str) -> anyhow::Result<String> {
    let best = rerank(question, search(model, index, question).await?);
    let sources: Vec<String> = best.iter().map(|it| format!("[{}] {}", it.id, it.text)).collect();
    let system = format!("Answer from these sources, and cite them:\n{}", sources.join("\n"));
    let system = json!({"role": "system", "content": system});
    ask(model, &[system, json!({"role": "user", "content": question})]).await
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("rag").console(true);
    let _registration = examples::with_page(builder).install()?;
    let index = build_index(&model).await?;
    let question = "How long may I return headphones, and when do I get a refund?";
    println!("{}", answer(&model, &index, question).await?);
    Ok(())
}
