//! The parts of a word: what stands in it as it is, and what is filled in when it is used.

use super::syntax;

/// A part of a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Quoted: it is not split into words, and no pattern.
    pub quoted: bool,
}

/// What a part of a word is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PieceKind {
    /// Text that stands for itself.
    Text(String),
    /// `$NAME` or `${NAME…}`: the name, an operator such as `:-`, and its argument.
    Parameter(String, String, String),
    /// `$(…)`: the script, and its first byte in the file if that is known.
    Command(String, Option<usize>),
    /// `$((…))`.
    Arithmetic(String),
}

/// Where a text stands, which says what its characters mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Within {
    /// In a command.
    Word,
    /// In a here-document, or in the argument of an operator inside double quotes.
    Quotes,
}

/// Takes a word apart whose text begins at `start` in the file.
///
/// # Errors
/// What is not modelled, in words.
pub fn pieces(text: &str, start: Option<usize>, within: Within) -> Result<Vec<Piece>, String> {
    let mut scanner = Scanner {
        text,
        start,
        at: 0,
        pieces: Vec::new(),
    };
    scanner.all(within)?;
    Ok(scanner.pieces)
}

/// Whether a word has a `<(…)` or `>(…)`, whose commands run beside those of the script.
#[must_use]
pub fn runs_beside(pieces: &[Piece]) -> bool {
    let mut plain = pieces.iter().filter(|piece| !piece.quoted);
    plain.any(|piece| match &piece.kind {
        PieceKind::Text(text) => text.contains("<(") || text.contains(">("),
        _ => false,
    })
}

struct Scanner<'a> {
    text: &'a str,
    start: Option<usize>,
    at: usize,
    pieces: Vec<Piece>,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest().chars().next()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn take(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn push(&mut self, kind: PieceKind, quoted: bool) {
        self.pieces.push(Piece { kind, quoted });
    }

    fn text(&mut self, text: &str, quoted: bool) {
        if let Some(Piece {
            kind: PieceKind::Text(last),
            quoted: same,
        }) = self.pieces.last_mut()
            && *same == quoted
        {
            last.push_str(text);
        } else {
            self.push(PieceKind::Text(text.to_owned()), quoted);
        }
    }

    fn all(&mut self, within: Within) -> Result<(), String> {
        let quoted = within == Within::Quotes;
        while let Some(next) = self.rest().chars().next() {
            match next {
                '$' | '`' => self.dollar(quoted)?,
                '\\' => self.backslash(quoted),
                '\'' if !quoted => {
                    self.next();
                    let text = self.until('\'')?;
                    self.text(text, true);
                }
                '"' if !quoted => self.double_quotes()?,
                _ => {
                    self.next();
                    self.text(next.encode_utf8(&mut [0; 4]), quoted);
                }
            }
        }
        Ok(())
    }

    fn until(&mut self, end: char) -> Result<&'a str, String> {
        let rest = self.rest();
        let length = rest
            .find(end)
            .ok_or_else(|| format!("a {end} that is not closed"))?;
        self.at += length + end.len_utf8();
        Ok(&rest[..length])
    }

    fn double_quotes(&mut self) -> Result<(), String> {
        self.next();
        let before = self.pieces.len();
        let from = self.at;
        loop {
            match self.rest().chars().next() {
                None => return Err("a \" that is not closed".to_owned()),
                Some('"') => {
                    // Empty quotes are a word, too.
                    if self.at == from || self.pieces.len() == before {
                        self.text("", true);
                    }
                    self.next();
                    return Ok(());
                }
                Some('$' | '`') => self.dollar(true)?,
                Some('\\') => self.backslash(true),
                Some(other) => {
                    self.next();
                    self.text(other.encode_utf8(&mut [0; 4]), true);
                }
            }
        }
    }

    /// Between quotes a backslash only matters before some characters.
    fn backslash(&mut self, quoted: bool) {
        self.next();
        match self.next() {
            Some('\n') => (),
            Some(next) if !quoted || matches!(next, '$' | '`' | '"' | '\\') => {
                self.text(next.encode_utf8(&mut [0; 4]), true);
            }
            Some(next) => {
                self.text("\\", true);
                self.text(next.encode_utf8(&mut [0; 4]), true);
            }
            None => self.text("\\", true),
        }
    }

    fn dollar(&mut self, quoted: bool) -> Result<(), String> {
        if self.take("`") {
            let script = self.until('`')?.replace("\\`", "`").replace("\\$", "$");
            self.push(PieceKind::Command(script, None), quoted);
        } else if self.take("$((") {
            let inner = self.balanced('(', ')')?;
            if !self.take(")") {
                return Err("a `$((` without its `))`".to_owned());
            }
            self.push(PieceKind::Arithmetic(inner.to_owned()), quoted);
        } else if self.take("$(") {
            let start = self.start.map(|start| start + self.at);
            let script = self.script()?.to_owned();
            self.push(PieceKind::Command(script, start), quoted);
        } else if self.take("${") {
            let inner = self.balanced('{', '}')?;
            let parameter = parameter(inner)?;
            self.push(parameter, quoted);
        } else if !quoted && self.take("$'") {
            let text = self.ansi_c()?;
            self.text(&text, true);
        } else if !quoted && self.rest().starts_with("$\"") {
            self.next();
            self.double_quotes()?;
        } else {
            self.next();
            let name = plain_name(self.rest());
            self.at += name.len();
            match name {
                "" => self.text("$", quoted),
                name => {
                    let none = String::new();
                    self.push(
                        PieceKind::Parameter(name.to_owned(), none.clone(), none),
                        quoted,
                    );
                }
            }
        }
        Ok(())
    }

    fn ansi_c(&mut self) -> Result<String, String> {
        let mut text = String::new();
        loop {
            match self.next().ok_or("a $' that is not closed")? {
                '\'' => return Ok(text),
                '\\' => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some(same @ ('\\' | '\'' | '"')) => text.push(same),
                    other => return Err(format!("the escape `\\{}`", other.unwrap_or(' '))),
                },
                other => text.push(other),
            }
        }
    }

    /// The script up to the bracket that closes it. Those behind the patterns of a `case` close
    /// nothing: a script that ends there is none.
    fn script(&mut self) -> Result<&'a str, String> {
        let from = self.at;
        let mut script = self.balanced('(', ')')?;
        let has_case = |script: &str| script.split_whitespace().any(|word| word == "case");
        while has_case(script) && syntax::parse(script, 0).is_err() {
            let Some(more) = self.rest().find(')') else {
                return Err("a `case` in `$(…)` that does not end".to_owned());
            };
            self.at += more + 1;
            script = &self.text[from..self.at - 1];
        }
        Ok(script)
    }

    /// The text up to the bracket that closes, behind which the scanner stands then. Quotes and
    /// nested brackets are looked through.
    fn balanced(&mut self, open: char, close: char) -> Result<&'a str, String> {
        let from = self.at;
        let mut depth = 1;
        let mut in_double = false;
        loop {
            let next = self
                .next()
                .ok_or_else(|| format!("a `{open}` without its `{close}`"))?;
            match next {
                '\\' => {
                    self.next();
                }
                '\'' if !in_double => {
                    self.until('\'')?;
                }
                '"' => in_double = !in_double,
                '$' if in_double && self.rest().starts_with('(') => {
                    self.next();
                    self.balanced('(', ')')?;
                }
                _ if in_double => (),
                next if next == open => depth += 1,
                next if next == close => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(&self.text[from..self.at - close.len_utf8()]);
                    }
                }
                _ => (),
            }
        }
    }
}

