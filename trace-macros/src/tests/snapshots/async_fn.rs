impl Case {
    async fn f(m: &str, p: &str) -> Result<u8, E> {
        ::trace_runtime::__private::in_span_async(
                async move {
                    ::trace_runtime::__private::yield_span(
                            ::trace_runtime::__private::open(
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
                                        .argument("p", ::trace_runtime::__private::capture!(p));
                                    __trace_record.model(&(m));
                                    let _ = __trace_record;
                                },
                            ),
                        )
                        .await;
                    if let ::trace_runtime::__private::Some(__trace_value) = ::trace_runtime::__private::infer_return_type::<
                        Result<u8, E>,
                    >() {
                        return __trace_value;
                    }
                    g(p).await?;
                    Ok(1)
                },
                #[allow(clippy::result_large_err)]
                |__trace_returned, __trace_span| {
                    ::trace_runtime::__private::finish!(__trace_returned, __trace_span)
                },
            )
            .await
    }
}
