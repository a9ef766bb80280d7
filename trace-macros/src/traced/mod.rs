//! `traced!(kind(options), expression)`: traces an expression, usually a call, where it is.
//!
//! 1. `invocation` parses the kind, the options and the expression.
//! 2. `call` finds the outermost call, and takes the arguments out of it that are bound first.
//! 3. `control_flow` rejects `?` and `return`, and finds `.await`.
//! 4. `template` emits one call into the runtime.

mod argument;
mod call;
mod control_flow;
mod invocation;
mod template;

use crate::errors::Errors;
use crate::options::Options;
use call::Call;
use control_flow::ControlFlow;
use invocation::{Expression, Invocation};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use template::TracedCall;

/// Returns the traced expression. If there are mistakes, returns the expression without tracing and
/// a `compile_error!` for each of them, so that the mistakes are the only errors.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let invocation = match syn::parse2::<Invocation>(input) {
        Ok(invocation) => invocation,
        Err(error) => {
            let error = error.into_compile_error();
            // `unreachable!()` fits where any type is expected, so that the code around it has no
            // further errors.
            return quote!({ #error ::core::unreachable!() });
        }
    };
    let Invocation { kind, options, expression } = invocation;
    let options = Options::parse_of_call(kind, options, &mut errors);
    let untraced = expression.to_token_stream();
    let mut call = Call::unknown(kind, &untraced);
    let mut body = untraced.clone();
    let mut control_flow = ControlFlow::of_tokens(&untraced);
    if let Expression::Parsed(mut parsed) = expression {
        call = Call::take(kind, &mut parsed, &options, &mut errors);
        control_flow = ControlFlow::of_expression(&mut parsed, &mut errors);
        body = parsed.to_token_stream();
    }
    let traced = TracedCall { kind, options: &options, call, body, control_flow }.expand();
    match errors.into_compile_errors() {
        None => traced,
        Some(errors) => quote!({ #errors #untraced }),
    }
}
