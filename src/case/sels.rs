//! Whether the SELs of the machines of a case are in it whole, so that no page claims more than that.

use crate::model::{Report, SourceEntry};

use super::bundle::Piece;
use super::{Scope, words};

/// How many machines of a case have their SEL in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sels {
    /// Machines of the case.
    machines: usize,
    /// Those of which there is a SEL, in the case or not.
    known: usize,
    /// Those of which every SEL is in the case from its first byte to its last.
    whole: usize,
}

impl Sels {
    /// Counts. A SEL that several machines share is cut, and so is whole for none of them.
    pub fn of(report: &Report, scope: &Scope<'_>, pieces: &[Piece]) -> Self {
        let mut sels = Self { machines: scope.hosts.len(), ..Self::default() };
        for host in &scope.hosts {
            let is_own = |source: &&SourceEntry| source.kind == "sel" && source.host.as_ref() == Some(host);
            let own: Vec<&SourceEntry> = report.sources.iter().filter(is_own).collect();
            let mut coverage = report.coverage.iter();
            let spoke = coverage.any(|it| it.host == *host && it.kinds.iter().any(|kind| kind == "sel"));
            let of_shared = pieces.iter().any(|piece| is_of(piece, host) && !is_whole(piece));
            sels.known += usize::from(spoke || of_shared || !own.is_empty());
            let is_enclosed = |source: &&SourceEntry| {
                let mut wholes = pieces.iter().filter(|piece| is_of(piece, host) && is_whole(piece));
                wholes.any(|piece| piece.origin.as_ref().is_some_and(|it| it.source == source.path))
            };
            sels.whole += usize::from(!own.is_empty() && !of_shared && own.iter().all(is_enclosed));
        }
        sels
    }

    /// What can be said of them, in a sentence.
    pub fn sentence(self) -> String {
        let Self { machines, known, whole } = self;
        let of = if machines == 1 { "the machine".to_owned() } else { format!("the {machines} machines") };
        match (known, whole) {
            (0, _) => format!("There is no SEL of {of} of this case."),
            (_, 0) => format!("No SEL of {of} of this case is enclosed complete."),
            _ if whole == machines => "SELs are complete.".to_owned(),
            _ => format!(
                "SELs of {whole} of {} of this case are complete; of the others there is none, or not all of it.",
                words::count(machines, "machine")
            ),
        }
    }
}

fn is_of(piece: &Piece, host: &str) -> bool {
    piece.origin.as_ref().is_some_and(|origin| origin.is_sel)
        && piece.rule.as_ref().is_some_and(|rule| rule.host == host)
}

fn is_whole(piece: &Piece) -> bool {
    piece.origin.as_ref().is_some_and(|origin| origin.unit == "whole" && !origin.shortened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_called_complete_that_is_not() {
        let of = |machines, known, whole| Sels { machines, known, whole }.sentence();
        assert_eq!(of(3, 3, 3), "SELs are complete.");
        assert!(of(3, 3, 2).starts_with("SELs of 2 of 3 machines of this case are complete; of the others"));
        assert!(of(3, 2, 2).starts_with("SELs of 2 of 3 machines of this case are complete; of the others"));
        assert_eq!(of(1, 1, 0), "No SEL of the machine of this case is enclosed complete.");
        assert_eq!(of(2, 0, 0), "There is no SEL of the 2 machines of this case.");
    }
}
