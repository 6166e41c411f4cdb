//! The colours that a special edition is offered. Any other may be chosen, too: what stands on a
//! colour and beside it is computed so that it can be read. These need no help.

use super::values::Colour;

/// A colour with the word of its name in the texts.
pub struct Named {
    /// Its word.
    pub name: &'static str,
    /// The colour.
    pub colour: Colour,
}

/// What the form sends when it is none of [`PALETTE`].
pub const OWN: &str = "own";

/// The colours, the first being that of an issue for which nobody has chosen.
pub const PALETTE: [Named; 7] = [
    Named { name: "petrol", colour: Colour::of(0x0b_4f_5c) },
    Named { name: "sea", colour: Colour::of(0x1d_4f_91) },
    Named { name: "forest", colour: Colour::of(0x23_5d_3a) },
    Named { name: "wine", colour: Colour::of(0x82_1f_3c) },
    Named { name: "plum", colour: Colour::of(0x5c_2d_70) },
    Named { name: "copper", colour: Colour::of(0x8f_43_12) },
    Named { name: "slate", colour: Colour::of(0x3d_48_54) },
];

/// Whether a colour, as the form has it, is one of them.
pub fn has(colour: &str) -> bool {
    PALETTE.iter().any(|named| named.colour.to_string() == colour)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_read_as_ground_and_as_text_in_light_and_in_dark() {
        let (tint, dark) = (Colour::of(0xf1_f4_f6), Colour::of(0x24_2d_34));
        for Named { name, colour } in PALETTE {
            assert_eq!(colour.text(), Colour::WHITE, "{name}");
            assert!(colour.contrast(Colour::WHITE) >= 4.5, "{name}");
            assert_eq!(colour.on_light(), colour, "{name} needs no help on a light ground");
            assert!(colour.contrast(tint) >= 4.5, "{name}");
            assert!(colour.on_dark().contrast(dark) >= 4.5, "{name}");
            // One can see where the banner begins, also on the dark page.
            assert_ne!(colour, dark, "{name}");
        }
        assert_eq!(PALETTE[0].colour, Colour::default());
    }

    #[test]
    fn all_are_different() {
        for (at, named) in PALETTE.iter().enumerate() {
            let others = PALETTE.iter().skip(at + 1);
            for other in others {
                assert_ne!(named.colour, other.colour, "{}", named.name);
                assert_ne!(named.name, other.name);
            }
        }
    }
}
