//! The arguments of a call as one input.

use super::bounded::Bounded;
use super::captured::CapturedValue;
use super::limit::bounded;
use std::io::{self, Write};

/// An object of the arguments by name.
pub(crate) fn arguments_as_input(
    mut arguments: Vec<(&'static str, CapturedValue)>,
) -> CapturedValue {
    let recorded = arguments.iter_mut().flat_map(|(_, value)| value.take_recorded()).collect();
    let mut json = bounded();
    let input = match write_object(&mut json, &arguments) {
        Err(error) if !json.stopped() => CapturedValue::unserializable(&error.to_string()),
        _ => CapturedValue::finished(json),
    };
    input.with_recorded(Some(recorded))
}

fn write_object(json: &mut Bounded, arguments: &[(&'static str, CapturedValue)]) -> io::Result<()> {
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
