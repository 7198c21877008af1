//! Work spread over threads, results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Stack of a worker. Expressions are evaluated recursively, and a package may chain many facts; only pages that are
/// touched cost memory.
const STACK: usize = 512 << 20;

/// Calls `work` for `0..count` on up to so many threads. A panic in one of them is passed on.
pub(crate) fn in_parallel<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::new(None)).collect();
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(place) = results.get(index) else { break };
            let result = work(index);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for _ in 0..threads.clamp(1, count.max(1)) {
            // Where the system refuses another thread, this one does the work that is left.
            match std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker) {
                Ok(handle) => handles.push(handle),
                Err(_) => break,
            }
        }
        for handle in handles {
            if let Err(panic) = handle.join() {
                std::panic::resume_unwind(panic);
            }
        }
        worker();
    });
    results.into_iter().filter_map(|place| place.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}
