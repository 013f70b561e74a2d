//! The variables that a text names.

/// The name under which `$?` is looked for.
pub const STATUS: &str = "?";

/// The names in a text, as far as letters go: `a-b1` has `a` and `b1`.
pub fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()))
}

/// The variables that the expansions of a word read; `None` if it runs commands or works something
/// out, and may read whatever it names.
#[must_use]
pub fn reads(text: &str) -> Option<Vec<&str>> {
    let is_more = ["$(", "`", "<(", ">(", "((", "$["];
    if is_more.iter().any(|sign| text.contains(sign)) || (text.contains("${") && text.contains('['))
    {
        return None;
    }
    let mut names = Vec::new();
    for (place, _) in text.match_indices('$') {
        let rest = text[place + 1..].trim_start_matches(['{', '#', '!']);
        if rest.starts_with('?') {
            names.push(STATUS);
        }
        let begins = rest.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
        names.extend(identifiers(rest).next().filter(|_| begins));
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reads_what_it_expands() {
        for (text, expected) in [
            ("a", Some(&[][..])),
            ("\"web-$i-${k:-$j}\"", Some(&["i", "k", "j"])),
            ("${#name}$?", Some(&["name", "?"])),
            ("$(echo x)", None),
            ("${list[i]}", None),
        ] {
            assert_eq!(reads(text).as_deref(), expected, "{text}");
        }
    }
}
