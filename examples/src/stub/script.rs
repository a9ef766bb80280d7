//! The answers to the messages of the examples, so that their traces are worth looking at.

/// A part of the last message, and the answer. The first line that applies decides.
const SCRIPT: &[(&str, &str)] = &[
    // rag
    (
        "How long may I return",
        "You may return headphones within 30 days, if the box is not damaged [returns]. A refund takes \
         five working days [refunds].",
    ),
    // guardrail
    (
        "Is my invoice paid",
        "Yes: invoice 4711 was paid on 3 March. You receive the receipt by mail.",
    ),
    (
        "Which card do you charge",
        "We charge the card 4111 1111 1111 1111 on the first of each month.",
    ),
    // parallel
    (
        "station is offline",
        "Take a coat to Oslo (4 °C) and an umbrella to Rome. Lima sends no report today.",
    ),
    // structured: first with a mistake, then corrected
    (
        "invalid type",
        r#"{"number":"2026-118","total":1240.5,"currency":"EUR","lines":[{"item":"Desk","quantity":2,"price":520.25},{"item":"Lamp","quantity":4,"price":50.0}]}"#,
    ),
    (
        "INVOICE 2026-118",
        r#"{"number":"2026-118","total":"1,240.50 euros","currency":"EUR","lines":[{"item":"Desk","quantity":2,"price":520.25},{"item":"Lamp","quantity":4,"price":50.0}]}"#,
    ),
    // batch
    ("charged twice", "billing"),
    ("refund", "billing"),
    ("crashes", "bug"),
    ("blank page", "bug"),
    ("dark mode", "wish"),
    ("export to CSV", "wish"),
    ("reset my password", "account"),
    ("asdf", "I am not sure what this ticket is about."),
];

/// Returns the answer to a message that the script knows.
pub(super) fn find(message: &str) -> Option<&'static str> {
    SCRIPT.iter().find(|(part, _)| message.contains(part)).map(|(_, answer)| *answer)
}
