//! Features of Gemini alone: flat settings, signatures of text, images that a function returns,
//! and embeddings. Reference: <https://ai.google.dev/api>.

use super::{enriched_call, parsed};
use serde_json::{Value, json};

#[test]
fn generation_config_is_flat_in_the_parameters() {
    let contents = json!([{"role": "user", "parts": [{"text": "hi"}]}]);
    let parameters = |body: Value| {
        let input = json!({"body": body});
        parsed(enriched_call("LLM", Some(&input), None))["llm.invocation_parameters"].clone()
    };
    let safety = json!([{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]);
    let found = parameters(json!({
        "contents": contents, "safetySettings": safety,
        "generationConfig": {"temperature": 0.5, "maxOutputTokens": 9},
    }));
    let expected = json!({"temperature": 0.5, "maxOutputTokens": 9, "safetySettings": safety});
    assert_eq!(found, expected);
    // The SDKs put the instruction and the tools into `config` too.
    let body = json!({
        "model": "gemini-2.5-flash", "contents": contents,
        "config": {"temperature": 0.5, "system_instruction": "Be brief.",
            "tools": [{"function_declarations": [{"name": "f"}]}]},
    });
    assert_eq!(parameters(body.clone()), json!({"model": "gemini-2.5-flash", "temperature": 0.5}));
    let found = enriched_call("LLM", Some(&body), None);
    assert_eq!(found["llm.input_messages.0.message.content"], "Be brief.");
    assert_eq!(found["llm.tools.0.tool.json_schema"], r#"{"name":"f"}"#);
}

#[test]
fn signature_of_a_text_is_read() {
    let candidate = |parts: Value| {
        json!({"candidates": [{"content": {"role": "model", "parts": parts}}],
            "modelVersion": "gemini-3-pro"})
    };
    let whole = candidate(json!([{"text": "Hello", "thoughtSignature": "c2ln"}]));
    let streamed = json!([
        candidate(json!([{"text": "Hel"}])),
        candidate(json!([{"text": "lo"}])),
        candidate(json!([{"text": "", "thoughtSignature": "c2ln"}])),
    ]);
    for reply in [whole, streamed] {
        let found = enriched_call("LLM", None, Some(&reply));
        let part = "llm.output_messages.0.message.contents.0.message_content";
        assert_eq!(found[&format!("{part}.type")], "text");
        assert_eq!(found[&format!("{part}.text")], "Hello");
        assert_eq!(found[&format!("{part}.signature")], "c2ln");
    }
}

#[test]
fn image_in_a_function_response_is_read() {
    let image = json!({"inlineData": {"mimeType": "image/png", "data": "AA"}});
    let result = json!({"name": "draw", "response": {"ok": true}, "parts": [image, {"new": 1}]});
    let contents = json!([{"role": "user", "parts": [{"functionResponse": result}]}]);
    let found = enriched_call("LLM", Some(&json!({"contents": contents})), None);
    let part = |index: u8, key: &str| {
        let message = "llm.input_messages.0.message";
        found[&format!("{message}.contents.{index}.message_content.{key}")].clone()
    };
    assert_eq!(part(0, "text"), r#"{"ok":true}"#);
    assert_eq!(part(1, "image.image.url"), "data:image/png;base64,AA");
    assert_eq!(part(2, "text"), r#"{"new":1}"#);
    assert_eq!(found["llm.input_messages.0.message.name"], "draw");
}

#[test]
fn embeddings_are_read() {
    let model = "models/gemini-embedding-001";
    let request = |text: &str| json!({"model": model, "content": {"parts": [{"text": text}]}, "outputDimensionality": 2});
    let cases = [
        (request("a"), json!({"embedding": {"values": [0.5, -1.0]}}), 1),
        (
            json!({"requests": [request("a"), request("b")]}),
            json!({"embeddings": [{"values": [0.5, -1.0]}, {"values": [0.25, 2.0]}]}),
            2,
        ),
    ];
    for (body, reply, count) in cases {
        let input = json!({"url": "u", "body": body});
        let found = parsed(enriched_call("EMBEDDING", Some(&input), Some(&reply)));
        assert_eq!(found["embedding.model_name"], model);
        let parameters = json!({"model": model, "outputDimensionality": 2});
        assert_eq!(found["embedding.invocation_parameters"], parameters);
        let texts = ["a", "b"];
        let vectors = [json!([0.5, -1.0]), json!([0.25, 2.0])];
        for index in 0..count {
            let embedding = format!("embedding.embeddings.{index}.embedding");
            assert_eq!(found[&format!("{embedding}.text")], texts[index]);
            assert_eq!(found[&format!("{embedding}.vector")], vectors[index]);
        }
    }
}
