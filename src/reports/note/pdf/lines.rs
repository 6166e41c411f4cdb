//! Sentences broken into lines.

use super::font::Faces;

/// A piece of a sentence in one style.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) is_bold: bool,
    /// Raised and smaller: a reference.
    pub(super) is_raised: bool,
    /// Where it leads.
    pub(super) link: Option<Link>,
}

/// Where a piece of a sentence leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Link {
    /// Out of the document.
    Web(String),
    /// To the rows behind a number, which looks like the words around it.
    Rows(String),
    /// To a note of the document, by its number from 1.
    Note(usize),
}

/// A line.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Its pieces, and how far to the right each begins.
    pub(super) pieces: Vec<(f32, Run)>,
    pub(super) width: f32,
}

/// How much smaller what is raised is.
const RAISED: f32 = 0.66;

impl Run {
    pub(super) fn new(text: impl Into<String>, is_bold: bool) -> Self {
        Self { text: text.into(), is_bold, is_raised: false, link: None }
    }

    /// The size at which it is written.
    pub(super) fn size(&self, size: f32) -> f32 {
        if self.is_raised { size * RAISED } else { size }
    }
}

/// Breaks sentences into lines of a width. The space at which a line is broken ends it, so that words
/// are parted for who has the text read aloud, too.
pub(super) fn wrap(faces: &Faces, runs: &[Run], size: f32, width: f32) -> Vec<Line> {
    let letters: Vec<(usize, char)> = runs
        .iter()
        .enumerate()
        .flat_map(|(at, run)| {
            let text = faces.get(run.is_bold).writable(&run.text);
            text.chars().map(move |letter| (at, letter)).collect::<Vec<_>>()
        })
        .collect();
    let advance = |(at, letter): (usize, char)| {
        let Some(run) = runs.get(at) else { return 0.0 };
        faces.get(run.is_bold).width(letter) * run.size(size)
    };
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    // The last place at which this line could end, behind a space or a hyphen.
    let mut place: Option<usize> = None;
    let mut used = 0.0;
    while let Some(&(run, letter)) = letters.get(at) {
        let next = advance((run, letter));
        if used + next > width && letter != ' ' && at > start {
            let end = place.unwrap_or(at);
            lines.push(line(faces, runs, &letters[start..end], size));
            (start, at, place, used) = (end, end, None, 0.0);
            continue;
        }
        used += next;
        at += 1;
        if matches!(letter, ' ' | '-' | '–' | '/') {
            place = Some(at);
        }
    }
    if start < letters.len() || lines.is_empty() {
        lines.push(line(faces, runs, &letters[start..], size));
    }
    lines
}

fn line(faces: &Faces, runs: &[Run], letters: &[(usize, char)], size: f32) -> Line {
    let mut line = Line::default();
    let mut last = None;
    for (at, letter) in letters {
        let Some(run) = runs.get(*at) else { continue };
        if last != Some(*at) {
            line.pieces.push((line.width, Run { text: String::new(), ..run.clone() }));
            last = Some(*at);
        }
        if let Some((_, piece)) = line.pieces.last_mut() {
            piece.text.push(*letter);
        }
        line.width += faces.get(run.is_bold).width(*letter) * run.size(size);
    }
    // A space at the end has no width when the line is set to the right.
    if let Some((_, piece)) = line.pieces.last()
        && piece.text.ends_with(' ')
    {
        line.width -= faces.get(piece.is_bold).width(' ') * piece.size(size);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_full_as_they_can_be_and_lose_no_letter() -> anyhow::Result<()> {
        let faces = Faces::new()?;
        let text = "Nyhedsbrevet havde 27.699 abonnenter den 26. oktober 2017 mod 26.420 året før.";
        let runs = [Run::new(text, false), Run::new("3", true)];
        let lines = wrap(&faces, &runs, 10.0, 150.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| line.width <= 150.0));
        let all: String =
            lines.iter().flat_map(|line| line.pieces.iter().map(|(_, run)| &*run.text)).collect();
        assert_eq!(all, format!("{text}3"));
        let long = wrap(&faces, &[Run::new("x".repeat(200), false)], 10.0, 100.0);
        assert!(long.len() > 5, "a word that is wider than the page is broken somewhere");
        assert_eq!(wrap(&faces, &[], 10.0, 100.0).len(), 1);
        Ok(())
    }
}
