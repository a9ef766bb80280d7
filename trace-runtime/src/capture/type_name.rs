//! Shortens type names to the form that people write.

/// Removes the paths from a type name: `core::option::Option<my::module::Answer>` becomes
/// `Option<Answer>`.
pub(crate) fn without_paths(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    let mut word = 0;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character == ':' && characters.peek() == Some(&':') {
            characters.next();
            short.truncate(word);
        } else {
            short.push(character);
            if !character.is_alphanumeric() && !"_{}".contains(character) {
                word = short.len();
            }
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::without_paths;

    #[test]
    fn name_with_several_paths_loses_all_of_them() {
        let names = [
            ("alloc::string::String", "String"),
            ("core::option::Option<a::b::C>", "Option<C>"),
            ("(a::B, &mut c::D<'_, e::F>)", "(B, &mut D<'_, F>)"),
            ("alloc::boxed::Box<dyn core::error::Error>", "Box<dyn Error>"),
            ("a::f::{{closure}}::{{closure}}", "{{closure}}"),
            ("u8", "u8"),
        ];
        for (name, short) in names {
            assert_eq!(without_paths(name), short);
        }
    }
}
