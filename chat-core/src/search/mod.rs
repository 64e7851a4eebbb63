//! Searching messages: what is looked for, what it matches, and how good the match is.

mod distance;
mod terms;

use crate::ids::{ConversationId, MessageId, UserId};
use crate::message::Message;
use crate::page::PageSize;
use crate::text::{Body, TextError};
use crate::time::Timestamp;

pub use terms::Terms;

/// How many messages a store looks at together: results are ranked among so many, the newest first.
pub const WINDOW: usize = 256;

/// What is looked for: words, in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    /// Matches a word, the beginning of one, or one that is nearly the same.
    Spaced(String),
    /// Matches wherever it stands.
    Run(String),
}

/// How well one word matches, the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Similar,
    Beginning,
    Whole,
}

/// How well a message matches; the better one is the greater one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// How many words it has.
    pub matched: u8,
    /// How many of them without a slip.
    pub sure: u8,
    /// How many of them as whole words.
    pub whole: u8,
}

/// How far one looks. All that is found near is better than anything that is found far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Messages that have all of the words.
    Near,
    /// Messages that have only some of the words, or similar ones.
    Far,
}

impl SearchText {
    /// The longest, in characters.
    pub const MAX_CHARS: usize = 200;
    /// The most words.
    pub const MAX_WORDS: usize = 16;

    /// Reads what is looked for. No character means anything but itself; punctuation stands between words.
    pub fn new(text: &str) -> Result<Self, TextError> {
        if text.contains('\0') {
            return Err(TextError::Forbidden);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(TextError::TooLong);
        }
        let Terms { words, runs } = Terms::of(text);
        let mut words: Vec<_> = words.into_iter().map(Word::Spaced).chain(runs.into_iter().map(Word::Run)).collect();
        let mut seen = Vec::new();
        words.retain(|word| {
            let is_new = !seen.contains(word);
            seen.push(word.clone());
            is_new
        });
        match words.len() {
            0 => Err(TextError::Empty),
            1..=Self::MAX_WORDS => Ok(Self { words }),
            _ => Err(TextError::TooLong),
        }
    }

    /// How well a text matches; none if nothing of it does.
    #[must_use]
    pub fn rank(&self, body: &Body) -> Option<Rank> {
        let terms = Terms::of(body.as_str());
        let mut rank = Rank { matched: 0, sure: 0, whole: 0 };
        for found in self.words.iter().filter_map(|word| word.matched_in(&terms)) {
            rank.matched += 1;
            rank.sure += u8::from(found >= Match::Beginning);
            rank.whole += u8::from(found == Match::Whole);
        }
        (rank.matched > 0).then_some(rank)
    }

    /// Within which reach a rank lies.
    #[must_use]
    pub fn reach(&self, rank: Rank) -> Reach {
        if usize::from(rank.sure) == self.words.len() { Reach::Near } else { Reach::Far }
    }

    /// Whether anything can be far: one word without similar ones is there, or it is not.
    fn is_only_near(&self) -> bool {
        self.words.len() == 1 && self.words.iter().all(|word| word.stem().is_none())
    }

    /// What the [keys](Terms::keys) of all texts within reach have: of at least one of these lists, for each beginning a key that
    /// begins with it. Other texts may have it too, so whoever looks by keys still has to [compare](Self::rank).
    #[must_use]
    pub fn beginnings(&self, reach: Reach) -> Vec<Vec<String>> {
        match reach {
            Reach::Near => vec![self.words.iter().flat_map(Word::beginnings).collect()],
            Reach::Far => {
                let stems = self.words.iter().filter_map(Word::stem).map(|stem| vec![stem.to_owned()]);
                self.words.iter().map(Word::beginnings).chain(stems).collect()
            }
        }
    }
}

