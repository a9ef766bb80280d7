impl Case {
    /// Doc.
    fn f(&mut self) -> &mut u8 {
        ::trace_runtime::__private::in_span(
            ::trace_runtime::__private::open(
                const {
                    &::trace_runtime::__private::call_site!(
                        Tool, "f", false, "f", ::core::line!(), "Doc."
                    )
                },
                |__trace_start| {
                    __trace_start.method_of::<Self>();
                    let _ = __trace_start;
                },
                |__trace_record| {
                    __trace_record.description(&("d"));
                    ::trace_runtime::__private::parameters!(__trace_record, []);
                    let _ = __trace_record;
                },
            ),
            move || -> &mut u8 { &mut self.n },
            |__trace_returned, __trace_span| {
                ::trace_runtime::__private::finish!(__trace_returned, __trace_span)
            },
        )
    }
}
