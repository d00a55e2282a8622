//! Pure work on all cores.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// Below this number of items, starting threads costs more than it saves.
const WORTH_A_THREAD: usize = 64;

/// Maps the items on all cores; the results have the order of the items.
pub(super) fn on_all_cores<T: Sync, R: Send>(
    items: &[T],
    work: &(impl Fn(&T) -> R + Sync),
) -> Vec<R> {
    if items.len() <= WORTH_A_THREAD {
        return items.iter().map(work).collect();
    }
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let (own, others) = items.split_at(items.len().div_ceil(cores));
    let share = own.len();
    thread::scope(|scope| {
        let others: Vec<_> = others
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<R>>()))
            .collect();
        let mut results: Vec<R> = own.iter().map(work).collect();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        results
    })
}