/// The name after a `$` without brackets.
fn plain_name(rest: &str) -> &str {
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    match rest.chars().next() {
        Some(c) if c == '_' || c.is_ascii_alphabetic() => {
            &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
        }
        Some('0'..='9' | '@' | '*' | '#' | '?' | '$' | '!' | '-') => &rest[..1],
        _ => "",
    }
}

/// What stands between the brackets of `${…}`.
fn parameter(inner: &str) -> Result<PieceKind, String> {
    let not_modelled = || format!("the expansion `${{{inner}}}`");
    if let Some(name) = inner.strip_prefix('#').filter(|name| !name.is_empty()) {
        let is_name = plain_name(name) == name || element_name(name) == Some(name);
        let length = PieceKind::Parameter(name.to_owned(), "#".to_owned(), String::new());
        return is_name.then_some(length).ok_or_else(not_modelled);
    }
    let name = plain_digits(inner).unwrap_or_else(|| plain_name(inner));
    let name = element_name(inner).unwrap_or(name);
    if name.is_empty() {
        return Err(not_modelled());
    }
    let rest = &inner[name.len()..];
    let operators = [
        ":-", ":=", ":?", ":+", "-", "=", "?", "+", "%%", "%", "##", "#", "//", "/", "^^", ",,",
    ];
    if rest.is_empty() {
        let none = String::new();
        return Ok(PieceKind::Parameter(name.to_owned(), none.clone(), none));
    }
    let operator = operators
        .into_iter()
        .find(|operator| rest.starts_with(operator));
    let operator = operator.ok_or_else(not_modelled)?;
    Ok(PieceKind::Parameter(
        name.to_owned(),
        operator.to_owned(),
        rest[operator.len()..].to_owned(),
    ))
}

/// `name[@]`, `name[*]` or `name[i]`, with the brackets.
fn element_name(inner: &str) -> Option<&str> {
    let name = plain_name(inner);
    let starts = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
    let subscript = inner[name.len()..].strip_prefix('[').filter(|_| starts)?;
    let end = subscript.find([']', '[']).filter(|&end| end > 0)?;
    let is_closed = subscript[end..].starts_with(']');
    is_closed.then(|| &inner[..=name.len() + 1 + end])
}

/// `${10}` is one parameter.
fn plain_digits(inner: &str) -> Option<&str> {
    let end = inner
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(inner.len());
    (end > 0).then(|| &inner[..end])
}
