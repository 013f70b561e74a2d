//! A script as commands that know their places.
//!
//! rable parses; its tree stays inside this file. Its spans count characters and are empty inside
//! words, so what is kept of a word is its text as it stands, which [`super::word`] takes apart.

use std::ops::Range;
use std::rc::Rc;

use rable::{ListOperator, Node, NodeKind};

use super::nesting::{MAX_NESTING, too_much_to_parse};

/// A command and its place.
#[derive(Clone, Debug)]
pub struct Command {
    /// The bytes of the command.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
    /// Where its input comes from and its output goes.
    pub redirects: Vec<Redirect>,
}

impl Command {
    /// The commands right inside of it, in the order of the text.
    #[must_use]
    pub fn inner(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::List(commands) | Kind::Pipeline(commands) => commands.iter().collect(),
            Kind::Not(inner) | Kind::Subshell(inner) => vec![inner],
            Kind::And(left, right) | Kind::Or(left, right) => vec![left, right],
            Kind::If {
                condition,
                then,
                otherwise,
            } => {
                let otherwise = otherwise.as_deref();
                [&**condition, then].into_iter().chain(otherwise).collect()
            }
            Kind::Loop {
                condition, body, ..
            } => vec![condition, body],
            Kind::For { body, .. } | Kind::Counted { body, .. } => vec![body],
            Kind::Case { arms, .. } => arms.iter().filter_map(|(_, body)| body.as_ref()).collect(),
            Kind::Function { body, .. } => vec![body],
            Kind::Simple { .. } | Kind::Arithmetic(_) | Kind::Test(_) | Kind::Other(_) => {
                Vec::new()
            }
        }
    }
}

/// The kinds of command.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Assignments and words: a program, a builtin or a function.
    Simple {
        /// `NAME=VALUE` in front of the words.
        assignments: Vec<Word>,
        /// The name and its arguments.
        words: Vec<Word>,
    },
    /// `a | b | c`.
    Pipeline(Vec<Command>),
    /// `! a`.
    Not(Box<Command>),
    /// `a && b`.
    And(Box<Command>, Box<Command>),
    /// `a || b`.
    Or(Box<Command>, Box<Command>),
    /// Commands one after the other.
    List(Vec<Command>),
    /// `if`.
    If {
        /// What is asked.
        condition: Box<Command>,
        /// What is done if it succeeds.
        then: Box<Command>,
        /// What is done if it does not.
        otherwise: Option<Box<Command>>,
    },
    /// `while` and `until`.
    Loop {
        /// It goes on until the condition succeeds.
        until: bool,
        /// What is asked before each round.
        condition: Box<Command>,
        /// What is done in each round.
        body: Box<Command>,
    },
    /// `for NAME in …`.
    For {
        /// The variable.
        name: String,
        /// Its values; without them, the positional parameters.
        words: Option<Vec<Word>>,
        /// What is done in each round.
        body: Box<Command>,
    },
    /// `for ((…; …; …))`.
    Counted {
        /// The three expressions.
        parts: [String; 3],
        /// What is done in each round.
        body: Box<Command>,
    },
    /// `case WORD in …`.
    Case {
        /// The word.
        word: Word,
        /// Patterns and what they stand for.
        arms: Vec<(Vec<Word>, Option<Command>)>,
    },
    /// `NAME() …`.
    Function {
        /// Its name.
        name: String,
        /// What it does.
        body: Rc<Command>,
    },
    /// `( … )`.
    Subshell(Box<Command>),
    /// `(( … ))`.
    Arithmetic(String),
    /// `[[ … ]]`.
    Test(Test),
    /// Something that is not modelled, in words.
    Other(&'static str),
}

/// What `[[ … ]]` asks.
#[derive(Clone, Debug)]
pub enum Test {
    /// `-n WORD` and the like.
    Unary(String, Word),
    /// `WORD = WORD` and the like.
    Binary(String, Word, Word),
    /// `a && b`.
    And(Box<Self>, Box<Self>),
    /// `a || b`.
    Or(Box<Self>, Box<Self>),
    /// `! a`.
    Not(Box<Self>),
}

/// A word as it stands, before any expansion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Its text, quotes and all.
    pub text: String,
    /// Its first byte, if that is known.
    pub start: Option<usize>,
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The file descriptor, if one is written.
    pub fd: Option<i32>,
    /// What it is redirected to.
    pub to: RedirectTo,
}

/// The ends of a redirection.
#[derive(Clone, Debug)]
pub enum RedirectTo {
    /// An operator such as `>` and its word.
    File(String, Word),
    /// A text in the script, and whether it is taken as it stands.
    Heredoc(String, bool),
}

/// Why a text is not a script.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes.
    pub at: usize,
}

