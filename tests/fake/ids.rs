//! Identifiers that look random and are not: the same seed gives the same ids in the same order.

use sha2::{Digest, Sha256};

/// A seeded source of ids.
#[derive(Clone, Debug)]
pub struct Ids {
    seed: u64,
    count: u64,
}

impl Ids {
    /// A source for this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// The next number in order, for sequence numbers.
    pub fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// `digits` hexadecimal digits, at most 64.
    pub fn hex(&mut self, digits: usize) -> String {
        let n = self.number();
        let mut text = hex(&Sha256::digest(format!("{}:{n}", self.seed).as_bytes()));
        text.truncate(digits);
        text
    }

    /// A UUID-shaped id.
    pub fn uuid(&mut self) -> String {
        let h = self.hex(32);
        format!("{}-{}-4{}-a{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..])
    }

    /// The random part of generated physical names: 12 capital letters and digits.
    pub fn suffix(&mut self) -> String {
        let h = self.hex(24);
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        h.as_bytes()
            .chunks(2)
            .map(|pair| {
                let n = pair.iter().fold(0usize, |n, b| n * 31 + usize::from(*b));
                char::from(ALPHABET[n % ALPHABET.len()])
            })
            .collect()
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_ids() {
        let (mut a, mut b) = (Ids::new(7), Ids::new(7));
        assert_eq!(a.uuid(), b.uuid());
        assert_ne!(a.hex(17), a.hex(17));
        assert_eq!(a.suffix().len(), 12);
        assert_eq!(a.uuid().len(), 36);
    }
}
