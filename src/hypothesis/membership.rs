//! Which questions' regions hold an instant.
//!
//! Of thousands of questions an instant is in a few dozen: those of the levels that its host has then,
//! alone or by twos, in each clock region that holds it. They are looked up; none of the others is
//! touched, so that the cost does not grow with the number of racks.

use super::{
    clock_region::Instant, dial::Dial, host_time::HostTime, question::Question, questionnaire::Questionnaire,
};

/// No question.
const NONE: u32 = u32::MAX;

/// Questions by clock region and levels.
#[derive(Debug)]
pub(super) struct Membership {
    dial: Dial,
    /// Per flag; the last one for questions of levels alone.
    lookups: Vec<Lookup>,
}

/// The questions of one clock region, by the levels that they ask for.
#[derive(Debug, Default)]
struct Lookup {
    /// The question of the clock region itself.
    whole: Option<u32>,
    singles: Vec<Single>,
    pairs: Vec<Pair>,
}

/// Questions about one factor, by its level.
#[derive(Debug)]
struct Single {
    factor: usize,
    questions: Vec<u32>,
}

/// Questions about two factors, by both levels.
#[derive(Debug)]
struct Pair {
    factors: [usize; 2],
    /// Levels of the second factor.
    width: usize,
    questions: Vec<u32>,
}

impl Membership {
    /// `levels`: how many levels each factor has.
    pub fn new(list: &Questionnaire, levels: &[usize]) -> Self {
        let mut lookups: Vec<Lookup> = Vec::new();
        lookups.resize_with(list.flags.len() + 1, Lookup::default);
        for (index, question) in list.questions.iter().enumerate() {
            lookups[question.flag.unwrap_or(list.flags.len())].insert(index as u32, question, levels);
        }
        Self { dial: Dial::new(&list.flags), lookups }
    }

    /// Calls `each` with every question whose region holds the instant.
    pub fn for_each(
        &self,
        list: &Questionnaire,
        time: &HostTime,
        instant: &Instant,
        profile: u32,
        mut each: impl FnMut(usize),
    ) {
        let levels = &time.profiles[profile as usize];
        self.without_clock(levels, &mut each);
        self.dial.for_each(&list.flags, instant, |flag| self.lookups[flag].for_each(levels, &mut each));
    }

    /// The same where the levels and the clock regions that hold are known.
    pub fn among(&self, levels: &[u32], flags: &[u32], mut each: impl FnMut(usize)) {
        self.without_clock(levels, &mut each);
        for flag in flags {
            self.lookups[*flag as usize].for_each(levels, &mut each);
        }
    }

    /// Calls `each` with every clock region that holds the instant.
    pub fn flags(&self, list: &Questionnaire, instant: &Instant, each: impl FnMut(usize)) {
        self.dial.for_each(&list.flags, instant, each);
    }

    /// Calls `each` with every question of levels alone that holds for these levels.
    pub fn without_clock(&self, levels: &[u32], each: &mut impl FnMut(usize)) {
        self.lookups[self.lookups.len() - 1].for_each(levels, each);
    }

    /// Calls `each` with every question of a clock region that holds for these levels.
    pub fn with_clock(&self, flag: usize, levels: &[u32], each: &mut impl FnMut(usize)) {
        self.lookups[flag].for_each(levels, each);
    }
}

impl Lookup {
    fn insert(&mut self, index: u32, question: &Question, levels: &[usize]) {
        match question.levels[..] {
            [] => self.whole = Some(index),
            [(factor, level)] => {
                let place = self.singles.iter().position(|single| single.factor == factor);
                let place = place.unwrap_or_else(|| {
                    self.singles.push(Single { factor, questions: vec![NONE; levels[factor]] });
                    self.singles.len() - 1
                });
                self.singles[place].questions[level as usize] = index;
            }
            [first, second, ..] => {
                debug_assert!(question.levels.len() == 2, "no question asks for three levels");
                let (factors, width) = ([first.0, second.0], levels[second.0]);
                let place = self.pairs.iter().position(|pair| pair.factors == factors);
                let place = place.unwrap_or_else(|| {
                    self.pairs.push(Pair { factors, width, questions: vec![NONE; levels[first.0] * width] });
                    self.pairs.len() - 1
                });
                self.pairs[place].questions[first.1 as usize * width + second.1 as usize] = index;
            }
        }
    }

    fn for_each(&self, levels: &[u32], each: &mut impl FnMut(usize)) {
        let mut found = |question: Option<&u32>| {
            if let Some(question) = question.filter(|question| **question != NONE) {
                each(*question as usize);
            }
        };
        found(self.whole.as_ref());
        for single in &self.singles {
            found(single.questions.get(levels[single.factor] as usize));
        }
        for pair in &self.pairs {
            let (row, column) = (levels[pair.factors[0]] as usize, levels[pair.factors[1]] as usize);
            if column < pair.width {
                found(row.checked_mul(pair.width).and_then(|row| pair.questions.get(row + column)));
            }
        }
    }
}
