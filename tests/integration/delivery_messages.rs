//! What is said of backends: to whom it applies, and as often as it is news.

use crate::delivery_faults::{installed, work};
use integration_tests::{Program, Receiver, Reply};
use trace_runtime::register;

#[test]
fn another_backend_is_told_of_no_variable_that_it_does_not_read() {
    let _turn = Program::turn();
    let receiver = Receiver::http();
    let wants_key = Receiver::http_answering(|_, _| Reply::status(401, ""));
    let another = || register().endpoint(wants_key.endpoint());
    let table = [
        (another(), "it wants an API key and none was given, "),
        (another().header("x-key", "k"), "is in the headers x-key, correct them or "),
    ];
    for (another, start) in table {
        let (registration, said) =
            installed(|builder| builder.endpoint(receiver.endpoint()).also(another));
        work(1);
        registration.shutdown().unwrap_err();
        let said = said.lock().unwrap();
        let [line] = &said[..] else { panic!("one line: {said:?}") };
        let call = "call `api_key(..)` on the builder given to `also(..)`";
        assert!(line.contains(&format!("{start}{call}")), "{line}");
    }
}