/// Parses a script, or the inside of a `$(…)`, that begins at `base` in the file.
///
/// # Errors
/// The first place that bash would refuse, too.
pub fn parse(text: &str, base: usize) -> Result<Command, SyntaxError> {
    let bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
    let to_byte = |chars: usize| base + bytes.get(chars).copied().unwrap_or(text.len());
    if let Some(message) = too_much_to_parse(text) {
        return Err(SyntaxError {
            message: message.to_owned(),
            at: base,
        });
    }
    let nodes = rable::parse(text, false).map_err(|error| SyntaxError {
        message: error.message().to_owned(),
        at: to_byte(error.pos()),
    })?;
    let reader = Reader {
        text,
        base,
        to_byte: &to_byte,
    };
    let commands: Vec<Command> = nodes.iter().map(|node| reader.command(node, 0)).collect();
    Ok(Command {
        span: base..base + text.len(),
        kind: Kind::List(commands),
        redirects: Vec::new(),
    })
}

struct Reader<'a> {
    text: &'a str,
    base: usize,
    to_byte: &'a dyn Fn(usize) -> usize,
}

impl Reader<'_> {
    fn span(&self, node: &Node) -> Range<usize> {
        (self.to_byte)(node.span.start)..(self.to_byte)(node.span.end)
    }

    fn command(&self, node: &Node, depth: usize) -> Command {
        let (kind, redirects) = match &node.kind {
            _ if depth > MAX_NESTING => (Kind::Other("nesting this deep"), &[][..]),
            NodeKind::Time { pipeline, .. } => return self.command(pipeline, depth + 1),
            NodeKind::Command {
                assignments,
                words,
                redirects,
            } => {
                let (assignments, words) = (self.words(assignments), self.words(words));
                (Kind::Simple { assignments, words }, &redirects[..])
            }
            _ => self
                .group(node, depth)
                .unwrap_or_else(|| self.other(node, depth)),
        };
        Command {
            span: self.span(node),
            kind,
            redirects: redirects.iter().map(|node| self.redirect(node)).collect(),
        }
    }

    /// A compound command, and its redirections.
    fn group<'a>(&self, node: &'a Node, depth: usize) -> Option<(Kind, &'a [Node])> {
        let boxed = |node: &Node| Box::new(self.command(node, depth + 1));
        let (kind, redirects) = match &node.kind {
            NodeKind::If {
                condition,
                then_body,
                else_body,
                redirects,
            } => {
                let kind = Kind::If {
                    condition: boxed(condition),
                    then: boxed(then_body),
                    otherwise: else_body.as_ref().map(|node| boxed(node)),
                };
                (kind, redirects)
            }
            NodeKind::While {
                condition,
                body,
                redirects,
            } => (self.looped(false, condition, body, depth), redirects),
            NodeKind::Until {
                condition,
                body,
                redirects,
            } => (self.looped(true, condition, body, depth), redirects),
            NodeKind::For {
                var,
                words,
                body,
                redirects,
            } => {
                let kind = Kind::For {
                    name: var.clone(),
                    words: words.as_ref().map(|words| self.words(words)),
                    body: boxed(body),
                };
                (kind, redirects)
            }
            NodeKind::ForArith {
                init,
                cond,
                incr,
                body,
                redirects,
            } => {
                let parts = [init.clone(), cond.clone(), incr.clone()];
                let body = boxed(body);
                (Kind::Counted { parts, body }, redirects)
            }
            NodeKind::Case {
                word,
                patterns,
                redirects,
            } => (self.case(word, patterns, depth), redirects),
            NodeKind::Subshell { body, redirects } => (Kind::Subshell(boxed(body)), redirects),
            NodeKind::BraceGroup { body, redirects } => (Kind::List(vec![*boxed(body)]), redirects),
            _ => return None,
        };
        Some((kind, redirects))
    }

    /// Neither a simple command nor a compound one; redirections count for tests only.
    fn other<'a>(&self, node: &'a Node, depth: usize) -> (Kind, &'a [Node]) {
        let command = |node: &Node| self.command(node, depth + 1);
        let kind = match &node.kind {
            NodeKind::Pipeline { commands, .. } => {
                Kind::Pipeline(commands.iter().map(command).collect())
            }
            NodeKind::Negation { pipeline } => Kind::Not(Box::new(command(pipeline))),
            NodeKind::List { items } => self.list(items, depth),
            NodeKind::Function { name, body } => Kind::Function {
                name: name.clone(),
                body: Rc::new(command(body)),
            },
            NodeKind::ArithmeticCommand {
                raw_content,
                redirects,
                ..
            } => return (Kind::Arithmetic(raw_content.clone()), redirects),
            NodeKind::ConditionalExpr { body, redirects } => match self.test(body, depth) {
                Some(test) => return (Kind::Test(test), redirects),
                None => Kind::Other("this test"),
            },
            NodeKind::Empty | NodeKind::Comment { .. } => Kind::List(Vec::new()),
            NodeKind::Select { .. } => Kind::Other("`select`, which prompts a person"),
            NodeKind::Coproc { .. } => Kind::Other("`coproc`"),
            _ => Kind::Other("this"),
        };
        (kind, &[])
    }

    fn looped(&self, until: bool, condition: &Node, body: &Node, depth: usize) -> Kind {
        Kind::Loop {
            until,
            condition: Box::new(self.command(condition, depth + 1)),
            body: Box::new(self.command(body, depth + 1)),
        }
    }

    fn case(&self, word: &Node, patterns: &[rable::CasePattern], depth: usize) -> Kind {
        if patterns
            .iter()
            .any(|pattern| pattern.terminator != ";;" && !pattern.terminator.is_empty())
        {
            return Kind::Other("a `case` with fall-through");
        }
        let arm = |pattern: &rable::CasePattern| {
            let body = pattern.body.as_ref();
            (
                self.words(&pattern.patterns),
                body.map(|body| self.command(body, depth + 1)),
            )
        };
        match self.word(word) {
            Some(word) => Kind::Case {
                word,
                arms: patterns.iter().map(arm).collect(),
            },
            None => Kind::Other("this `case`"),
        }
    }

    /// `&&` and `||` bind from the left; `;` and line ends separate.
    fn list(&self, items: &[rable::ListItem], depth: usize) -> Kind {
        let mut commands: Vec<Command> = Vec::new();
        let mut joins: Option<ListOperator> = None;
        for item in items {
            let next = self.command(&item.command, depth + 1);
            let next = match (joins, commands.pop()) {
                (Some(ListOperator::And), Some(left)) => merged(left, next, Kind::And),
                (Some(ListOperator::Or), Some(left)) => merged(left, next, Kind::Or),
                (_, left) => {
                    commands.extend(left);
                    next
                }
            };
            let next = match item.operator {
                Some(ListOperator::Background) => Command {
                    kind: Kind::Other("a background command (`&`)"),
                    ..next
                },
                _ => next,
            };
            joins = item.operator;
            commands.push(next);
        }
        Kind::List(commands)
    }

    fn test(&self, node: &Node, depth: usize) -> Option<Test> {
        if depth > MAX_NESTING {
            return None;
        }
        let boxed = |node: &Node| self.test(node, depth + 1).map(Box::new);
        Some(match &node.kind {
            NodeKind::UnaryTest { op, operand } => Test::Unary(op.clone(), self.word(operand)?),
            NodeKind::BinaryTest { op, left, right } => {
                Test::Binary(op.clone(), self.word(left)?, self.word(right)?)
            }
            NodeKind::CondAnd { left, right } => Test::And(boxed(left)?, boxed(right)?),
            NodeKind::CondOr { left, right } => Test::Or(boxed(left)?, boxed(right)?),
            NodeKind::CondNot { operand } => Test::Not(boxed(operand)?),
            NodeKind::CondParen { inner } => self.test(inner, depth + 1)?,
            NodeKind::CondTerm { .. } => Test::Unary("-n".to_owned(), self.word(node)?),
            _ => return None,
        })
    }

    fn words(&self, nodes: &[Node]) -> Vec<Word> {
        nodes.iter().filter_map(|node| self.word(node)).collect()
    }

    fn word(&self, node: &Node) -> Option<Word> {
        let (NodeKind::Word { value, .. } | NodeKind::CondTerm { value, .. }) = &node.kind else {
            return None;
        };
        let start = (self.to_byte)(node.span.start);
        let stands_there = self.text.get(start - self.base..);
        let stands_there = stands_there.is_some_and(|text| text.starts_with(value.as_str()));
        Some(Word {
            text: value.clone(),
            start: (!node.span.is_empty() && stands_there).then_some(start),
        })
    }

    fn redirect(&self, node: &Node) -> Redirect {
        let number = |fd: i32| (fd >= 0).then_some(fd);
        match &node.kind {
            NodeKind::HereDoc {
                content,
                quoted,
                fd,
                strip_tabs,
                ..
            } => {
                let lines = content.split_inclusive('\n');
                let text = match strip_tabs {
                    true => lines.map(|line| line.trim_start_matches('\t')).collect(),
                    false => content.clone(),
                };
                Redirect {
                    fd: number(*fd),
                    to: RedirectTo::Heredoc(text, *quoted),
                }
            }
            NodeKind::Redirect { op, target, fd, .. } => {
                let word = self.word(target).unwrap_or_else(|| Word {
                    text: String::new(),
                    start: None,
                });
                Redirect {
                    fd: number(*fd),
                    to: RedirectTo::File(op.clone(), word),
                }
            }
            _ => Redirect {
                fd: None,
                to: RedirectTo::Heredoc(String::new(), true),
            },
        }
    }
}

fn merged(left: Command, right: Command, join: fn(Box<Command>, Box<Command>) -> Kind) -> Command {
    Command {
        span: left.span.start..right.span.end,
        kind: join(Box::new(left), Box::new(right)),
        redirects: Vec::new(),
    }
}
