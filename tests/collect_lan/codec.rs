//! Bytes on the wire: known answers, and properties that hold for any bytes.
//!
//! The answers of the log-on and the sealed datagrams were computed with Python's `hmac` and OpenSSL's `enc`.

use coroner::collect::lan::keys::{SessionKeys, Transcript, mac, same};
use coroner::collect::lan::packet::message::LanMessage;
use coroner::collect::lan::packet::setup::{self, Block, Verdict};
use coroner::collect::lan::packet::{self, Damage, Datagram, Header, payload};
use coroner::collect::lan::seal::{seal, unseal};
use coroner::collect::lan::{Privilege, Suite};
use proptest::prelude::*;

const CONSOLE_ID: u32 = 0x0102_0304;
const BMC_ID: u32 = 0xa0b0_c0d0;
const IV: Block =
    [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff];

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn counting(from: u8) -> Block {
    std::array::from_fn(|n| from + u8::try_from(n).unwrap())
}

struct Known {
    suite: Suite,
    proof_of_bmc: &'static str,
    proof_of_console: &'static str,
    session_key: &'static str,
    confirmation: &'static str,
    sealed: &'static str,
}

const KNOWN: [Known; 2] = [
    Known {
        suite: Suite::Sha1,
        proof_of_bmc: "4c5a49a53a62838fbb0c2d261f0018a1d4d48ba0",
        proof_of_console: "321f9b29fd27099dbb4833784771f32355e38976",
        session_key: "6c4f222b542ac130a94698c7e9fa22c06ab4eb06",
        confirmation: "6c9b7c1824322e361342c6b1",
        sealed: "0600ff0706c0d0c0b0a0070000002000f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\
                 a21b7cd146fcdf391bdf974d95bdd05effff0207f2cb13067173e7cb0cae679a",
    },
    Known {
        suite: Suite::Sha256,
        proof_of_bmc: "d2b71c84855b7d23a9689caf6e194d4eb3226848c027af3901e76743bb71ca46",
        proof_of_console: "434d763c153f41457a284605489c4ad7db7036634a3e4f5618c89b96a5369c8e",
        session_key: "8fcf4320fd786e356be332c968366c81960f9e76953908d026110562e5b8d9a2",
        confirmation: "e872714cab4bc185c1b230b4e2df8225",
        sealed: "0600ff0706c0d0c0b0a0070000002000f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff\
                 bb2bd6f31a35ad1d73cfa2d480c97342ffff0207a7f605eeb008c699e1dfd9c03d5b8d81",
    },
];

