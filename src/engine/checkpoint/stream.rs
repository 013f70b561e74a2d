//! Numbers and texts as bytes, one after another, with a checksum at the end.
//!
//! Numbers are little-endian. A list is its length and then its items.

use std::io::{self, Read, Write};

use xxhash_rust::xxh3::Xxh3;

/// Bytes of the checksum.
pub(super) const CHECKSUM: u64 = 8;

/// Bytes that are passed on together.
const PORTION: usize = 1 << 16;

/// Takes what is to be kept.
pub(in crate::engine) struct Sink<'a> {
    out: &'a mut dyn Write,
    hash: Xxh3,
}

impl<'a> Sink<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            hash: Xxh3::new(),
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.out.write_all(bytes)
    }

    pub(in crate::engine) fn number(&mut self, number: u64) -> io::Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.number(text.len() as u64)?;
        self.bytes(text.as_bytes())
    }

    pub(in crate::engine) fn words(&mut self, words: &[u64]) -> io::Result<()> {
        self.list(words.iter().map(|word| word.to_le_bytes()))
    }

    pub(in crate::engine) fn numbers(
        &mut self,
        numbers: impl ExactSizeIterator<Item = u32>,
    ) -> io::Result<()> {
        self.list(numbers.map(u32::to_le_bytes))
    }

    fn list<const N: usize>(
        &mut self,
        items: impl ExactSizeIterator<Item = [u8; N]>,
    ) -> io::Result<()> {
        self.number(items.len() as u64)?;
        let mut portion = Vec::with_capacity(PORTION + N);
        for item in items {
            portion.extend_from_slice(&item);
            if portion.len() >= PORTION {
                self.bytes(&portion)?;
                portion.clear();
            }
        }
        self.bytes(&portion)
    }

    /// Adds the checksum of all that was written.
    pub(super) fn finish(self) -> io::Result<()> {
        self.out.write_all(&self.hash.digest().to_le_bytes())
    }
}

/// Gives back what a [`Sink`] took.
pub(in crate::engine) struct Source<'a> {
    from: &'a mut dyn Read,
    /// Bytes before the checksum that have not been read yet.
    left: u64,
}

impl<'a> Source<'a> {
    pub(super) fn new(from: &'a mut dyn Read, left: u64) -> Self {
        Self { from, left }
    }

    /// Whether all of it has been read.
    pub(in crate::engine) const fn is_at_its_end(&self) -> bool {
        self.left == 0
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        self.left = self.left.checked_sub(N as u64).ok_or_else(damaged)?;
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub(in crate::engine) fn number(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// A number that has to be less than 2^32.
    pub(in crate::engine) fn small(&mut self) -> io::Result<u32> {
        u32::try_from(self.number()?).map_err(|_| damaged())
    }

    pub(super) fn text(&mut self) -> io::Result<String> {
        let bytes = self.list(u8::from_le_bytes)?;
        String::from_utf8(bytes).map_err(|_| damaged())
    }

    pub(in crate::engine) fn words(&mut self) -> io::Result<Vec<u64>> {
        self.list(u64::from_le_bytes)
    }

    pub(in crate::engine) fn numbers(&mut self) -> io::Result<Vec<u32>> {
        self.list(u32::from_le_bytes)
    }

    fn list<T, const N: usize>(&mut self, item: impl Fn([u8; N]) -> T) -> io::Result<Vec<T>> {
        let length = self.number()?;
        // No more is asked for than the file can fill.
        let bytes = length.checked_mul(N as u64).ok_or_else(damaged)?;
        self.left = self.left.checked_sub(bytes).ok_or_else(damaged)?;
        let mut items = Vec::with_capacity(usize::try_from(length).map_err(|_| damaged())?);
        let mut portion = vec![0; PORTION / N * N];
        let mut wanted = bytes;
        while wanted > 0 {
            let size = wanted.min(portion.len() as u64);
            let portion = &mut portion[..size as usize];
            self.from.read_exact(portion)?;
            let (chunks, _) = portion.as_chunks::<N>();
            items.extend(chunks.iter().map(|&bytes| item(bytes)));
            wanted -= size;
        }
        Ok(items)
    }
}

/// What was read is not what was written.
pub(in crate::engine) fn damaged() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// Whether the last bytes of a file of this length are the checksum of those before them.
pub(super) fn is_whole(from: &mut dyn Read, length: u64) -> io::Result<bool> {
    let Some(mut left) = length.checked_sub(CHECKSUM) else {
        return Ok(false);
    };
    let mut hash = Xxh3::new();
    let mut portion = vec![0; PORTION];
    while left > 0 {
        let size = left.min(PORTION as u64);
        let portion = &mut portion[..size as usize];
        from.read_exact(portion)?;
        hash.update(portion);
        left -= size;
    }
    let mut checksum = [0; CHECKSUM as usize];
    from.read_exact(&mut checksum)?;
    Ok(u64::from_le_bytes(checksum) == hash.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that a stream can hold, and lists longer than a portion.
    fn written() -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut sink = Sink::new(&mut bytes);
        sink.number(7).expect("memory takes it");
        sink.text("größe").expect("memory takes it");
        let words: Vec<u64> = (0..20_000).map(|number| number << 33).collect();
        sink.words(&words).expect("memory takes it");
        sink.numbers(0..40_000).expect("memory takes it");
        sink.words(&[]).expect("memory takes it");
        sink.finish().expect("memory takes it");
        bytes
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = written();
        let length = bytes.len() as u64;
        assert!(is_whole(&mut &*bytes, length).expect("memory gives it"));
        let mut from = &*bytes;
        let mut source = Source::new(&mut from, length - CHECKSUM);
        assert_eq!(source.small().ok(), Some(7));
        assert_eq!(source.text().ok().as_deref(), Some("größe"));
        let words = source.words().expect("a list");
        assert!(
            words
                .iter()
                .zip(0..)
                .all(|(&word, number)| word == number << 33)
        );
        assert_eq!(words.len(), 20_000);
        assert!(source.numbers().expect("a list").into_iter().eq(0..40_000));
        assert!(!source.is_at_its_end());
        assert_eq!(source.words().ok(), Some(Vec::new()));
        assert!(source.is_at_its_end());
        assert!(source.number().is_err());
    }

    #[test]
    fn no_list_is_longer_than_the_file() {
        for length in [1, u64::MAX / 8, u64::MAX] {
            let bytes = length.to_le_bytes();
            let mut from = &bytes[..];
            let mut source = Source::new(&mut from, 8);
            assert!(source.words().is_err(), "{length}");
        }
    }

    #[test]
    fn a_changed_or_missing_byte_is_seen() {
        let bytes = written();
        for place in (0..bytes.len()).step_by(997) {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let whole = is_whole(&mut &*changed, bytes.len() as u64);
            assert!(!whole.expect("memory gives it"), "byte {place}");
            let whole = is_whole(&mut &bytes[..place], place as u64);
            assert!(!whole.expect("memory gives it"), "{place} bytes");
        }
    }
}
