//! What comes from a BMC by IPMI over LAN: any datagram, one that is signed with the right key and holds anything,
//! and what was sealed itself.

use coroner::collect::lan::keys::SessionKeys;
use coroner::collect::lan::packet::message::LanMessage;
use coroner::collect::lan::packet::{Datagram, Header, encode, payload, setup};
use coroner::collect::lan::seal::{seal, unseal};
use coroner::collect::lan::{Privilege, Suite};

use super::Target;

const SESSION: u32 = 0x0102_0304;
const SEQUENCE: u32 = 9;

/// The first byte chooses the suite.
fn check(input: &[u8]) {
    let Some((choice, bytes)) = input.split_first() else { return };
    let suite = if choice % 2 == 0 { Suite::Sha1 } else { Suite::Sha256 };
    let keys = SessionKeys::derive(suite, &[7; 32]);
    let _ = Datagram::decode(bytes, suite.signature_length());
    let _ = setup::open_response(bytes);
    let _ = setup::rakp_2(bytes);
    let _ = setup::rakp_4(bytes);
    let _ = unseal(&keys, SESSION, bytes);
    if let Ok(message) = LanMessage::decode(bytes) {
        assert_eq!(LanMessage::decode(&message.encode()), Ok(message));
    }
    if let Ok(signed) = encode(header(), bytes, |signed| keys.signature(signed)) {
        let _ = unseal(&keys, SESSION, &signed);
    }
    if let Ok(sealed) = seal(&keys, SESSION, SEQUENCE, &[3; 16], bytes) {
        assert_eq!(unseal(&keys, SESSION, &sealed), Ok((SEQUENCE, bytes.to_vec())));
    }
}

fn header() -> Header {
    Header {
        payload_type: payload::IPMI,
        encrypted: true,
        authenticated: true,
        session_id: SESSION,
        sequence: SEQUENCE,
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let answer = LanMessage { to: 0x81, netfn: 7, from: 0x20, number: 3, command: 1, body: &[0, 0x20, 1] };
    let outside = |kind, bytes: &[u8]| encode(Header::outside(kind), bytes, |_| Vec::new());
    let made = [
        outside(payload::IPMI, &answer.encode()),
        outside(payload::IPMI, &setup::open_request(1, Privilege::User, SESSION, Suite::Sha256)),
        outside(payload::IPMI, &setup::rakp_3(2, 0, SESSION, &[5; 32])),
        Ok(answer.encode()),
    ];
    made.into_iter().flatten().map(|bytes| [&[1], bytes.as_slice()].concat()).collect()
}

pub fn target() -> Target {
    Target {
        name: "bmc-datagrams",
        seeds: seeds(),
        lines_from: None,
        bytes_usual: 160,
        bytes_max: 1024,
        check: Box::new(check),
    }
}
