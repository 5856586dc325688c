//! Many comparisons at once: p-values adjusted over a family, and the ties they leave in a ranking.

use std::ops::Range;

/// Adjusted p-values, in the order given, that hold the probability of any false separation in the family at
/// the level they are compared with, however the comparisons depend on each other.
/// Source: [Holm1979].
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let count = order.len();
    let mut adjusted = vec![0.0; count];
    let mut greatest = 0.0_f64;
    for (rank, at) in order.into_iter().enumerate() {
        greatest = greatest.max(p_values[at] * (count - rank) as f64).min(1.0);
        adjusted[at] = greatest;
    }
    adjusted
}

/// Adjusted p-values, in the order given, that hold the expected share of false separations among all
/// separations at the level they are compared with, for independent or positively dependent comparisons.
/// Source: [Benjamini1995].
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let count = order.len() as f64;
    let mut adjusted = vec![0.0; order.len()];
    let mut least = 1.0_f64;
    for (rank, at) in order.into_iter().enumerate().rev() {
        least = least.min(p_values[at] * count / (rank + 1) as f64);
        adjusted[at] = least;
    }
    adjusted
}

/// Places of the values, least value first; equal ones as they come.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    order
}

/// The statistical ties of a ranking of `count` strategies: every longest run of neighbours in the ranking
/// of which no two are `separated`, asked for places i < j. Runs overlap, come in the order of the ranking,
/// none lies within another, and every strategy is in one or more, if alone.
///
/// Two strategies in one run are not separated. Two in no common run are separated, or some pair is of which
/// both lie from one of them to the other in the ranking: a run does not step over a separation. A general letter
/// display would still tie such two; they only arise where a pair is separated and a wider pair around it is
/// not.
/// Source: [Piepho2004], the compact letter display, for an ordered list.
#[must_use]
pub fn tied_groups(count: usize, separated: impl Fn(usize, usize) -> bool) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for place in 0..count {
        // The last strategy that is separated from this one bounds every run that this one is in.
        let bound = (start..place).rev().find(|earlier| separated(*earlier, place));
        if let Some(earlier) = bound {
            groups.push(start..place);
            start = earlier + 1;
        }
    }
    if count > 0 {
        groups.push(start..count);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::reference::{REFERENCE, close};

    #[test]
    fn the_reference_families_are_met() {
        for row in &REFERENCE.families {
            let adjusted = [holm(&row.p_values), benjamini_hochberg(&row.p_values)];
            for (ours, theirs) in adjusted.iter().zip([&row.holm, &row.benjamini_hochberg]) {
                assert_eq!(ours.len(), theirs.len());
                ours.iter().zip(theirs).for_each(|(ours, theirs)| close(*ours, *theirs, 1e-13, "adjusted"));
            }
        }
    }

    #[test]
    fn adjustment_keeps_order_and_never_lowers() {
        // Holm by hand: .01 x 3, .02 x 2, .04 x 1 raised to what came before. B-H: .01 x 3, .02 x 3/2, .04.
        let p = [0.04, 0.01, 0.02];
        assert_eq!(holm(&p), [0.04, 0.03, 0.04]);
        assert_eq!(benjamini_hochberg(&p), [0.04, 0.03, 0.03]);
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
        assert_eq!((holm(&[0.3]), holm(&[0.6, 0.7])), (vec![0.3], vec![1.0, 1.0]));
        // A family reversed gives its values reversed.
        let long = [0.2, 0.001, 0.03, 0.03, 0.9, 0.0];
        let mut reversed = long;
        reversed.reverse();
        for adjust in [holm, benjamini_hochberg] {
            let mut back = adjust(&reversed);
            back.reverse();
            assert_eq!(adjust(&long), back);
            assert!(adjust(&long).iter().zip(long).all(|(adjusted, p)| *adjusted >= p));
        }
    }

    /// The ties, from the definition: every run, kept if none of its pairs is separated and it fits in no other.
    fn by_definition(count: usize, separated: &dyn Fn(usize, usize) -> bool) -> Vec<Range<usize>> {
        let tied = |run: &Range<usize>| run.clone().all(|j| (run.start..j).all(|i| !separated(i, j)));
        let runs: Vec<Range<usize>> =
            (0..count).flat_map(|i| (i + 1..=count).map(move |j| i..j)).filter(tied).collect();
        let within = |a: &Range<usize>, b: &Range<usize>| a != b && b.start <= a.start && a.end <= b.end;
        runs.iter().filter(|a| !runs.iter().any(|b| within(a, b))).cloned().collect()
    }

    #[test]
    fn ties_are_the_longest_runs() {
        assert!(tied_groups(0, |_, _| true).is_empty());
        assert_eq!(tied_groups(3, |_, _| true), [0..1, 1..2, 2..3]);
        // Neighbours tie, all others do not.
        assert_eq!(tied_groups(4, |i, j| j - i > 1), [0..2, 1..3, 2..4]);
        // A separation within a close pair parts it: first and last are not separated, the middle is from both.
        assert_eq!(tied_groups(3, |i, j| j - i == 1), [0..1, 1..2, 2..3]);
        // Every pattern of separations among five.
        for pattern in 0u32..1 << 10 {
            let separated = |i: usize, j: usize| pattern >> (j * (j - 1) / 2 + i) & 1 == 1;
            assert_eq!(tied_groups(5, separated), by_definition(5, &separated), "{pattern:b}");
        }
    }
}
