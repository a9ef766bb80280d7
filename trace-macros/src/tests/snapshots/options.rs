impl Case {
    fn f(a: u8) -> String {
        ::trace_runtime::__private::in_span(
            ::trace_runtime::__private::open(
                const {
                    &::trace_runtime::__private::call_site!(
                        Agent, "f", false, "f", ::core::line!(), ""
                    )
                },
                |__trace_start| {
                    __trace_start.name(&(format!("{a}")));
                    __trace_start.root();
                    let _ = __trace_start;
                },
                |__trace_record| {
                    __trace_record.input(::trace_runtime::__private::capture!(a + 1));
                    __trace_record.attribute("x", &(a));
                    __trace_record.attribute("y.z", &(true));
                    let _ = __trace_record;
                },
            ),
            || -> String { a.to_string() },
            |__trace_returned, __trace_span| {
                ::trace_runtime::__private::finish!(
                    __trace_returned, __trace_span, with | v | v.len()
                )
            },
        )
    }
}
