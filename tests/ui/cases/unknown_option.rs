//! An unknown option is underlined. The message has the most similar option and the accepted
//! options. The function stays, so calls of it compile.

#[trace_runtime::chain(nmae = "a")] //~ ERROR unknown option `nmae`
fn f() {}

fn main() {
    f();
}
