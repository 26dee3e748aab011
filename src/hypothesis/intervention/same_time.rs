//! Changes that reached some of the same hosts at nearly the same time.

use crate::model::{Study, study::Change};

use super::DAY;

/// Two changes this close (seconds) on the same host cannot be told apart.
const APART: i64 = 7 * DAY;

/// What reached each host, in order of time.
pub(super) struct ByHost<'a> {
    study: &'a Study,
    /// Per host: (second, index into [`Study::changes`]).
    reached: Vec<Vec<(i64, usize)>>,
}

impl<'a> ByHost<'a> {
    pub fn new(study: &'a Study) -> Self {
        let mut reached = vec![Vec::new(); study.hosts.len()];
        for (index, change) in study.changes.iter().enumerate() {
            for (host, at) in change.steps() {
                if let Some(of_host) = reached.get_mut(host as usize) {
                    of_host.push((at, index));
                }
            }
        }
        reached.iter_mut().for_each(|of_host| of_host.sort_unstable());
        Self { study, reached }
    }

    /// Names of the other changes that cannot be told apart from this one, in the order of the study.
    pub fn same_time(&self, change: &Change) -> Vec<String> {
        let mut near = vec![false; self.study.changes.len()];
        for (host, at) in change.steps() {
            let Some(of_host) = self.reached.get(host as usize) else { continue };
            let first = of_host.partition_point(|(other, _)| *other < at - APART);
            for (_, index) in of_host[first..].iter().take_while(|(other, _)| *other <= at + APART) {
                near[*index] = true;
            }
        }
        let others = self.study.changes.iter().zip(near).filter(|(_, near)| *near);
        others.map(|(other, _)| other.name.clone()).filter(|name| *name != change.name).collect()
    }
}
