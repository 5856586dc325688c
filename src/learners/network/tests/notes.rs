//! What a network notes between its passes.

use super::*;

#[test]
fn each_pass_notes_the_likeliest_value_of_what_is_open() {
    let (mut all, mut targets) = pages(60);
    // Some questions are open values, as some tokens with two symbols are.
    for row in (0..60).step_by(3) {
        targets[row] = if row % 2 == 0 { 8 } else { 2 };
        all.symbols[row * 12 + 10] = OPEN.symbol;
        all.symbols[row * 12 + 4..][..2].fill(OPEN.symbol);
    }
    let mut thrice = network(&THRICE, Ops::Exact, OPTIMISER);
    for _ in 0..20 {
        thrice.step(&all, &targets, None).expect("a step");
    }
    let NetworkSpec::Transformer { width, layers, heads, hidden, .. } = THRICE else { unreachable!() };
    let mut once = network(&NetworkSpec::transformer(width, layers, heads, hidden), Ops::Exact, OPTIMISER);
    once.load(&thrice.save().expect("bytes")).expect("the same variables");
    let once = once.scorer();
    // The slow way: a token is asked about by a page on which it has changed places with the question.
    let asked_about = |page: &Pages, token: usize| {
        let mut page = page.clone();
        (0..2).for_each(|symbol| page.symbols.swap(2 * token + symbol, 10 + symbol));
        page.copies.swap(token, 5);
        let mut scores = Vec::new();
        once.scores(&page, &mut scores).expect("it fits");
        // A value, or "I don't know", which leaves it open.
        let classes = (0..OPEN.size).chain([8]).rev();
        let scores = |class: u16| scores[usize::from(class)];
        classes.max_by(|a, b| scores(*a).total_cmp(&scores(*b))).expect("classes")
    };
    let (mut values, mut others, mut revised) = (0, 0, 0);
    let noted = thrice.scorer().noted(&all).expect("they fit");
    for row in 0..60 {
        let mut page = Pages::new(ALPHABET);
        page.push(&all, row);
        let given = page.clone();
        for pass in 0..2 {
            let read = page.clone();
            for at in (0..10).filter(|at| given.symbols[*at] == OPEN.symbol) {
                let class = asked_about(&read, at / 2);
                let is_value = class < OPEN.size;
                page.symbols[at] = if is_value { OPEN.first + class } else { OPEN.symbol };
                *(if is_value { &mut values } else { &mut others }) += 1;
                revised += usize::from(pass == 1 && page.symbols[at] != read.symbols[at]);
            }
        }
        // Of the question nothing is noted.
        assert_eq!(noted.symbols[row * 12..][..12], page.symbols, "row {row}");
        // The last pass answers the noted page.
        let [mut a, mut b] = [Vec::new(), Vec::new()];
        thrice.scorer().scores(&given, &mut a).expect("it fits");
        once.scores(&page, &mut b).expect("it fits");
        assert_eq!(bits(&a), bits(&b));
    }
    assert_eq!(noted.copies, all.copies);
    assert!(values > 10 && others > 10 && revised > 0, "{values}, {others}, {revised}");
}
