//! Compressed files and archives are taken apart: bounded, and whatever is wrong is said.

use std::io::{Cursor, Read};

use coroner::ingest::unpack::limits::Limits;
use coroner::ingest::unpack::{self, Content};

use super::Target;

#[path = "../../../tests/archives/packer.rs"]
#[allow(dead_code, reason = "the tests of archives use more of it")]
mod packer;

/// Small, so that bombs cost little.
const LIMITS: Limits = Limits {
    free_bytes: 1 << 20,
    small_bytes: 1 << 20,
    one_layer: 1100,
    ratio: 250,
    barren_bytes: 256 << 10,
    members: 50,
    layers: 3,
    aside_bytes: 1 << 20,
};
const BYTES_MAX: usize = 4096;
/// A header of tar and a member take two blocks of 512 bytes, a small zip hundreds.
const BYTES_USUAL: usize = 1600;
/// A decoder hands out a piece before the limit is looked at.
const PIECE_BYTES_MAX: u64 = 4 << 20;

pub fn target() -> Target {
    Target {
        name: "archives",
        seeds: seeds(),
        lines_from: None,
        bytes_usual: BYTES_USUAL,
        bytes_max: BYTES_MAX,
        check: Box::new(check),
    }
}

fn check(input: &[u8]) {
    let Ok(sources) = unpack::open_stream(Cursor::new(input.to_vec()), "some-file", LIMITS) else { return };
    let (mut members, mut total) = (0_u32, 0_u64);
    for source in sources {
        members += 1;
        assert!(!source.shown.chars().any(char::is_control), "{:?}", source.shown);
        let Content::Readable(mut opened) = source.content else { continue };
        let mut piece = [0; 8192];
        // An error ends the member; what came before it counts.
        while let Ok(count) = opened.stream.read(&mut piece)
            && count > 0
        {
            total += count as u64;
        }
    }
    // Two more for what is said of the rest.
    assert!(members <= LIMITS.members + 2, "{members} members");
    let allowed = LIMITS.free_bytes.max(input.len() as u64 * LIMITS.ratio) + PIECE_BYTES_MAX;
    assert!(total <= allowed, "{total} bytes out of {}", input.len());
}

fn seeds() -> Vec<Vec<u8>> {
    let text = b"Mar  3 10:00:00 kvm01 kernel: Linux version 6.1.0\nMar  3 10:00:01 kvm01 sshd[7]: up\n";
    let files: [(&str, &[u8]); 2] = [("kvm01/var/log/kern.log", text), ("kvm02/etc/hostname", b"kvm02\n")];
    let tar = packer::tar(&files);
    let (stored, deflated) = (packer::zip(&files, false), packer::zip(&files, true));
    let mut seeds = vec![tar.clone(), stored, deflated];
    for (_, pack) in packer::PACKINGS {
        seeds.push(pack(text));
        seeds.push(pack(&tar));
    }
    seeds.push(packer::zip(&[("inner.tar.gz", packer::gzip(&tar).as_slice())], true));
    seeds
}
