impl Case {
    async fn f<'a>(p: &'a str) -> &'a str {
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
                        .argument("p", ::trace_runtime::__private::capture!(p));
                    let _ = __trace_record;
                },
            ),
            move || -> &'_ str {
                #[allow(clippy::shadow_same, clippy::collection_is_never_read)]
                let mut p = p;
                let __trace_value: &'_ str = {
                    p = p.trim();
                    format!("{p}");
                    p
                };
                #[allow(unreachable_code)] __trace_value
            },
            |__trace_returned, __trace_span| {
                ::trace_runtime::__private::finish!(__trace_returned, __trace_span)
            },
        )
    }
}
