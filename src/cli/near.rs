//! Names like the one that was typed.

/// Those of the names that are near, the nearest first, at most three.
#[must_use]
pub fn nearest<'n>(typed: &str, names: &[&'n str]) -> Vec<&'n str> {
    let typed = typed.to_lowercase();
    if typed.len() > 100 {
        return Vec::new();
    }
    let mut near: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (distance(&typed, &name.to_lowercase()), *name))
        .filter(|(far, name)| *far <= (name.len().max(typed.len()) / 3).max(1))
        .collect();
    near.sort();
    near.into_iter().map(|(_, name)| name).take(3).collect()
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near() {
        assert_eq!(nearest("chek", &["check", "demo"]), ["check"]);
        assert_eq!(
            nearest("read:repo:bitbucket", &["read:repository:bitbucket", "read:user:bitbucket"])[0],
            "read:user:bitbucket"
        );
        assert!(nearest("zzz", &["check"]).is_empty());
    }
}
