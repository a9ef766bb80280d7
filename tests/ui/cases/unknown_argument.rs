//! `skip` rejects a name that is not an argument of the function.

#[trace_runtime::chain(skip(promt))] //~ ERROR no argument `promt` to skip
fn f(prompt: &str) {
    let _ = prompt;
}

struct Client;

impl Client {
    #[trace_runtime::chain(skip(self))] //~ ERROR `self` is never recorded
    fn g(&self) {}
}

fn main() {
    f("x");
    Client.g();
}
