async fn case() {
    ::trace_runtime::__private::in_call_async(
            ::trace_runtime::__private::prepare_call(
                const {
                    &::trace_runtime::__private::traced_site!(
                        Llm, "create", false, "create", ::core::line!()
                    )
                },
                |__trace_start| {
                    let _ = __trace_start;
                },
                |__trace_record, __trace_arguments| {
                    __trace_record.model(&(m));
                    __trace_arguments
                        .add(0usize, "arg0", ::trace_runtime::__private::capture!("x"));
                    __trace_arguments
                        .add(1usize, "r", ::trace_runtime::__private::capture!(r));
                    let _ = (__trace_record, __trace_arguments);
                },
            ),
            (None,),
            async |(__trace_arg2,)| client.chat().create("x", &r, __trace_arg2).await,
            |(__trace_arg2,), __trace_arguments| {
                __trace_arguments
                    .add(
                        2usize,
                        "arg2",
                        ::trace_runtime::__private::capture!(* __trace_arg2),
                    );
                let _ = (__trace_arguments, __trace_arg2);
            },
            |__trace_returned, __trace_span| {
                ::trace_runtime::__private::finish_call!(
                    __trace_returned, __trace_span, skip
                )
            },
        )
        .await
}