#[test]
fn codes_are_the_published_ones() {
    let data: &[&[u8]] = &[b"what do ya want ", b"for nothing?"];
    // RFC 2202 and RFC 4231, test case 2 of each.
    assert_eq!(mac(Suite::Sha1, b"Jefe", data).to_vec(), unhex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
    let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(mac(Suite::Sha256, b"Jefe", data).to_vec(), unhex(sha256));
}

#[test]
fn the_log_on_and_its_keys_are_what_others_compute() {
    let (console_random, bmc_random, guid) = (counting(0), counting(16), counting(32));
    let message = unhex("2018c88100047b");
    for known in KNOWN {
        let suite = known.suite;
        let transcript = Transcript {
            suite,
            console_id: CONSOLE_ID,
            bmc_id: BMC_ID,
            console_random: &console_random,
            bmc_random: &bmc_random,
            guid: &guid,
            role: setup::role(Privilege::User),
            user: b"admin",
        };
        assert_eq!(transcript.proof_of_bmc(b"secret").to_vec(), unhex(known.proof_of_bmc));
        assert_eq!(transcript.proof_of_console(b"secret").to_vec(), unhex(known.proof_of_console));
        let session_key = transcript.session_key(b"kg-key");
        assert_eq!(session_key.to_vec(), unhex(known.session_key));
        assert_eq!(transcript.confirmation(&session_key).to_vec(), unhex(known.confirmation));
        let keys = SessionKeys::derive(suite, &session_key);
        let sealed = seal(&keys, BMC_ID, 7, &IV, &message).unwrap();
        assert_eq!(sealed, unhex(known.sealed));
        assert_eq!(unseal(&keys, BMC_ID, &sealed), Ok((7, message.clone())));
    }
}

#[test]
fn codes_of_other_lengths_are_never_the_same() {
    assert!(same(b"abc", b"abc"));
    for (ours, theirs) in [("abc", "abd"), ("abc", "ab"), ("abc", ""), ("", "")] {
        assert!(!same(ours.as_bytes(), theirs.as_bytes()), "{ours} {theirs}");
    }
}

#[test]
fn what_is_not_protected_is_not_opened() {
    let keys = keys(Suite::Sha256);
    for (encrypted, authenticated) in [(false, false), (true, false), (false, true)] {
        let header =
            Header { payload_type: payload::IPMI, encrypted, authenticated, session_id: 1, sequence: 1 };
        let bytes = packet::encode(header, &[0; 32], |signed| keys.signature(signed)).unwrap();
        assert_eq!(unseal(&keys, 1, &bytes), Err(Damage::Protection), "{encrypted} {authenticated}");
    }
    // Signed with the right key, but the padding inside is not 1, 2, 3 ...
    let header = Header {
        payload_type: payload::IPMI,
        encrypted: true,
        authenticated: true,
        session_id: 1,
        sequence: 1,
    };
    for ciphertext in [0, 15, 16, 17, 32] {
        let bytes = packet::encode(header, &vec![0x5a; 16 + ciphertext], |signed| keys.signature(signed));
        assert!(unseal(&keys, 1, &bytes.unwrap()).is_err(), "{ciphertext}");
    }
}

#[test]
fn the_messages_of_the_log_on_have_the_layout_of_the_specification() {
    let request = setup::open_request(9, Privilege::User, CONSOLE_ID, Suite::Sha256);
    let expected = "09020000040302010000000803000000010000080400000002000008 01000000";
    assert_eq!(request, unhex(&expected.replace(' ', "")));
    let mut response = unhex("0900040004030201d0c0b0a0000000080300000001000008040000000200000801000000");
    let reply = setup::open_response(&response).unwrap();
    let Verdict::Granted(opened) = reply.verdict else { panic!("{reply:?}") };
    assert_eq!((opened.console_id, opened.bmc_id, opened.algorithms), (CONSOLE_ID, BMC_ID, [3, 4, 1]));
    response[1] = 0x11;
    let refused = setup::open_response(&response[..8]).unwrap().verdict;
    assert_eq!(refused, Verdict::Refused { status: 0x11, certain: true });
    let doubtful = setup::open_response(&response).unwrap().verdict;
    assert_eq!(doubtful, Verdict::Refused { status: 0x11, certain: false }, "too long for a refusal");
    let rakp = setup::rakp_1(1, BMC_ID, &counting(0), 0x12, b"admin");
    assert_eq!(rakp.len(), 28 + 5);
    assert_eq!(rakp[24..], *b"\x12\0\0\x05admin");
}

fn keys(suite: Suite) -> SessionKeys {
    SessionKeys::derive(suite, b"some session key")
}

fn any_suite() -> impl Strategy<Value = Suite> {
    prop_oneof![Just(Suite::Sha1), Just(Suite::Sha256)]
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), length in 0_usize..40) {
        let _ = Datagram::decode(&bytes, length);
        let _ = LanMessage::decode(&bytes);
        let _ = setup::open_response(&bytes);
        let _ = setup::rakp_2(&bytes);
        let _ = setup::rakp_4(&bytes);
        prop_assert!(unseal(&keys(Suite::Sha1), 1, &bytes).is_err());
    }

    #[test]
    fn bytes_behind_a_true_header_are_read_without_a_panic(
        kind in any::<u8>(), tail in prop::collection::vec(any::<u8>(), 0..80), length in any::<u16>(),
    ) {
        let mut bytes = vec![6, 0, 0xff, 7, 6, kind, 1, 0, 0, 0, 1, 0, 0, 0];
        bytes.extend(length.to_le_bytes());
        bytes.extend(&tail);
        let _ = Datagram::decode(&bytes, 12);
        prop_assert!(unseal(&keys(Suite::Sha1), 1, &bytes).is_err());
    }

    #[test]
    fn a_message_decodes_to_itself(
        to in any::<u8>(), from in any::<u8>(), netfn in 0_u8..64, number in 0_u8..64, command in any::<u8>(),
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let message = LanMessage { to, netfn, from, number, command, body: &body };
        let bytes = message.encode();
        prop_assert_eq!(LanMessage::decode(&bytes), Ok(message));
    }

    #[test]
    fn a_changed_byte_of_a_message_is_seen(body in prop::collection::vec(any::<u8>(), 0..60), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = LanMessage::question(6, 1, 5, &body).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert_eq!(LanMessage::decode(&bytes), Err(Damage::Checksum));
    }

    #[test]
    fn a_datagram_decodes_to_itself(
        payload_type in 0_u8..64, encrypted in any::<bool>(), authenticated in any::<bool>(),
        session_id in any::<u32>(), sequence in any::<u32>(), payload in prop::collection::vec(any::<u8>(), 0..200),
        suite in any_suite(),
    ) {
        let header = Header { payload_type, encrypted, authenticated, session_id, sequence };
        let signature = vec![0xaa; suite.signature_length()];
        let bytes = packet::encode(header, &payload, |_| signature.clone()).unwrap();
        let datagram = Datagram::decode(&bytes, suite.signature_length()).unwrap();
        prop_assert_eq!((datagram.header, datagram.payload), (header, &payload[..]));
        prop_assert_eq!(datagram.signature, if authenticated { &signature[..] } else { &[] });
        prop_assert!(!authenticated || (bytes.len() - 4 - signature.len()).is_multiple_of(4), "padded to four bytes");
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_keys_only(
        suite in any_suite(), sequence in any::<u32>(), iv in any::<Block>(),
        message in prop::collection::vec(any::<u8>(), 0..100), at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let sealed = seal(&keys(suite), 42, sequence, &iv, &message).unwrap();
        prop_assert_eq!(unseal(&keys(suite), 42, &sealed), Ok((sequence, message)));
        prop_assert!(unseal(&SessionKeys::derive(suite, b"another"), 42, &sealed).is_err());
        prop_assert!(unseal(&keys(suite), 43, &sealed).is_err());
        for length in 0..sealed.len() {
            prop_assert!(unseal(&keys(suite), 42, &sealed[..length]).is_err(), "cut to {}", length);
        }
        let mut changed = sealed;
        // The two bytes of the RMCP header that mean nothing to us are not signed.
        let at = 3 + at.index(changed.len() - 3);
        changed[at] ^= flip;
        prop_assert!(unseal(&keys(suite), 42, &changed).is_err(), "changed at {}", at);
    }
}
