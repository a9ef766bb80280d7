//! The child process, which converts one value and ends.

use trace_runtime::{register, tool};

pub(crate) fn run(celsius: f64) -> anyhow::Result<()> {
    let registration = register()
        .service_name("convert")
        .project_name("hops")
        .parent_from_environment()
        .install()?;
    println!("{}", to_fahrenheit(celsius));
    Ok(registration.shutdown()?)
}

#[tool]
fn to_fahrenheit(celsius: f64) -> String {
    format!("{} °F", celsius * 1.8 + 32.0)
}
