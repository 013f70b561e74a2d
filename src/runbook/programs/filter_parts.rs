//! An expression of `yq` or `jq`, cut into its parts.

/// The parts of an expression that are run one after the other.
pub fn stages(expression: &str) -> Vec<&str> {
    let stages = split(expression, '|').into_iter();
    stages.filter(|stage| deleted(stage).is_none()).collect()
}

/// The parts of an expression between separators that stand in no text and no bracket.
pub fn split(expression: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut in_text, mut start) = (0_i32, false, 0);
    let mut letters = expression.char_indices().peekable();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' if in_text => {
                letters.next();
            }
            '"' => in_text = !in_text,
            _ if in_text => (),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            // `|=` is an assignment.
            letter if letter == separator && depth == 0 => {
                if letters.peek().is_some_and(|&(_, next)| next == '=') {
                    return vec![expression];
                }
                parts.push(expression[start..place].trim());
                start = place + 1;
            }
            _ => (),
        }
    }
    parts.push(expression[start..].trim());
    parts
}

/// The plain paths that `del(…)` names. jq and yq take no offence at what is not there.
pub fn deleted(stage: &str) -> Option<Vec<Vec<String>>> {
    let inner = stage.strip_prefix("del(")?.strip_suffix(')')?;
    split(inner, ',').into_iter().map(plain_path).collect()
}

/// The same stage, in which what is not there need not be deleted: `del(.a.b)` inside of brackets,
/// too. jaq takes offence, jq and yq do not.
pub fn lenient(stage: &str) -> String {
    let mut lenient = String::new();
    let mut rest = stage;
    while let Some(place) = rest.find("del(") {
        let (before, behind) = rest.split_at(place + "del(".len());
        lenient.push_str(before);
        rest = behind;
        let Some(end) = behind.find(')') else {
            break;
        };
        let paths = split(&behind[..end], ',').into_iter().map(plain_path);
        let Some(paths) = paths.collect::<Option<Vec<_>>>() else {
            continue;
        };
        let paths = paths.iter().map(|path| {
            let steps = path.iter().map(|step| match step.parse::<usize>() {
                Ok(index) => format!("arrays | select(has({index})) | .[{index}]"),
                Err(_) => format!("objects | select(has(\"{step}\")) | .[\"{step}\"]"),
            });
            format!("({})", steps.collect::<Vec<_>>().join(" | "))
        });
        lenient.push_str(&paths.collect::<Vec<_>>().join(", "));
        rest = &behind[end..];
    }
    lenient + rest
}

/// `.a.b["c"][0]` as its steps.
pub fn plain_path(path: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = path.trim();
    while !rest.is_empty() {
        if let Some(quoted) = rest
            .strip_prefix(".[\"")
            .or_else(|| rest.strip_prefix("[\""))
            .or_else(|| rest.strip_prefix(".\""))
        {
            let end = quoted.find('"')?;
            steps.push(quoted[..end].to_owned());
            let behind = &quoted[end + 1..];
            rest = behind.strip_prefix(']').unwrap_or(behind);
        } else if let Some(index) = rest.strip_prefix('[').or_else(|| rest.strip_prefix(".[")) {
            let end = index.find(']')?;
            index[..end].parse::<usize>().ok()?;
            steps.push(index[..end].to_owned());
            rest = &index[end + 1..];
        } else {
            let name = rest.strip_prefix('.')?;
            let end = name
                .find(|c: char| c != '_' && !c.is_ascii_alphanumeric())
                .unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            steps.push(name[..end].to_owned());
            rest = &name[end..];
        }
    }
    (!steps.is_empty()).then_some(steps)
}
