impl Case {
    fn f<'a>(&'a self) -> Pin<Box<dyn Future<Output = u8> + Send + 'a>> {
        ::trace_runtime::__private::in_span_later(
            ::trace_runtime::__private::open_later(
                const {
                    &::trace_runtime::__private::call_site!(
                        Chain, "f", false, "f", ::core::line!(), ""
                    )
                },
                |__trace_start| {
                    __trace_start.method_of::<Self>();
                    let _ = __trace_start;
                },
                |__trace_record| {
                    let _ = __trace_record;
                },
            ),
            move || -> Pin<Box<dyn Future<Output = u8> + Send + '_>> {
                Box::pin(async move { self.n })
            },
            |
                __trace_value,
                __trace_span,
            | -> Pin<Box<dyn Future<Output = u8> + Send + '_>> {
                ::trace_runtime::__private::Box::pin(
                    ::trace_runtime::__private::future_in_span::<
                        _,
                        u8,
                        _,
                    >(
                        __trace_value,
                        __trace_span,
                        |__trace_returned| {
                            ::trace_runtime::__private::outcome!(__trace_returned, skip)
                        },
                    ),
                )
            },
        )
    }
}
