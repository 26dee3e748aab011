//! Pieces of work that are made ready by several threads in any order and are then done in theirs.
//!
//! Nobody waits for a turn: who has made a piece ready hands it in and makes the next one ready, unless the piece is
//! the one whose turn it is. Then he does it, and those behind it that were handed in before.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, TryLockError};

/// So many pieces may lie ready before those who make them have to wait.
const READY_MAX: usize = 8;

/// What the pieces of work `W` are done on, and those that were handed in.
pub struct InOrder<T, W> {
    state: Mutex<State<T, W>>,
    changed: Condvar,
}

struct State<T, W> {
    /// The number of the piece that is to be done next, counted from 0.
    next: u64,
    ready: BTreeMap<u64, W>,
    /// Pieces that are done, to be used again.
    spent: Vec<W>,
    /// Threads that wait for a change: to wake nobody takes a call of the system, too.
    waiting: usize,
    /// `None`: somebody is working on it, or has panicked over it.
    shared: Option<T>,
    panicked: bool,
}

/// Tells those who wait if the thread that has it panics. See [`InOrder::alarm`].
pub struct Alarm<'a, T, W>(&'a InOrder<T, W>);

impl<T, W> Drop for Alarm<'_, T, W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            if let Ok(mut state) = self.0.state.lock() {
                state.panicked = true;
            }
            self.0.changed.notify_all();
        }
    }
}

impl<T, W> InOrder<T, W> {
    pub fn new(shared: T) -> Self {
        let state = State {
            next: 0,
            ready: BTreeMap::new(),
            spent: Vec::new(),
            waiting: 0,
            shared: Some(shared),
            panicked: false,
        };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// To be held by each thread for as long as it makes pieces ready: a piece that will never be handed in is not
    /// waited for.
    pub fn alarm(&self) -> Alarm<'_, T, W> {
        Alarm(self)
    }

    /// Hands in the piece of that number. Numbers are taken in order, each once, and whoever has taken one hands it in
    /// before it takes another: who waits here does so for one that is not waiting. Where it is its turn, `work` is
    /// done on the piece and on those behind it. Gives a piece that is done, if one is at hand. `None`: somebody
    /// panicked.
    pub fn hand_in(&self, number: u64, piece: W, mut work: impl FnMut(&mut T, &W)) -> Option<Option<W>> {
        let mut state = soon(&self.state)?;
        state.ready.insert(number, piece);
        loop {
            if state.panicked {
                return None;
            }
            let is_ready = state.ready.contains_key(&state.next);
            if let Some(mut shared) = state.shared.take_if(|_| is_ready) {
                let next = state.next;
                let piece = state.ready.remove(&next)?;
                drop(state);
                work(&mut shared, &piece);
                state = soon(&self.state)?;
                state.shared = Some(shared);
                state.next += 1;
                state.spent.push(piece);
                if state.waiting > 0 {
                    self.changed.notify_all();
                }
            } else if state.ready.len() >= READY_MAX {
                state.waiting += 1;
                state = self.changed.wait(state).ok()?;
                state.waiting -= 1;
            } else {
                return Some(state.spent.pop());
            }
        }
    }
}

/// How often a lock is asked for before a thread is laid to sleep for it: for somewhat longer than it takes to read a
/// batch.
const ASKED_MAX: usize = 5000;

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
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn pieces_are_done_in_order_whoever_hands_them_in() {
        const PIECES: u64 = 300;
        let done = InOrder::new(Vec::new());
        let next = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= PIECES {
                            return;
                        }
                        done.hand_in(number, number, |done, piece| done.push(*piece)).unwrap();
                    }
                });
            }
        });
        let done = done.state.into_inner().unwrap().shared.unwrap();
        assert_eq!(done, (0..PIECES).collect::<Vec<_>>());
    }

    #[test]
    fn a_piece_that_is_not_next_is_done_by_whoever_does_the_one_before() {
        let done = InOrder::new(Vec::new());
        let work = |done: &mut Vec<u64>, piece: &u64| done.push(*piece);
        assert_eq!(done.hand_in(1, 11, work), Some(None));
        assert_eq!(done.hand_in(0, 10, work), Some(Some(11)));
        assert_eq!(done.hand_in(2, 12, |done, _| assert_eq!(*done, [10, 11])), Some(Some(12)));
    }

    #[test]
    fn who_waits_is_woken_when_a_piece_is_done() {
        const LAST: u64 = READY_MAX as u64;
        let done = InOrder::new(());
        for number in 1..LAST {
            assert_eq!(done.hand_in(number, (), |(), ()| ()), Some(None));
        }
        let is_waited = || done.state.lock().unwrap().waiting == 1;
        thread::scope(|scope| {
            let waits = scope.spawn(|| done.hand_in(LAST, (), |(), ()| ()));
            let mut pieces = 0;
            let mine = done.hand_in(0, (), |(), ()| {
                pieces += 1;
                while pieces == 1 && !is_waited() {
                    thread::yield_now();
                }
            });
            assert_eq!(mine, Some(Some(())));
            assert_eq!(waits.join().unwrap(), Some(Some(())));
        });
        assert!(!is_waited());
    }

    /// Hands in as many pieces as may lie ready behind one that panics, and waits for it.
    fn wait_for(done: &InOrder<(), ()>, panic: impl FnOnce()) {
        const LAST: u64 = READY_MAX as u64;
        for number in 1..LAST {
            assert_eq!(done.hand_in(number, (), |(), ()| ()), Some(None));
        }
        thread::scope(|scope| {
            let waits = scope.spawn(|| done.hand_in(LAST, (), |(), ()| ()));
            assert!(catch_unwind(AssertUnwindSafe(panic)).is_err());
            assert_eq!(waits.join().unwrap(), None);
        });
        assert_eq!(done.hand_in(LAST + 1, (), |(), ()| ()), None);
    }

    #[test]
    fn nobody_waits_for_a_piece_that_panicked() {
        let done = InOrder::new(());
        wait_for(&done, || {
            let _alarm = done.alarm();
            done.hand_in(0, (), |(), ()| panic!("a bug"));
        });
    }

    #[test]
    fn nobody_waits_for_a_piece_that_is_never_handed_in() {
        let done = InOrder::new(());
        wait_for(&done, || {
            let _alarm = done.alarm();
            panic!("a bug");
        });
    }
}
