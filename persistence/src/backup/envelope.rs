//! The file of a backup: pieces of 64 KiB, each sealed (XChaCha20-Poly1305) under a key that is made from a master key and a
//! salt of this file, and each bound to its place and to whether it is the last. A piece that is changed, moved, left out
//! or put behind the last does not open.
//!
//! `NAASTBK1 | id of the master key (12) | salt (32) | { length and last (4) | piece and tag }`

use std::io::{Read, Write};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};

use super::{BackupError, Line};
use crate::keys::{Master, Ring, Secret};

const MAGIC: &[u8; 8] = b"NAASTBK1";
const ID: usize = 12;
const SALT: usize = 32;
const HEAD: usize = 8 + ID + SALT;
const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
const LAST: u32 = 1 << 31;

fn cipher(master: &Master, head: &[u8; HEAD]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(master.derived(b"naast.backup.v1", head).bytes().into())
}

/// The key is of this file alone, so a count is as good as chance.
fn nonce(number: u64, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&number.to_be_bytes());
    nonce[8] = u8::from(last);
    nonce.into()
}

/// Writes pieces.
pub(super) struct Sealer<W> {
    to: W,
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD],
    waiting: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(mut to: W, master: &Master) -> Result<Self, BackupError> {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(MAGIC);
        head[8..8 + ID].copy_from_slice(master.id.as_bytes());
        head[8 + ID..].copy_from_slice(Secret::fresh().bytes());
        to.write_all(&head)?;
        Ok(Self {
            to,
            cipher: cipher(master, &head),
            head,
            waiting: Vec::with_capacity(2 * PIECE),
            number: 0,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() > PIECE {
            let rest = self.waiting.split_off(PIECE);
            self.piece(false)?;
            self.waiting = rest;
        }
        Ok(())
    }

    fn piece(&mut self, last: bool) -> Result<(), BackupError> {
        let payload = Payload { msg: &self.waiting, aad: &self.head };
        let sealed = self
            .cipher
            .encrypt(&nonce(self.number, last), payload)
            .map_err(|_| BackupError::Unreadable("a piece that does not seal"))?;
        let length = u32::try_from(sealed.len()).unwrap_or(0) | if last { LAST } else { 0 };
        self.to.write_all(&length.to_be_bytes())?;
        self.to.write_all(&sealed)?;
        self.number += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, BackupError> {
        self.piece(true)?;
        self.to.flush()?;
        Ok(self.to)
    }
}

/// Reads pieces, and gives nothing of one before it opened.
pub struct Opened<R> {
    from: R,
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD],
    number: u64,
    done: bool,
}

impl<R: Read> Opened<R> {
    /// Opens the file of a backup with the master key that it names.
    pub fn new(mut from: R, ring: &Ring) -> Result<Self, BackupError> {
        let mut head = [0; HEAD];
        from.read_exact(&mut head).map_err(|_| BackupError::NoBackup)?;
        if &head[..8] != MAGIC {
            return Err(BackupError::NoBackup);
        }
        let id = std::str::from_utf8(&head[8..8 + ID]).map_err(|_| BackupError::NoBackup)?;
        let master = ring.find(id).ok_or_else(|| {
            let shown = id.chars().all(|letter| letter.is_ascii_hexdigit());
            BackupError::OtherKeys(if shown { id.to_owned() } else { "?".to_owned() })
        })?;
        Ok(Self { cipher: cipher(master, &head), from, head, number: 0, done: false })
    }

    fn piece(&mut self) -> Result<Option<Vec<u8>>, BackupError> {
        let damaged = |number| move |_| BackupError::Damaged(number);
        if self.done {
            // what stands behind the last piece is nobody's
            let more = self.from.read(&mut [0])?;
            return if more == 0 { Ok(None) } else { Err(BackupError::Damaged(self.number)) };
        }
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(damaged(self.number))?;
        let length = u32::from_be_bytes(length);
        let (last, length) = (length & LAST != 0, length & !LAST);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > PIECE + TAG {
            return Err(BackupError::Damaged(self.number));
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed).map_err(damaged(self.number))?;
        let payload = Payload { msg: &sealed, aad: &self.head };
        let piece = self
            .cipher
            .decrypt(&nonce(self.number, last), payload)
            .map_err(|_| BackupError::Damaged(self.number))?;
        self.number += 1;
        self.done = last;
        Ok(Some(piece))
    }

    /// The lines of the file.
    pub(super) fn lines(self) -> impl Iterator<Item = Result<Line, BackupError>> {
        Lines { pieces: self, waiting: Vec::new(), read: 0, over: false }
    }
}

struct Lines<R> {
    pieces: Opened<R>,
    waiting: Vec<u8>,
    /// How much of what waits was read already.
    read: usize,
    over: bool,
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Line, BackupError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            if let Some(end) = self.waiting[self.read..].iter().position(|byte| *byte == b'\n') {
                let line = &self.waiting[self.read..self.read + end];
                let line = Line::parse(line);
                self.read += end + 1;
                return Some(line);
            }
            self.waiting.drain(..self.read);
            self.read = 0;
            match self.pieces.piece() {
                Ok(Some(piece)) => self.waiting.extend_from_slice(&piece),
                Ok(None) if self.waiting.is_empty() => self.over = true,
                Ok(None) => {
                    self.over = true;
                    return Some(Err(BackupError::Unreadable("its last line")));
                }
                Err(fault) => {
                    self.over = true;
                    return Some(Err(fault));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring() -> Ring {
        let folder = tempfile::tempdir().expect("a folder");
        Ring::open(&folder.path().join("keys"), true).expect("made")
    }

    fn sealed(ring: &Ring, size: usize) -> Vec<u8> {
        let mut file = Sealer::new(Vec::new(), ring.newest()).expect("begun");
        file.write(&vec![b'x'; size]).expect("written");
        file.finish().expect("finished")
    }

    fn opens(ring: &Ring, bytes: &[u8]) -> Result<usize, BackupError> {
        let mut file = Opened::new(bytes, ring)?;
        let mut size = 0;
        while let Some(piece) = file.piece()? {
            size += piece.len();
        }
        Ok(size)
    }

    #[test]
    fn what_was_sealed_opens_and_another_key_does_not() {
        let ring = ring();
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            assert_eq!(opens(&ring, &sealed(&ring, size)).expect("opens"), size);
        }
        let other = self::ring();
        assert!(matches!(opens(&other, &sealed(&ring, 5)), Err(BackupError::OtherKeys(_))));
    }

    #[test]
    fn every_byte_that_is_changed_and_every_cut_is_found() {
        let ring = ring();
        let whole = sealed(&ring, 300);
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            assert!(opens(&ring, &changed).is_err(), "byte {place}");
            assert!(opens(&ring, &whole[..place]).is_err(), "cut at {place}");
        }
        let mut longer = whole;
        longer.push(0);
        assert!(opens(&ring, &longer).is_err(), "something behind the end");
    }

    #[test]
    fn pieces_that_change_places_are_found() {
        let ring = ring();
        let whole = sealed(&ring, 3 * PIECE + 10);
        let step = 4 + PIECE + TAG;
        let piece = |number: usize| whole[HEAD + number * step..HEAD + (number + 1) * step].to_vec();
        let swapped =
            [whole[..HEAD].to_vec(), piece(1), piece(0), whole[HEAD + 2 * step..].to_vec()].concat();
        assert!(opens(&ring, &swapped).is_err());
        let left_out = [whole[..HEAD].to_vec(), piece(0), whole[HEAD + 2 * step..].to_vec()].concat();
        assert!(opens(&ring, &left_out).is_err());
        let ended_early = [whole[..HEAD].to_vec(), piece(0)].concat();
        assert!(opens(&ring, &ended_early).is_err());
    }
}
