//! Something that several threads use, one after another in a fixed order.

use std::sync::{Condvar, Mutex, MutexGuard, TryLockError};

pub struct Turns<T> {
    state: Mutex<State<T>>,
    passed_on: Condvar,
}

struct State<T> {
    /// Whose turn it is, counted from 0.
    turn: u64,
    shared: T,
}

/// Wakes those who wait, also where a panic ends the turn.
struct PassOn<'a>(&'a Condvar);

impl Drop for PassOn<'_> {
    fn drop(&mut self) {
        self.0.notify_all();
    }
}

impl<T> Turns<T> {
    pub fn new(shared: T) -> Self {
        Self { state: Mutex::new(State { turn: 0, shared }), passed_on: Condvar::new() }
    }

    /// Waits until all turns before this one were taken, and takes it. `None`: one of them panicked.
    pub fn take<R>(&self, turn: u64, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let waiting = soon(&self.state)?;
        let mut state = self.passed_on.wait_while(waiting, |state| state.turn != turn).ok()?;
        // It is dropped before the lock is, so that nobody misses a panic.
        let _pass_on = PassOn(&self.passed_on);
        let done = work(&mut state.shared);
        state.turn += 1;
        Some(done)
    }
}

/// How often a lock is asked for before a thread is laid to sleep for it: some tens of microseconds.
const ASKED_MAX: usize = 1000;

/// Takes a lock that will be free soon. To sleep and to be woken takes longer than most waits do here. `None`: whoever
/// had it panicked.
pub fn soon<T>(lock: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for _ in 0..ASKED_MAX {
        match lock.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(_)) => return None,
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
    lock.lock().ok()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::thread;

    use super::*;

    #[test]
    fn turns_are_taken_in_order_by_whomever() {
        let turns = Turns::new(Vec::new());
        thread::scope(|scope| {
            for first in [1, 0] {
                let turns = &turns;
                scope.spawn(move || {
                    for turn in (first..100).step_by(2) {
                        turns.take(turn, |taken| taken.push(turn)).unwrap();
                    }
                });
            }
        });
        assert_eq!(turns.take(100, |taken| taken.clone()), Some((0..100).collect()));
    }

    #[test]
    fn nobody_waits_for_a_turn_that_panicked() {
        let turns = Turns::new(());
        thread::scope(|scope| {
            let waits = scope.spawn(|| turns.take(1, |()| ()));
            let panics = catch_unwind(AssertUnwindSafe(|| turns.take(0, |()| panic!("a bug"))));
            assert!(panics.is_err());
            assert_eq!(waits.join().unwrap(), None);
        });
    }
}
