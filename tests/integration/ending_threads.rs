//! Traced functions and futures on a thread that is ending, whose thread-locals are destroyed.

use integration_tests::Program;
use trace_runtime::{InCurrentSpan, chain};

#[chain]
fn call() -> &'static str {
    "done"
}

#[chain]
async fn later(number: i32) -> Option<i32> {
    Some(number / 2)
}

#[test]
fn traced_call_in_a_thread_local_destructor_succeeds() {
    struct Calls;
    impl Drop for Calls {
        fn drop(&mut self) {
            assert_eq!(call(), "done");
            block_on_without_runtime(later(4));
        }
    }
    thread_local! {
        static CALLS: Calls = const { Calls };
    }
    /// Polls once without a runtime, because Tokio's thread-locals may be destroyed already.
    fn block_on_without_runtime(future: impl Future<Output = Option<i32>>) {
        assert_eq!(futures_util::FutureExt::now_or_never(future), Some(Some(2)));
    }
    let _program = Program::start();
    // Initialise this thread-local before that of the context, which is then destroyed first.
    let ended = std::thread::spawn(|| CALLS.with(|_| call().len())).join();
    assert!(ended.is_ok());
}

#[test]
fn traced_futures_in_a_thread_local_destructor_are_cancelled() {
    type Boxed = std::pin::Pin<Box<dyn Future<Output = u8>>>;
    #[derive(Default)]
    struct Kept(std::cell::RefCell<Vec<Boxed>>);
    impl Drop for Kept {
        fn drop(&mut self) {
            for mut future in self.0.take() {
                assert!(futures_util::FutureExt::now_or_never(future.as_mut()).is_none());
            }
        }
    }
    thread_local! {
        static KEPT: Kept = Kept::default();
    }
    #[chain]
    async fn waits() -> u8 {
        std::future::pending().await
    }
    let program = Program::start();
    let thread = std::thread::spawn(|| {
        // Initialise this thread-local before that of the context, which is then destroyed first.
        KEPT.with(|_| ());
        let futures: [Boxed; 2] = [Box::pin(waits()), Box::pin(waits().in_current_span())];
        for mut future in futures {
            assert!(futures_util::FutureExt::now_or_never(future.as_mut()).is_none());
            KEPT.with(|kept| kept.0.borrow_mut().push(future));
        }
    });
    thread.join().unwrap();
    assert_eq!(
        program.tree(),
        "waits [CHAIN] unset in={}\n  !cancelled\nwaits [CHAIN] unset in={}\n  !cancelled\n"
    );
}
