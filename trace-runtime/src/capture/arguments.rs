//! Combines the arguments of a call into one input.

use super::bounded::BoundedText;
use super::captured::CapturedValue;
use super::limit::bounded_text;
use std::io::{self, Write};

/// Returns the input of a call: a JSON object of its arguments by name.
///
/// An opaque argument, such as a database handle, can only be shown as the name of its type. It is
/// left out if another argument can be read. If a single argument remains, it is recorded like a
/// single argument, without its name, unless `always_named`: backends show the input of a root span
/// as a message of the session, where plain text is easier to read.
pub(crate) fn arguments_as_input(
    mut arguments: Vec<(&'static str, CapturedValue<'static>)>,
    always_named: bool,
) -> CapturedValue<'static> {
    let recorded: Vec<_> =
        arguments.iter_mut().flat_map(|(_, value)| value.take_recorded()).collect();
    let has_opaque = arguments.iter().any(|(_, value)| value.is_opaque());
    if has_opaque && arguments.iter().any(|(_, value)| !value.is_opaque()) {
        arguments.retain(|(_, value)| !value.is_opaque());
        if let (false, [_]) = (always_named, &*arguments)
            && let Some((_, value)) = arguments.pop()
        {
            return value.with_recorded(Some(recorded));
        }
    }
    object(&arguments).with_recorded(Some(recorded))
}

fn object(arguments: &[(&'static str, CapturedValue<'static>)]) -> CapturedValue<'static> {
    let mut json = bounded_text();
    match write_object(&mut json, arguments) {
        Err(error) if !json.stopped() => CapturedValue::unserializable(error),
        _ => CapturedValue::finished(json),
    }
}

fn write_object(
    json: &mut BoundedText,
    arguments: &[(&'static str, CapturedValue<'static>)],
) -> io::Result<()> {
    let mut separator = "{";
    for (name, value) in arguments {
        json.write_all(separator.as_bytes())?;
        serde_json::to_writer(&mut *json, name)?;
        json.write_all(b":")?;
        value.write_json(json)?;
        separator = ",";
    }
    json.write_all(if arguments.is_empty() { b"{}" } else { b"}" })
}

#[cfg(test)]
mod tests {
    use super::arguments_as_input;
    use crate::capture::CapturedValue;
    use crate::openinference::keys::{INPUT_MIME_TYPE, INPUT_VALUE};
    use opentelemetry::KeyValue;

    fn input(
        arguments: Vec<(&'static str, CapturedValue<'static>)>,
        always_named: bool,
    ) -> Vec<String> {
        let input = arguments_as_input(arguments, always_named);
        let attributes = input.into_attributes(INPUT_VALUE, INPUT_MIME_TYPE);
        attributes.iter().map(|attribute| attribute.value.to_string()).collect()
    }

    fn database() -> (&'static str, CapturedValue<'static>) {
        ("database", CapturedValue::type_name("Database"))
    }

    fn task() -> (&'static str, CapturedValue<'static>) {
        ("task", CapturedValue::text("find \"x\""))
    }

    #[test]
    fn opaque_argument_beside_text_leaves_bare_text() {
        assert_eq!(input(vec![database(), task()], false), ["find \"x\"", "text/plain"]);
    }

    #[test]
    fn opaque_argument_of_a_named_kind_leaves_an_object_of_the_rest() {
        let expected = [r#"{"task":"find \"x\""}"#, "application/json"];
        assert_eq!(input(vec![database(), task()], true), expected);
    }

    #[test]
    fn opaque_argument_beside_two_others_leaves_an_object_of_both() {
        let limit = ("limit", CapturedValue::scalar(3));
        let expected = [r#"{"task":"find \"x\"","limit":3}"#, "application/json"];
        assert_eq!(input(vec![task(), database(), limit], false), expected);
    }

    #[test]
    fn opaque_arguments_alone_show_their_types() {
        let expected = [r#"{"database":"<Database>","cache":"<Cache>"}"#, "application/json"];
        let cache = ("cache", CapturedValue::type_name("Cache"));
        assert_eq!(input(vec![database(), cache], false), expected);
    }

    #[test]
    fn opaque_argument_that_records_keeps_its_attributes() {
        let recorded = vec![KeyValue::new("shard", 7)];
        let (name, database) = database();
        let arguments = vec![(name, database.with_recorded(Some(recorded))), task()];
        assert_eq!(input(arguments, false), ["find \"x\"", "text/plain", "7"]);
    }
}
