//! What a network reads of a question: a page of tokens, each a set of symbols. The
//! facts of the trial come first, the question is the last token. Families write
//! pages; what they must not write is the truth of anything but a fact.

use crate::claim::Answer;

/// The sizes that an encoding fixes, the same for every question of a family's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alphabet {
    /// Tokens of a page, the question's included, which is the last.
    pub tokens: usize,
    /// Symbols of one token at most.
    pub per_token: usize,
    /// Different symbols, [`BLANK`] included.
    pub symbols: usize,
    /// Classes of answers, over all questions; one more, the last, is "I don't know".
    pub classes: usize,
    /// Roles whose symbols name the same things as another role's: what a mimetic start makes alike.
    pub alike: Likenesses,
    /// What a page leaves open for who reads it to note.
    pub open: Open,
}

/// Values that are facts of some tokens, and of others what has to be found out: those tokens have a symbol that says
/// so. A question about such a token's value is the token again, so that who answers questions can note values on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// The symbol of a value that is open.
    pub symbol: u16,
    /// The symbol of the first value. Symbol `first + i` is a fact that answers such a question with class i.
    pub first: u16,
    /// How many values there are, fewer than classes; 0: pages leave nothing open.
    pub size: u16,
}

impl Open {
    /// Pages leave nothing open.
    pub const NONE: Self = Self { symbol: BLANK, first: BLANK, size: 0 };
}

/// The roles of an alphabet that are like others; those past the last have no symbols.
pub type Likenesses = [Alike; 4];

/// A role whose symbols name the same things, one by one, as those of another role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    /// The first of its symbols.
    pub first: u16,
    /// The first of the role that it is like; that role is like no other.
    pub like: u16,
    /// How many; 0: there is no such role.
    pub size: u16,
    /// Where its symbols are like the other's: everywhere; or in one half of a state, and there turned, of all roles of
    /// an alphabet or of none. Tokens that carry both a name and references to others like themselves want the second: who
    /// refers looks for the name, and not for itself or for others that refer to it. A role may be like two, in different halves.
    pub half: Option<Half>,
}

/// Half of a token's state: of an even number of heads, half of the heads. Who has one head cannot tell by it which of two
/// references led to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// The lower half.
    First,
    /// The upper half.
    Last,
}

impl Alike {
    /// No role names what another names.
    pub const NONE: Likenesses = [Self { first: 0, like: 0, size: 0, half: None }; 4];

    /// The role that begins at one symbol beside the one that begins at another.
    #[must_use]
    pub fn new(first: u32, like: u32, size: u32) -> Self {
        let [first, like, size] = [first, like, size].map(|n| n as u16);
        Self { first, like, size, half: None }
    }

    /// The same, in one half, turned.
    #[must_use]
    pub fn turned(self, half: Half) -> Self {
        Self { half: Some(half), ..self }
    }

    /// These and no others.
    #[must_use]
    pub fn only<const N: usize>(roles: [Self; N]) -> Likenesses {
        let mut all = Self::NONE;
        all[..N].copy_from_slice(&roles);
        all
    }
}

impl Alphabet {
    /// The class of "I don't know".
    #[must_use]
    pub fn unknown(&self) -> u16 {
        (self.classes - 1) as u16
    }
}

/// No symbol: fills up tokens that have fewer than the most.
pub const BLANK: u16 = 0;
/// A token that no answer is copied from.
pub const NO_COPY: u16 = u16::MAX;

/// Numbers the symbols of roles, so many of each: the first of each role, and how many symbols there are
/// in all, [`BLANK`] included.
#[must_use]
pub fn roles<const N: usize>(sizes: [u32; N]) -> ([u32; N], usize) {
    let mut next = u32::from(BLANK) + 1;
    let firsts = sizes.map(|size| {
        next += size;
        next - size
    });
    (firsts, next as usize)
}

/// Pages of many questions, row after row.
#[derive(Clone, Debug)]
pub struct Pages {
    /// Their sizes.
    pub alphabet: Alphabet,
    /// (rows, tokens, per_token) symbols.
    pub symbols: Vec<u16>,
    /// (rows, tokens) the class that pointing at a token stands for, or [`NO_COPY`].
    pub copies: Vec<u16>,
}

impl Pages {
    /// No pages yet.
    #[must_use]
    pub fn new(alphabet: Alphabet) -> Self {
        Self { alphabet, symbols: Vec::new(), copies: Vec::new() }
    }

    /// How many pages there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.copies.len() / self.alphabet.tokens
    }

    /// Forgets all pages, keeps their room.
    pub fn clear(&mut self) {
        self.symbols.clear();
        self.copies.clear();
    }

    /// Adds a page, blank, and gives it to be written.
    pub fn page(&mut self) -> Page<'_> {
        let Alphabet { tokens, per_token, .. } = self.alphabet;
        let (symbols, copies) = (self.symbols.len(), self.copies.len());
        self.symbols.resize(symbols + tokens * per_token, BLANK);
        self.copies.resize(copies + tokens, NO_COPY);
        Page { per_token, symbols: &mut self.symbols[symbols..], copies: &mut self.copies[copies..], next: 0 }
    }

    /// Adds a copy of another's page.
    pub fn push(&mut self, other: &Self, row: usize) {
        let Alphabet { tokens, per_token, .. } = self.alphabet;
        let each = tokens * per_token;
        self.symbols.extend_from_slice(&other.symbols[row * each..][..each]);
        self.copies.extend_from_slice(&other.copies[row * tokens..][..tokens]);
    }
}

/// A page as it is written, token by token.
pub struct Page<'a> {
    per_token: usize,
    symbols: &'a mut [u16],
    copies: &'a mut [u16],
    next: usize,
}

impl Page<'_> {
    /// Writes the next token.
    ///
    /// # Panics
    /// If it is one token or symbol more than the alphabet says: a family's encoding is then wrong.
    pub fn token(&mut self, symbols: impl IntoIterator<Item = u32>, copies: Option<Answer>) {
        let at = &mut self.symbols[self.next * self.per_token..][..self.per_token];
        for (count, symbol) in symbols.into_iter().enumerate() {
            at[count] = symbol as u16;
        }
        self.copies[self.next] = copies.map_or(NO_COPY, |answer| answer.0);
        self.next += 1;
    }

    /// Writes the question, which is the last token.
    pub fn question(&mut self, symbols: impl IntoIterator<Item = u32>) {
        self.next = self.copies.len() - 1;
        self.token(symbols, None);
    }
}
