impl Case {
    fn f(a: u8, (b, _c): (u8, u8)) -> u8 {
        ::trace_runtime::__private::in_span(
            ::trace_runtime::__private::open(
                const {
                    &::trace_runtime::__private::call_site!(
                        Chain, "f", false, "f", ::core::line!(), ""
                    )
                },
                |__trace_start| {
                    let _ = __trace_start;
                },
                |__trace_record| {
                    __trace_record
                        .argument("a", ::trace_runtime::__private::capture!(a));
                    __trace_record
                        .argument("b", ::trace_runtime::__private::capture!(b));
                    #[allow(clippy::used_underscore_binding)]
                    __trace_record
                        .argument("_c", ::trace_runtime::__private::capture!(_c));
                    let _ = __trace_record;
                },
            ),
            || -> u8 { a + b },
            |__trace_returned, __trace_span| {
                ::trace_runtime::__private::finish!(__trace_returned, __trace_span)
            },
        )
    }
}
