//! What kind of address a name led to.
//!
//! Only [`AddressClass::Public`] is dialled without being asked for. `private_network = true` in a
//! grant opens the four classes that companies number their own machines with; every other class
//! stays shut whatever a grant says, because nothing a plugin needs stands there: metadata services
//! hand out the machine's credentials, and the rest is not an address of one server.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The kinds of addresses, by what they are assigned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// A server on the internet.
    Public,
    /// This machine.
    Loopback,
    /// A company's own network, IPv4.
    Private,
    /// A provider's network behind its translators (RFC 6598), also used by overlay networks.
    SharedNat,
    /// A company's own network, IPv6.
    UniqueLocal,
    /// A cloud's metadata service, which hands out the machine's credentials.
    Metadata,
    /// The cable the machine is on; clouds keep their metadata services here.
    LinkLocal,
    /// No address, or "this network", which systems read as this machine.
    Unspecified,
    /// Many receivers.
    Multicast,
    /// An IPv4 address inside an IPv6 one: mapped, compatible, translated or tunnelled.
    Embedded,
    /// Assigned to protocols, relays and tunnels.
    Protocol,
    /// Made for examples in documents.
    Documentation,
    /// Made for measuring devices.
    Benchmark,
    /// Assigned to nobody, or withdrawn.
    Reserved,
}

impl AddressClass {
    /// Whether `private_network = true` opens it.
    pub fn opens_with_private_network(self) -> bool {
        matches!(
            self,
            Self::Loopback | Self::Private | Self::SharedNat | Self::UniqueLocal
        )
    }

    /// The class in the words of a clause: "it leads to a … address".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::SharedNat => "carrier-grade NAT",
            Self::UniqueLocal => "unique local",
            Self::Metadata => "cloud metadata",
            Self::LinkLocal => "link-local",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Embedded => "IPv4-in-IPv6",
            Self::Protocol => "protocol",
            Self::Documentation => "documentation",
            Self::Benchmark => "benchmark",
            Self::Reserved => "reserved",
        }
    }
}

impl fmt::Display for AddressClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The class of `address`. An IPv4 address inside an IPv6 one is a class of its own, whatever it
/// holds: what a translator on the way makes of it cannot be known here.
pub fn classify(address: IpAddr) -> AddressClass {
    match address {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let bits = u32::from(address);
    V4.iter()
        .find(|(network, prefix, _)| (bits ^ u32::from(*network)) >> (32 - prefix) == 0)
        .map_or(AddressClass::Public, |(_, _, class)| *class)
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    let bits = u128::from(address);
    // Machines that speak ISATAP take the last half of any network for an IPv4 address behind these
    // two numbers, and send it there.
    if matches!((bits >> 32) & 0xffff_ffff, 0x0000_5efe | 0x0200_5efe) {
        return AddressClass::Embedded;
    }
    V6.iter()
        .find(|(network, prefix, _)| (bits ^ u128::from(*network)) >> (128 - prefix) == 0)
        .map_or_else(
            // Only 2000::/3 is handed out to servers today.
            || match bits >> 125 {
                1 => AddressClass::Public,
                _ => AddressClass::Reserved,
            },
            |(_, _, class)| *class,
        )
}

/// Networks that are not public, the narrow ones before those they lie in.
const V4: &[(Ipv4Addr, u32, AddressClass)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, AddressClass::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, AddressClass::Private),
    // Alibaba's metadata service.
    (
        Ipv4Addr::new(100, 100, 100, 200),
        32,
        AddressClass::Metadata,
    ),
    (Ipv4Addr::new(100, 64, 0, 0), 10, AddressClass::SharedNat),
    (Ipv4Addr::new(127, 0, 0, 0), 8, AddressClass::Loopback),
    // The metadata service of most clouds, and the containers' credentials of one.
    (
        Ipv4Addr::new(169, 254, 169, 254),
        32,
        AddressClass::Metadata,
    ),
    (Ipv4Addr::new(169, 254, 170, 0), 24, AddressClass::Metadata),
    (Ipv4Addr::new(169, 254, 0, 0), 16, AddressClass::LinkLocal),
    // Azure's wire server.
    (Ipv4Addr::new(168, 63, 129, 16), 32, AddressClass::Metadata),
    (Ipv4Addr::new(172, 16, 0, 0), 12, AddressClass::Private),
    // Oracle's metadata service.
    (Ipv4Addr::new(192, 0, 0, 192), 32, AddressClass::Metadata),
    (Ipv4Addr::new(192, 0, 0, 0), 24, AddressClass::Protocol),
    (Ipv4Addr::new(192, 0, 2, 0), 24, AddressClass::Documentation),
    (Ipv4Addr::new(192, 88, 99, 0), 24, AddressClass::Protocol),
    (Ipv4Addr::new(192, 168, 0, 0), 16, AddressClass::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, AddressClass::Benchmark),
    (
        Ipv4Addr::new(198, 51, 100, 0),
        24,
        AddressClass::Documentation,
    ),
    (
        Ipv4Addr::new(203, 0, 113, 0),
        24,
        AddressClass::Documentation,
    ),
    (Ipv4Addr::new(224, 0, 0, 0), 4, AddressClass::Multicast),
    (Ipv4Addr::new(240, 0, 0, 0), 4, AddressClass::Reserved),
];

