//! Where a picture is: `/images/{hash}-{width}x{height}.{ending}`. The size stands in the address, so
//! that an issue can be rendered from its content alone, the same today and in ten years.

use super::{COLUMN, MediaType};

/// The address of a file of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// SHA-256 of the file that was sent, in lower-case hex.
    pub hash: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What it is.
    pub media_type: MediaType,
}

/// More pixels a side than any file of ours has.
const MOST: u32 = 100_000;

impl Address {
    /// Reads a path of this service; `None` when it is not one of a picture.
    pub fn parse(path: &str) -> Option<Self> {
        Self::parse_name(path.strip_prefix("/images/")?)
    }

    /// Reads what stands behind `/images/`.
    pub fn parse_name(name: &str) -> Option<Self> {
        let (hash, rest) = name.split_once('-')?;
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if hash.len() != 64 || !hash.bytes().all(is_hex) {
            return None;
        }
        let (size, ending) = rest.split_once('.')?;
        let (width, height) = size.split_once('x')?;
        let pixels = |text: &str| {
            let number = text.parse().ok().filter(|number| (1..=MOST).contains(number))?;
            (number.to_string() == text).then_some(number)
        };
        let media_type = *MediaType::ALL.iter().find(|kind| kind.ending() == ending)?;
        Some(Self {
            hash: hash.to_owned(),
            width: pixels(width)?,
            height: pixels(height)?,
            media_type,
        })
    }

    /// The file that is as wide as the mail's column; `None` when this one is no wider.
    pub fn small(&self) -> Option<Self> {
        (self.width > COLUMN).then(|| Self {
            width: COLUMN,
            height: scaled(self.width, self.height, COLUMN),
            ..self.clone()
        })
    }
}

/// The height of a picture when it is made as wide as that.
pub fn scaled(width: u32, height: u32, to: u32) -> u32 {
    let exact = (u64::from(height) * u64::from(to) * 2 + u64::from(width)) / (2 * u64::from(width));
    u32::try_from(exact.max(1)).unwrap_or(MOST)
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { hash, width, height, media_type } = self;
        write!(f, "/images/{hash}-{width}x{height}.{}", media_type.ending())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_it_is_written() -> Result<(), &'static str> {
        let hash = "0123456789abcdef".repeat(4);
        let path = format!("/images/{hash}-1200x801.jpg");
        let address = Address::parse(&path).ok_or("not read")?;
        assert_eq!(address.to_string(), path);
        let small = address.small().ok_or("not small")?;
        assert_eq!(small.to_string(), format!("/images/{hash}-600x401.jpg"));
        assert_eq!(small.small(), None);
        Ok(())
    }

    #[test]
    fn what_is_not_exactly_an_address_is_none() {
        let hash = "0123456789abcdef".repeat(4);
        for wrong in [
            format!("/images/{hash}-1200x801.svg"),
            format!("/images/{hash}-1200x801.jpg?x"),
            format!("/images/{hash}-01200x801.jpg"),
            format!("/images/{hash}-+1200x801.jpg"),
            format!("/images/{hash}-0x801.jpg"),
            format!("/images/{hash}-1200.jpg"),
            format!("/images/{}-1200x801.jpg", hash.to_uppercase()),
            format!("/images/{}-1200x801.jpg", &hash[1..]),
            format!("/images/../{hash}-1200x801.jpg"),
            format!("https://lederweb.dk/images/{hash}-1200x801.jpg"),
        ] {
            assert_eq!(Address::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_height_is_rounded_and_never_nothing() {
        assert_eq!(scaled(1200, 801, 600), 401);
        assert_eq!(scaled(12_000, 1, 600), 1);
        assert_eq!(scaled(4_000, 3_000, 1_200), 900);
    }
}