impl Word {
    fn matched_in(&self, terms: &Terms) -> Option<Match> {
        match self {
            Self::Run(run) => terms.runs.iter().any(|there| there.contains(run.as_str())).then_some(Match::Whole),
            Self::Spaced(word) => terms.words.iter().filter_map(|there| self.matched_by(word, there)).max(),
        }
    }

    fn matched_by(&self, word: &str, there: &str) -> Option<Match> {
        if there == word {
            return Some(Match::Whole);
        }
        if there.starts_with(word) {
            return Some(Match::Beginning);
        }
        let stem = self.stem()?;
        let slips = if word.chars().count() < 8 { 1 } else { 2 };
        (there.starts_with(stem) && distance::is_within(word, there, slips)).then_some(Match::Similar)
    }

    fn beginnings(&self) -> Vec<String> {
        match self {
            Self::Spaced(word) => vec![word.clone()],
            Self::Run(run) if run.chars().count() == 1 => vec![run.clone()],
            Self::Run(run) => terms::pairs(run).collect(),
        }
    }

    /// How a word has to begin to be similar to this one. Short words and numbers are nothing without each of their characters.
    fn stem(&self) -> Option<&str> {
        let Self::Spaced(word) = self else { return None };
        let length = word.chars().count();
        if length < 4 || word.chars().any(char::is_numeric) {
            return None;
        }
        let (end, _) = word.char_indices().nth(if length < 6 { 2 } else { 3 })?;
        word.get(..end)
    }
}

/// Which messages count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchFilter {
    /// Only those of this conversation.
    pub conversation: Option<ConversationId>,
    /// Only those of this author.
    pub author: Option<UserId>,
    /// Only those from this time on.
    pub since: Option<Timestamp>,
    /// Only those before this time.
    pub until: Option<Timestamp>,
}

impl SearchFilter {
    /// Whether a message counts.
    #[must_use]
    pub fn lets_through(&self, message: &Message) -> bool {
        self.conversation.is_none_or(|conversation| message.conversation == conversation)
            && self.author.is_none_or(|author| message.sender == author)
            && self.since.is_none_or(|since| message.created_at >= since)
            && self.until.is_none_or(|until| message.created_at < until)
    }
}

/// A page of search results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageSearch {
    /// What is looked for.
    pub text: SearchText,
    /// Among which messages.
    pub filter: SearchFilter,
    /// After which result.
    pub after: Option<SearchCursor>,
    /// How many.
    pub size: PageSize,
}

/// A place among search results: in which window, and after what in it. What is said later than what a window begins with is not in
/// the pages after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchCursor {
    /// How far one looks.
    pub reach: Reach,
    /// The window begins below this message.
    pub below: Option<MessageId>,
    /// The last result shown of the window; none if it begins here.
    pub last: Option<(Rank, MessageId)>,
}

impl SearchCursor {
    /// Before the first result.
    pub(crate) const START: Self = Self { reach: Reach::Near, below: None, last: None };

    /// The same place, after its window was looked into: one that began at the newest message begins there from now on.
    pub(crate) fn opened(self, newest: Option<MessageId>) -> Self {
        if self.below.is_some() {
            return self;
        }
        let above = newest.and_then(|newest| MessageId::new(newest.get() + 1));
        Self { below: above, ..self }
    }

    /// The same window, after a result.
    pub(crate) const fn at(self, rank: Rank, message: MessageId) -> Self {
        Self { last: Some((rank, message)), ..self }
    }

    /// The window after this one, which ended with this message; none after the last.
    pub(crate) fn onward(self, text: &SearchText, floor: Option<MessageId>) -> Option<Self> {
        let next = Self { last: None, ..self };
        match (floor, self.reach) {
            (Some(floor), _) => Some(Self { below: Some(floor), ..next }),
            (None, Reach::Near) if !text.is_only_near() => Some(Self { reach: Reach::Far, below: None, ..next }),
            (None, Reach::Near | Reach::Far) => None,
        }
    }
}

#[cfg(test)]
mod tests;
