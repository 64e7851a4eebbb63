//! Two kinds of list items: networks whose proxies are trusted, and origins whose pages may open sockets.

use std::net::IpAddr;

use super::setting::Item;

/// An address, or all addresses that begin with the same bits (`10.0.0.0/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    length: u32,
}

/// IPv4 addresses stand at the end of this IPv6 network (RFC 4291, section 2.5.5.2).
const V4_PREFIX: u32 = 96;

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

impl Network {
    /// Whether an address belongs to it. An IPv4 address is the same in its IPv6 form.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = self.bits ^ bits_of(address);
        self.length == 0 || differing >> (128 - self.length) == 0
    }
}

impl Item for Network {
    const KIND: &'static str = "a list of addresses or networks, like `127.0.0.1,10.0.0.0/8`";

    fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (before, most) = if address.is_ipv4() { (V4_PREFIX, 32) } else { (0, 128) };
        let length = length.unwrap_or(most);
        (length <= most).then(|| Self { bits: bits_of(address), length: before + length })
    }

    fn show(&self) -> String {
        let address = std::net::Ipv6Addr::from_bits(self.bits);
        match address.to_ipv4_mapped() {
            Some(v4) if self.length >= V4_PREFIX => format!("{v4}/{}", self.length - V4_PREFIX),
            _ => format!("{address}/{}", self.length),
        }
    }
}

/// The origin of a page, as browsers send it: scheme, host and, if it is not the scheme's own, port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Whether a browser that sends this `Origin` header shows a page of this origin.
    #[must_use]
    pub fn matches(&self, header: &str) -> bool {
        self.0.eq_ignore_ascii_case(header)
    }
}

impl Item for Origin {
    const KIND: &'static str =
        "a list of origins without a path, like `https://chat.example.org,http://localhost:8080`";

    fn read(text: &str) -> Option<Self> {
        let (scheme, host) = text.split_once("://")?;
        let known = matches!(scheme, "http" | "https");
        let plain = !host.is_empty() && !host.contains(['/', '@', '?', '#', '*', ' ']);
        (known && plain).then(|| Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        Network::read(network).expect("a network").contains(address.parse().expect("an address"))
    }

    #[test]
    fn a_network_holds_the_addresses_that_begin_like_it() {
        assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("127.0.0.1", "127.0.0.1") && !contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("fd00::/8", "fd12::1") && !contains("fd00::/8", "fe80::1"));
        assert!(contains("0.0.0.0/0", "203.0.113.9") && !contains("0.0.0.0/0", "2001:db8::1"));
        assert!(contains("::/0", "2001:db8::1"));
    }

    #[test]
    fn an_ipv4_address_is_the_same_in_its_ipv6_form() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3") && contains("::ffff:10.0.0.0/104", "10.1.2.3"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8", "10.0.0.0/8/8"] {
            assert_eq!(Network::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_origin_has_a_scheme_and_no_path_or_wildcard() {
        assert!(Origin::read("https://chat.example.org").is_some());
        for bad in ["chat.example.org", "ftp://x.org", "https://", "https://x.org/", "https://*.x.org", "null", "*"] {
            assert_eq!(Origin::read(bad), None, "{bad}");
        }
    }
}
