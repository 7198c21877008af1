//! Work spread over threads, results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Stack of a worker. Expressions are evaluated recursively, and a package may chain many facts; only pages that are
/// touched cost memory.
const STACK: usize = 512 << 20;
/// Columns of fewer rows are done sooner than threads start.
const WORTH_THREADS: usize = 1 << 15;

/// Calls `work` for each column of a table with so many rows, on threads where it is long enough for that.
pub(crate) fn by_column<T: Send, U: Send>(
    threads: usize,
    rows: usize,
    columns: Vec<T>,
    work: impl Fn(T) -> U + Sync,
) -> Vec<U> {
    if threads < 2 || rows < WORTH_THREADS {
        return columns.into_iter().map(work).collect();
    }
    let columns: Vec<Mutex<Option<T>>> = columns.into_iter().map(|column| Mutex::new(Some(column))).collect();
    let take = |place: usize| columns[place].lock().unwrap_or_else(PoisonError::into_inner).take();
    in_parallel(threads, columns.len(), |place| take(place).map(&work)).into_iter().flatten().collect()
}

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
