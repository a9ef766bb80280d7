//! Rejects functions that cannot be traced, and options that do not apply to a function.

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::options::Options;
use crate::shape::Shape;

/// Reports every conflict between the annotation and the function. Each message underlines the
/// token that the user has to change.
pub(crate) fn validate(kind: Kind, function: &Function, options: &Options, errors: &mut Errors) {
    let signature = &function.signature;
    if let Some(constness) = &signature.constness {
        errors.push(
            constness,
            format_args!(
                "a `const fn` cannot be traced, because it may run at compile time: \
                 remove `const` or `#[{}]`",
                kind.macro_name(),
            ),
        );
    }
    let shape = Shape::from_function(function);
    let returns_stream = shape.returns_stream();
    if let (Some(collect), false) = (options.collect.get(), returns_stream) {
        errors.push(
            collect,
            "`collect` needs a function that returns `impl Stream`, a boxed stream, or a `Result` \
             of one: this function returns none of them",
        );
    }
    // A score is read when the function returns.
    if let (Some(annotate), Shape::ReturnsPolled(_) | Shape::AsyncReturnsPolled(_)) =
        (options.annotate.get(), &shape)
    {
        errors.push(
            annotate,
            "`annotate` needs a function that returns a score: write `async fn` in place of the \
             returned future",
        );
    }
    // `output` reads the returned value. A stream has produced no item when it is returned.
    if let (Some(output), true) = (options.output.get(), returns_stream) {
        errors.push(output, "`collect` makes the output of a stream: write `collect = path`");
    }
}
