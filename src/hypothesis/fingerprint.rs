//! A short name for a set of numbers, the same however the set was found.

/// Sum of 128-bit hashes of the members: sets that differ have the same sum with a probability of some
/// 2⁻¹²⁸, and a fleet has far fewer than 2³² pairs of regions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fingerprint(u64, u64);

impl Fingerprint {
    /// Adds a member; each must be added once.
    pub fn add(&mut self, member: u32) {
        self.0 = self.0.wrapping_add(mixed(u64::from(member).wrapping_add(0x9E37_79B9_7F4A_7C15)));
        self.1 = self.1.wrapping_add(mixed(u64::from(member).wrapping_add(0xD1B5_4A32_D192_ED03)));
    }
}

/// SplitMix64's finaliser (Steele, Lea & Flood 2014, OOPSLA).
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}
