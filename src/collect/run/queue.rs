//! Tasks that wait, given out so that no BMC is asked for too many sessions at once.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Task;

pub struct Queue<'p> {
    state: Mutex<State<'p>>,
    given_back: Condvar,
    per_bmc: usize,
}

struct State<'p> {
    waiting: VecDeque<(usize, Task<'p>)>,
    /// BMC → tasks that are under way with it.
    busy: BTreeMap<&'p str, usize>,
}

impl<'p> Queue<'p> {
    pub fn new(tasks: Vec<Task<'p>>, per_bmc: usize) -> Self {
        let waiting = tasks.into_iter().enumerate().collect();
        let state = Mutex::new(State { waiting, busy: BTreeMap::new() });
        Self { state, given_back: Condvar::new(), per_bmc }
    }

    /// The next task and its number. Waits while all that are left are for BMCs that have enough to do.
    pub fn take(&self) -> Option<(usize, Task<'p>)> {
        let mut state = self.lock();
        loop {
            let is_free = |task: &Task<'p>| {
                task.bmc().is_none_or(|bmc| state.busy.get(bmc).is_none_or(|busy| *busy < self.per_bmc))
            };
            if let Some(at) = state.waiting.iter().position(|(_, task)| is_free(task)) {
                let taken = state.waiting.remove(at);
                if let Some(bmc) = taken.as_ref().and_then(|(_, task)| task.bmc()) {
                    *state.busy.entry(bmc).or_default() += 1;
                }
                return taken;
            }
            if state.waiting.is_empty() {
                return None;
            }
            state = self.given_back.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A task has ended.
    pub fn give_back(&self, task: Task<'p>) {
        if let Some(bmc) = task.bmc() {
            if let Some(busy) = self.lock().busy.get_mut(bmc) {
                *busy = busy.saturating_sub(1);
            }
            self.given_back.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<'p>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
