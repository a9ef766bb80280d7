//! Type errors underline the code in the body, and refer to the declared return type.

#[trace_runtime::chain]
fn sync() -> String {
    1 //~ ERROR mismatched types
}

#[trace_runtime::chain]
async fn asynchronous() -> Result<u8, String> {
    Ok("text") //~ ERROR mismatched types
}

#[trace_runtime::chain]
fn returns() -> u8 {
    return "text"; //~ ERROR mismatched types
}

fn main() {}
