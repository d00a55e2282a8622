//! Identifiers in AWS's forms.

use std::fmt::Write;

use sha2::{Digest, Sha256};

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Pseudo-random bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Id([u8; 32]);

impl Id {
    /// The identifier with a serial number.
    pub(super) fn of(serial: u64) -> Self {
        Self(Sha256::digest(serial.to_be_bytes()).into())
    }

    /// `xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx`
    pub(super) fn uuid(self) -> String {
        let hex = self.0.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        format!(
            "{}-{}-4{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[18..30]
        )
    }

    /// 52 characters of base 32, as at the end of the ARN of an X-Ray group.
    pub(super) fn base32(self) -> String {
        (0..52)
            .map(|at| char::from(BASE32[self.five_bits(at * 5)]))
            .collect()
    }

    fn five_bits(self, from: usize) -> usize {
        (from..from + 5).fold(0, |value, at| value << 1 | usize::from(self.bit(at)))
    }

    /// Zero beyond the last byte.
    fn bit(self, at: usize) -> u8 {
        self.0
            .get(at / 8)
            .map_or(0, |byte| byte >> (7 - at % 8) & 1)
    }
}
