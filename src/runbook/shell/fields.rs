//! Words in the making.

use std::rc::Rc;

/// Words in the making: what is not quoted is split where there is space.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// Those that are done.
    pub done: Vec<String>,
    /// The one that is added to.
    pub open: Option<String>,
}

impl Fields {
    /// Adds to the present word.
    pub fn add(&mut self, text: &str) {
        self.open.get_or_insert_with(String::new).push_str(text);
    }

    /// Ends the present word.
    pub fn end(&mut self) {
        self.done.extend(self.open.take());
    }

    /// Adds each as a word of its own.
    pub fn add_each(&mut self, items: &[Rc<str>]) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.end();
            }
            self.add(item);
        }
    }

    /// The bytes of all words.
    #[must_use]
    pub fn length(&self) -> usize {
        self.done.iter().chain(&self.open).map(String::len).sum()
    }

    /// Adds a text that is split at separators (`IFS`): runs of space count as one, every other
    /// separator ends a word, even one without text.
    pub fn add_split(&mut self, text: &str, separators: &str) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n');
        // Space has ended a word: a separator right behind it belongs to that end.
        let mut was_ended = false;
        for next in text.chars() {
            if !separators.contains(next) {
                self.add(next.encode_utf8(&mut [0; 4]));
                was_ended = false;
            } else if is_space(next) {
                was_ended |= self.open.is_some();
                self.end();
            } else {
                if self.open.is_none() && !was_ended {
                    self.add("");
                }
                self.end();
                was_ended = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_as_in_bash() {
        for (text, separators, expected) in [
            (" a  b ", " \t\n", &["a", "b"][..]),
            ("a b", "\n\t", &["a b"]),
            ("a,,b,", ",", &["a", "", "b"]),
            ("a , b", ", ", &["a", "b"]),
            (",a", ",", &["", "a"]),
            ("a b", "", &["a b"]),
        ] {
            let mut fields = Fields::default();
            fields.add_split(text, separators);
            fields.end();
            assert_eq!(fields.done, expected, "{text} at {separators}");
        }
    }
}
