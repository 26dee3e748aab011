//! Redfish over HTTPS, against the stand-in service (`tests/stand_ins/redfish`) and servers of our own that
//! behave worse than it. Needs python3 and openssl; one test needs curl and jq as judges.

mod faults;
mod hostile;
mod judges;
mod keeper;
mod logs;
mod raw_server;
mod secrets;
mod stand_in;
mod tree;
mod trust;
mod vendors;
