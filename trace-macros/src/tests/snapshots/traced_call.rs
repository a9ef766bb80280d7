async fn case() {
    ::trace_runtime::__private::in_call(
        ::trace_runtime::__private::prepare_call(
            const {
                &::trace_runtime::__private::traced_site!(
                    Chain, "look_up", false, "look_up", ::core::line!()
                )
            },
            |__trace_start| {
                let _ = __trace_start;
            },
            |__trace_record, __trace_arguments| {
                __trace_arguments
                    .add(0usize, "topic", ::trace_runtime::__private::capture!(topic));
                let _ = (__trace_record, __trace_arguments);
            },
        ),
        (depth + 1,),
        |(__trace_arg1,)| look_up(topic, __trace_arg1, |found| found.len()),
        |(__trace_arg1,), __trace_arguments| {
            __trace_arguments
                .add(
                    1usize,
                    "arg1",
                    ::trace_runtime::__private::capture!(* __trace_arg1),
                );
            let _ = (__trace_arguments, __trace_arg1);
        },
        |__trace_returned, __trace_span| {
            ::trace_runtime::__private::finish_call!(__trace_returned, __trace_span)
        },
    )
}
