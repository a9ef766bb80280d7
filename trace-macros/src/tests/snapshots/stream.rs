impl Case {
    fn f(a: u8) -> Result<impl Stream<Item = u8>, E> {
        ::trace_runtime::__private::in_span_later(
            ::trace_runtime::__private::open_later(
                const {
                    &::trace_runtime::__private::call_site!(
                        Llm, "f", false, "f", ::core::line!(), ""
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
            #[allow(clippy::result_large_err)]
            move || -> Result<_, E> { Ok(iter(0..a)) },
            #[allow(clippy::result_large_err)]
            |__trace_result, __trace_span| -> Result<_, E> {
                match __trace_result {
                    ::trace_runtime::__private::Ok(__trace_value) => {
                        ::trace_runtime::__private::Ok(
                            ::trace_runtime::__private::stream_in_span::<
                                _,
                                u8,
                                _,
                            >(
                                __trace_value,
                                __trace_span,
                                |__trace_item| {
                                    ::trace_runtime::__private::item!(__trace_item)
                                },
                            ),
                        )
                    }
                    ::trace_runtime::__private::Err(__trace_error) => {
                        __trace_span
                            .fail(|| {
                                ::trace_runtime::__private::failed!(& __trace_error)
                            });
                        ::trace_runtime::__private::Err(__trace_error)
                    }
                }
            },
        )
    }
}