const V6: &[(Ipv6Addr, u32, AddressClass)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, AddressClass::Unspecified),
    (Ipv6Addr::LOCALHOST, 128, AddressClass::Loopback),
    // Compatible, mapped, translated (SIIT), NAT64 with the well-known and with a local prefix.
    (Ipv6Addr::UNSPECIFIED, 96, AddressClass::Embedded),
    (
        Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0),
        96,
        AddressClass::Embedded,
    ),
    (
        Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0),
        96,
        AddressClass::Embedded,
    ),
    (
        Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0),
        96,
        AddressClass::Embedded,
    ),
    (
        Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0),
        48,
        AddressClass::Embedded,
    ),
    (
        Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0),
        64,
        AddressClass::Reserved,
    ),
    // Teredo and 6to4 carry IPv4 addresses, too.
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        32,
        AddressClass::Embedded,
    ),
    (
        Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0),
        23,
        AddressClass::Protocol,
    ),
    (
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
        32,
        AddressClass::Documentation,
    ),
    (
        Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0),
        16,
        AddressClass::Embedded,
    ),
    (
        Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0),
        20,
        AddressClass::Documentation,
    ),
    (
        Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0),
        16,
        AddressClass::Protocol,
    ),
    // The services that Amazon, Google and Oracle keep for their machines.
    (
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0),
        32,
        AddressClass::Metadata,
    ),
    (
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0),
        32,
        AddressClass::Metadata,
    ),
    (
        Ipv6Addr::new(0xfd00, 0xc1, 0, 0, 0, 0, 0, 0),
        32,
        AddressClass::Metadata,
    ),
    (
        Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0),
        7,
        AddressClass::UniqueLocal,
    ),
    (
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0),
        10,
        AddressClass::LinkLocal,
    ),
    // Site-local, withdrawn in 2004 and still routed here and there.
    (
        Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0),
        10,
        AddressClass::Reserved,
    ),
    (
        Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0),
        8,
        AddressClass::Multicast,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_network_is_of_its_class_to_its_edges() {
        use AddressClass::*;
        for (address, class) in [
            ("1.1.1.1", Public),
            ("9.255.255.255", Public),
            ("11.0.0.0", Public),
            ("0.0.0.0", Unspecified),
            ("0.255.255.255", Unspecified),
            ("10.255.255.255", Private),
            ("100.63.255.255", Public),
            ("100.64.0.0", SharedNat),
            ("100.127.255.255", SharedNat),
            ("100.128.0.0", Public),
            ("100.100.100.200", Metadata),
            ("127.0.0.1", Loopback),
            ("127.255.255.254", Loopback),
            ("168.63.129.16", Metadata),
            ("168.63.129.17", Public),
            ("169.254.0.1", LinkLocal),
            ("169.254.169.254", Metadata),
            ("169.254.170.2", Metadata),
            ("172.15.255.255", Public),
            ("172.16.0.0", Private),
            ("172.31.255.255", Private),
            ("172.32.0.0", Public),
            ("192.0.0.192", Metadata),
            ("192.0.0.8", Protocol),
            ("192.0.1.0", Public),
            ("192.0.2.255", Documentation),
            ("192.88.99.1", Protocol),
            ("192.168.0.1", Private),
            ("198.17.255.255", Public),
            ("198.19.255.255", Benchmark),
            ("198.51.100.7", Documentation),
            ("203.0.113.9", Documentation),
            ("223.255.255.255", Public),
            ("224.0.0.1", Multicast),
            ("239.255.255.255", Multicast),
            ("240.0.0.1", Reserved),
            ("255.255.255.255", Reserved),
            ("2606:4700::1111", Public),
            ("2001:4860:4860::8888", Public),
            ("::", Unspecified),
            ("::1", Loopback),
            ("::2", Embedded),
            ("::127.0.0.1", Embedded),
            ("::ffff:127.0.0.1", Embedded),
            ("::ffff:8.8.8.8", Embedded),
            ("::ffff:0:127.0.0.1", Embedded),
            ("64:ff9b::7f00:1", Embedded),
            ("64:ff9b:1::7f00:1", Embedded),
            ("64:ff9b:2::1", Reserved),
            ("100::1", Reserved),
            ("2001::1", Embedded),
            ("2001:20::1", Protocol),
            ("2001:1ff::1", Protocol),
            ("2001:200::1", Public),
            ("2001:db8::1", Documentation),
            ("2002:7f00:1::", Embedded),
            ("3fff:fff::1", Documentation),
            ("3ffe::1", Public),
            ("4000::1", Reserved),
            ("5f00::1", Protocol),
            ("fc00::1", UniqueLocal),
            ("fdff::1", UniqueLocal),
            ("fd00:ec2::254", Metadata),
            ("fd20:ce::254", Metadata),
            ("fd00:c1::a9fe:a9fe", Metadata),
            ("fe80::1", LinkLocal),
            ("febf::1", LinkLocal),
            ("fec0::1", Reserved),
            ("ff02::1", Multicast),
        ] {
            assert_eq!(
                classify(address.parse().expect(address)),
                class,
                "{address}"
            );
        }
    }

    /// First and last address, their class, and the classes of those before and after.
    type Edges = (
        &'static str,
        &'static str,
        AddressClass,
        Option<AddressClass>,
        Option<AddressClass>,
    );

    /// Every network with its edges.
    #[rustfmt::skip]
    const EDGES: &[Edges] = {
        use AddressClass::*;
        const OPEN: Option<AddressClass> = Some(Public);
        &[
            ("0.0.0.0", "0.255.255.255", Unspecified, None, OPEN),
            ("10.0.0.0", "10.255.255.255", Private, OPEN, OPEN),
            ("100.64.0.0", "100.100.100.199", SharedNat, OPEN, Some(Metadata)),
            ("100.100.100.200", "100.100.100.200", Metadata, Some(SharedNat), Some(SharedNat)),
            ("100.100.100.201", "100.127.255.255", SharedNat, Some(Metadata), OPEN),
            ("127.0.0.0", "127.255.255.255", Loopback, OPEN, OPEN),
            ("168.63.129.16", "168.63.129.16", Metadata, OPEN, OPEN),
            ("169.254.0.0", "169.254.169.253", LinkLocal, OPEN, Some(Metadata)),
            ("169.254.169.254", "169.254.169.254", Metadata, Some(LinkLocal), Some(LinkLocal)),
            ("169.254.170.0", "169.254.170.255", Metadata, Some(LinkLocal), Some(LinkLocal)),
            ("169.254.171.0", "169.254.255.255", LinkLocal, Some(Metadata), OPEN),
            ("172.16.0.0", "172.31.255.255", Private, OPEN, OPEN),
            ("192.0.0.0", "192.0.0.191", Protocol, OPEN, Some(Metadata)),
            ("192.0.0.192", "192.0.0.192", Metadata, Some(Protocol), Some(Protocol)),
            ("192.0.0.193", "192.0.0.255", Protocol, Some(Metadata), OPEN),
            ("192.0.2.0", "192.0.2.255", Documentation, OPEN, OPEN),
            ("192.88.99.0", "192.88.99.255", Protocol, OPEN, OPEN),
            ("192.168.0.0", "192.168.255.255", Private, OPEN, OPEN),
            ("198.18.0.0", "198.19.255.255", Benchmark, OPEN, OPEN),
            ("198.51.100.0", "198.51.100.255", Documentation, OPEN, OPEN),
            ("203.0.113.0", "203.0.113.255", Documentation, OPEN, OPEN),
            ("224.0.0.0", "239.255.255.255", Multicast, OPEN, Some(Reserved)),
            ("240.0.0.0", "255.255.255.255", Reserved, Some(Multicast), None),
            ("::", "::", Unspecified, None, Some(Loopback)),
            ("::1", "::1", Loopback, Some(Unspecified), Some(Embedded)),
            ("::2", "::ffff:ffff", Embedded, Some(Loopback), Some(Reserved)),
            ("::ffff:0.0.0.0", "::ffff:255.255.255.255", Embedded, Some(Reserved), Some(Reserved)),
            ("::ffff:0:0.0.0.0", "::ffff:0:255.255.255.255", Embedded, Some(Reserved), Some(Reserved)),
            ("64:ff9b::", "64:ff9b::ffff:ffff", Embedded, Some(Reserved), Some(Reserved)),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", Embedded, Some(Reserved), Some(Reserved)),
            ("100::", "100::ffff:ffff:ffff:ffff", Reserved, Some(Reserved), Some(Reserved)),
            ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", Embedded, OPEN, Some(Protocol)),
            ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", Protocol, Some(Embedded), OPEN),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", Documentation, OPEN, OPEN),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Embedded, OPEN, OPEN),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", Documentation, OPEN, OPEN),
            ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Protocol, Some(Reserved), Some(Reserved)),
            ("fc00::", "fd00:c0:ffff:ffff:ffff:ffff:ffff:ffff", UniqueLocal, Some(Reserved), Some(Metadata)),
            ("fd00:c1::", "fd00:c1:ffff:ffff:ffff:ffff:ffff:ffff", Metadata, Some(UniqueLocal), Some(UniqueLocal)),
            ("fd00:ec2::", "fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff", Metadata, Some(UniqueLocal), Some(UniqueLocal)),
            ("fd20:ce::", "fd20:ce:ffff:ffff:ffff:ffff:ffff:ffff", Metadata, Some(UniqueLocal), Some(UniqueLocal)),
            ("fd20:cf::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UniqueLocal, Some(Metadata), Some(Reserved)),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", LinkLocal, Some(Reserved), Some(Reserved)),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Reserved, Some(LinkLocal), Some(Multicast)),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Multicast, Some(Reserved), None),
        ]
    };

    #[test]
    fn a_class_begins_and_ends_where_its_network_does() {
        let beside = |address: IpAddr, down: bool| match address {
            IpAddr::V4(address) => {
                let bits = u32::from(address);
                let bits = if down {
                    bits.checked_sub(1)
                } else {
                    bits.checked_add(1)
                };
                bits.map(|bits| IpAddr::from(Ipv4Addr::from(bits)))
            }
            IpAddr::V6(address) => {
                let bits = u128::from(address);
                let bits = if down {
                    bits.checked_sub(1)
                } else {
                    bits.checked_add(1)
                };
                bits.map(|bits| IpAddr::from(Ipv6Addr::from(bits)))
            }
        };
        for (first, last, class, below, above) in EDGES {
            let (low, high): (IpAddr, IpAddr) =
                (first.parse().expect(first), last.parse().expect(last));
            assert_eq!(
                (classify(low), classify(high)),
                (*class, *class),
                "{first} to {last}"
            );
            assert_eq!(beside(low, true).map(classify), *below, "before {first}");
            assert_eq!(beside(high, false).map(classify), *above, "after {last}");
        }
        // No network is without its row.
        for (network, ..) in V4 {
            assert!(
                EDGES.iter().any(|row| row.0 == network.to_string()),
                "{network}"
            );
        }
        for (network, ..) in V6 {
            let known = |row: &str| row.parse() == Ok(*network);
            assert!(EDGES.iter().any(|row| known(row.0)), "{network}");
        }
    }

    #[test]
    fn an_ipv4_address_at_the_end_of_any_network_is_seen() {
        use AddressClass::{Embedded, Public};
        for (address, class) in [
            ("2606:4700::5efe:7f00:1", Embedded),
            ("2606:4700::200:5efe:a00:1", Embedded),
            ("fe80::5efe:c0a8:1", Embedded),
            ("2606:4700::1:5efe:7f00:1", Public),
            ("2606:4700::5eff:7f00:1", Public),
        ] {
            assert_eq!(
                classify(address.parse().expect(address)),
                class,
                "{address}"
            );
        }
    }

    #[test]
    fn a_grant_opens_four_classes_and_no_other() {
        let opened: Vec<_> = V4
            .iter()
            .map(|row| row.2)
            .chain(V6.iter().map(|row| row.2))
            .filter(|class| class.opens_with_private_network())
            .collect();
        for class in [
            AddressClass::Loopback,
            AddressClass::Private,
            AddressClass::SharedNat,
            AddressClass::UniqueLocal,
        ] {
            assert!(opened.contains(&class), "{class}");
        }
        for shut in [
            "169.254.169.254",
            "100.100.100.200",
            "fd00:ec2::254",
            "0.0.0.0",
            "fe80::1",
        ] {
            let class = classify(shut.parse().expect(shut));
            assert!(!class.opens_with_private_network(), "{shut}");
        }
    }

    proptest! {
        /// The standard library knows a part of the classes; where it does, it must agree.
        #[test]
        fn nothing_that_the_standard_library_calls_special_is_public(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            let special = address.is_private() || address.is_loopback() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_documentation()
                || address.is_unspecified();
            if special {
                prop_assert_ne!(classify(address.into()), AddressClass::Public);
            }
            let mapped = IpAddr::V6(address.to_ipv6_mapped());
            prop_assert_eq!(classify(mapped), AddressClass::Embedded);
        }
    }
}
