//! The folder with one file of JSON lines for each day. Any tool for JSON lines reads it, `replay`
//! sends it to a backend, and deleting a file forgets its day.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use trace_runtime::page;

/// The bytes of JSON that are read at the start, from the newest files.
const MAX_HISTORY_BYTES: u64 = 512 << 20;

/// The bytes of JSON in one block of the history.
const BLOCK_BYTES: usize = 1 << 20;

/// A folder that lines are appended to.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    /// The file of the day on which the last line was written.
    today: Option<(u64, File)>,
}

impl Folder {
    /// Opens a folder. A new one is readable by its owner only, because spans contain prompts and
    /// other user data.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)?;
        let mut folder = Folder { path: std::path::absolute(path)?, today: None };
        // So that a folder that cannot be written is an error at the start.
        folder.file(today())?;
        Ok(folder)
    }

    /// Appends a line with one write.
    pub(crate) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let file = self.file(today())?;
        let written = file.write_all(line);
        if written.is_err() {
            // Opening it again closes the torn line.
            self.today = None;
        }
        written
    }

    /// Returns the file of a day, and closes a line that a killed server has left torn.
    fn file(&mut self, day: u64) -> io::Result<&mut File> {
        let path = self.path.join(name_of(day));
        let current = self.today.take().filter(|(open, _)| *open == day && path.exists());
        let file = match current {
            Some((_, file)) => file,
            None => open(&path)?,
        };
        Ok(&mut self.today.insert((day, file)).1)
    }

    /// Calls `add` with the newest spans as blocks for the page, the oldest first. A file that cannot
    /// be read is skipped: the others are shown.
    pub(crate) fn read(&self, mut add: impl FnMut(String)) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            if is_name(&entry.path()) && entry.file_type()?.is_file() {
                files.push((entry.path(), entry.metadata()?.len()));
            }
        }
        files.sort();
        let (mut first, mut budget) = (files.len(), MAX_HISTORY_BYTES);
        while first > 0 && budget > 0 {
            first -= 1;
            budget = budget.saturating_sub(files[first].1);
        }
        for (index, (path, length)) in files.iter().enumerate().skip(first) {
            // Only the end of the oldest file, if the budget does not cover all of it.
            let all: u64 = files[index..].iter().map(|(_, length)| length).sum();
            let skipped = all.saturating_sub(MAX_HISTORY_BYTES).min(*length);
            if let Err(error) = read_lines(path, skipped, &mut add) {
                eprintln!("llm-trace: {} cannot be read: {error}", path.display());
            }
        }
        Ok(())
    }
}

/// Opens a file for appending, and ends its last line.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            file.write_all(b"\n")?;
        }
    }
    Ok(file)
}

/// Reads the whole lines of a file after some bytes, in blocks.
fn read_lines(path: &Path, skipped: u64, add: &mut impl FnMut(String)) -> io::Result<()> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(skipped))?;
    let mut lines = BufReader::new(file.take(MAX_HISTORY_BYTES));
    let mut block = Vec::new();
    if skipped > 0 {
        lines.skip_until(b'\n')?;
    }
    loop {
        let read = lines.read_until(b'\n', &mut block)?;
        if read == 0 || block.len() >= BLOCK_BYTES {
            if !block.is_empty() {
                add(page::block(&block)?);
                block.clear();
            }
            if read == 0 {
                return Ok(());
            }
        }
    }
}

/// Returns the number of days since 1970, in UTC.
fn today() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs() / (24 * 60 * 60)
}

/// Returns the name of the file of a day, for example `traces-2026-01-31.jsonl`.
fn name_of(day: u64) -> String {
    let (year, month, day) = date(day);
    format!("traces-{year:04}-{month:02}-{day:02}.jsonl")
}

fn is_name(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().starts_with("traces-")
        && path.extension().is_some_and(|it| it == "jsonl")
}

/// Returns year, month and day of a number of days since 1970.
fn date(mut days: u64) -> (u64, u64, u64) {
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_of_a_day_has_its_date() {
        assert_eq!(name_of(0), "traces-1970-01-01.jsonl");
        assert_eq!(name_of(11_016), "traces-2000-02-29.jsonl");
        assert_eq!(name_of(11_017), "traces-2000-03-01.jsonl");
        assert_eq!(name_of(20_453), "traces-2025-12-31.jsonl");
        assert_eq!(name_of(20_454), "traces-2026-01-01.jsonl");
    }
}
