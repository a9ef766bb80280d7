impl Case {
    async fn f() -> BoxStream<'static, u8> {
        ::trace_runtime::__private::in_span_async(
                #[allow(clippy::async_yields_async)]
                async move {
                    ::trace_runtime::__private::yield_span(
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
                                    let _ = __trace_record;
                                },
                            ),
                        )
                        .await;
                    if let ::trace_runtime::__private::Some(__trace_value) = ::trace_runtime::__private::infer_return_type::<
                        BoxStream<'static, u8>,
                    >() {
                        return __trace_value;
                    }
                    s().await
                },
                |__trace_value, __trace_span| -> BoxStream<'static, u8> {
                    ::trace_runtime::__private::Box::pin(
                        ::trace_runtime::__private::collected_stream_in_span::<
                            _,
                            u8,
                            _,
                            _,
                            _,
                        >(
                            __trace_value,
                            __trace_span,
                            |__trace_collected, __trace_item| {
                                ::trace_runtime::__private::collect!(
                                    __trace_collected, __trace_item, join
                                )
                            },
                            |__trace_collected| {
                                ::trace_runtime::__private::capture!(* __trace_collected)
                            },
                        ),
                    )
                },
            )
            .await
    }
}
