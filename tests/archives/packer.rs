//! Packs bytes in every way that is read.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn xz(content: &[u8]) -> Vec<u8> {
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::default()).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn lzma(content: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::LzmaOptions::default();
    let mut encoder = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, None).unwrap();
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

pub type Pack = fn(&[u8]) -> Vec<u8>;

pub const PACKINGS: [(&str, Pack); 5] =
    [("gz", gzip), ("bz2", bzip2), ("xz", xz), ("lzma", lzma), ("zst", zstd)];

/// A tar archive of files, each with its time of writing.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (index, (name, content)) in files.iter().enumerate() {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mtime(WRITTEN + index as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

/// 2025-03-10T12:00:00Z.
pub const WRITTEN: u64 = 1_741_608_000;

/// One header block of 512 bytes with a name as it is, which `tar::Builder` would refuse.
pub fn raw_header(name: &[u8], kind: u8, size: u64) -> [u8; 512] {
    let mut header = tar::Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_size(size);
    header.set_mtime(WRITTEN);
    header.set_cksum();
    *header.as_bytes()
}

/// Appends a member as it is to an archive that has no end yet.
pub fn push_raw(archive: &mut Vec<u8>, name: &[u8], kind: u8, content: &[u8]) {
    archive.extend_from_slice(&raw_header(name, kind, content.len() as u64));
    archive.extend_from_slice(content);
    archive.resize(archive.len().next_multiple_of(512), 0);
}

pub const END_OF_TAR: [u8; 1024] = [0; 1024];

/// A zip archive of files, deflated or stored.
pub fn zip(files: &[(&str, &[u8])], deflated: bool) -> Vec<u8> {
    let mut output = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut output);
    for (name, content) in files {
        let method =
            if deflated { rawzip::CompressionMethod::DEFLATE } else { rawzip::CompressionMethod::STORE };
        let (mut entry, config) = archive
            .new_file(rawzip::path::EntryPath::verbatim(name.as_bytes()))
            .compression_method(method)
            .last_modified(rawzip::time::UtcDateTime::from_unix(WRITTEN as i64))
            .start()
            .unwrap();
        let descriptor = if deflated {
            let encoder = flate2::write::DeflateEncoder::new(&mut entry, Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    output
}

/// A zip archive as who cannot go back writes it, and without its directory: sizes and checksums stand
/// behind the data, which is not compressed.
pub fn zip_stored_by_stream(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, content) in files {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        archive.extend_from_slice(b"PK\x03\x04\x14\0\x08\0\0\0\0\0\x21\x5a");
        archive.extend_from_slice(&[0; 12]);
        archive.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        archive.extend_from_slice(&[0; 2]);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(content);
        archive.extend_from_slice(b"PK\x07\x08");
        archive.extend_from_slice(&crc.sum().to_le_bytes());
        archive.extend_from_slice(&size);
        archive.extend_from_slice(&size);
    }
    archive
}
