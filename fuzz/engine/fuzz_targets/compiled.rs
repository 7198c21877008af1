//! A package and its data, chosen by the fuzzer: with compiled code as without, to the byte. No panic, no signal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use watchfire_tests::equalities::{Equality, check};
use watchfire_tests::generate::{Size, from_bytes};

const SIZE: Size = Size { facts: 2, models: 2, rows: 12, days: 3 };

fuzz_target!(|bytes: &[u8]| {
    let case = from_bytes(bytes, SIZE);
    match check(&case, &[Equality::Interpreter]) {
        Ok(verdict) => {
            if let Some(broken) = verdict.broken {
                panic!("{}: {}\n{}", broken.equality, broken.difference, case.text());
            }
        }
        Err(message) => panic!("the checker refuses a case: {message}\n{}", case.text()),
    }
});
