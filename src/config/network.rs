//! A range of addresses, as settings name it.

use std::net::IpAddr;

use anyhow::bail;

/// An address range such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `ADDRESS` or `ADDRESS/PREFIX`.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse::<IpAddr>()?, Some(prefix.parse::<u8>()?)),
            None => (text.parse::<IpAddr>()?, None),
        };
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        if prefix > bits {
            bail!("/{prefix} is longer than the address");
        }
        Ok(Self { address, prefix })
    }

    /// Whether an address lies in it.
    pub fn contains(&self, other: IpAddr) -> bool {
        fn bits(address: IpAddr) -> (u128, u32) {
            match address {
                IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
                IpAddr::V6(v6) => (u128::from(v6), 128),
            }
        }
        let ((mine, my_length), (theirs, their_length)) = (bits(self.address), bits(other));
        let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
        my_length == their_length && mine & mask == theirs & mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_and_no_others() -> anyhow::Result<()> {
        let network = Network::parse("10.1.0.0/16")?;
        assert!(network.contains("10.1.200.3".parse()?));
        assert!(!network.contains("10.2.0.1".parse()?));
        assert!(!network.contains("::1".parse()?));
        assert!(Network::parse("0.0.0.0/0")?.contains("192.0.2.7".parse()?));
        assert!(Network::parse("2001:db8::/32")?.contains("2001:db8:1::5".parse()?));
        assert!(Network::parse("10.0.0.0/33").is_err());
        Ok(())
    }
}
