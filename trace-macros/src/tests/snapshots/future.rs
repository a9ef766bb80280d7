impl Case {
    fn f(a: u8) -> impl Future<Output = Result<u8, E>> + Send {
        ::trace_runtime::__private::in_span_later(
            ::trace_runtime::__private::open_later(
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
                    let _ = __trace_record;
                },
            ),
            move || -> _ {
                prologue();
                async move { Ok(a) }
            },
            |__trace_value, __trace_span| -> _ {
                ::trace_runtime::__private::future_in_span::<
                    _,
                    Result<u8, E>,
                    _,
                >(
                    __trace_value,
                    __trace_span,
                    |__trace_returned| {
                        ::trace_runtime::__private::outcome!(__trace_returned)
                    },
                )
            },
        )
    }
}
