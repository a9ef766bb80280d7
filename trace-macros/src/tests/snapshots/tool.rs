impl Case {
    ///The definition of the tool `weather`.
    pub const WEATHER: ::trace_runtime::tool::ToolDefinition = ::trace_runtime::__private::definition!(
        "weather", "Doc.", [(false["city"] [], & '_ str, "The city"), (true["n"] [], Day,
        ""), (false["x"] [], _, "")]
    );
    /// Doc.
    pub fn weather<'a>(
        client: &Client,
        city: &'a str,
        Day { n, .. }: Day,
        x: impl Send,
    ) {
        fn __trace_unused() {
            let city = ();
            let n = ();
            let x = ();
        }
        ::trace_runtime::__private::in_span(
            ::trace_runtime::__private::open(
                const {
                    &::trace_runtime::__private::call_site!(
                        Tool, "weather", false, "weather", ::core::line!(), "Doc."
                    )
                },
                |__trace_start| {
                    let _ = __trace_start;
                },
                |__trace_record| {
                    __trace_record
                        .argument("city", ::trace_runtime::__private::capture!(city));
                    __trace_record
                        .argument("n", ::trace_runtime::__private::capture!(n));
                    __trace_record
                        .argument("x", ::trace_runtime::__private::capture!(x));
                    ::trace_runtime::__private::parameters!(
                        __trace_record, [(false["city"] [], & '_ str, "The city"),
                        (true["n"] [], Day, ""), (false["x"] [], _, "")]
                    );
                    let _ = __trace_record;
                },
            ),
            || -> () {},
            |__trace_returned, __trace_span| {
                ::trace_runtime::__private::finish!(__trace_returned, __trace_span)
            },
        )
    }
}
