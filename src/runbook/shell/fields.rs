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
    /// The bytes of all words.
    #[must_use]
    pub fn length(&self) -> usize {
        self.done.iter().chain(&self.open).map(String::len).sum()
    }

    /// Adds a text that is split where there is space.
    pub fn add_split(&mut self, text: &str) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n');
        if text.starts_with(is_space) {
            self.end();
        }
        let mut parts = text
            .split(is_space)
            .filter(|part| !part.is_empty())
            .peekable();
        while let Some(part) = parts.next() {
            self.add(part);
            if parts.peek().is_some() {
                self.end();
            }
        }
        if text.ends_with(is_space) {
            self.end();
        }
    }
}
