//! From the bytes that somebody sent to the files that we serve.
//!
//! What a file is, its bytes say, not its name. Its size is looked at before it is decoded. Then
//! it is turned upright, made as wide as we need it, and written anew, so that of the file itself
//! nothing is left: no place where it was taken, no comment, no colour profile, no page of HTML
//! behind the picture.

use std::collections::HashSet;
use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, imageops,
};

use super::address::scaled;
use super::{COLUMN, DOUBLE, MediaType};
use crate::error::FieldError;

/// Largest file, in bytes: twice what the cameras of telephones make.
pub const MOST_BYTES: usize = 20_000_000;
/// Most pixels: what the cameras of telephones make at most is 50 million.
pub const MOST_PIXELS: u64 = 60_000_000;
/// Most pixels a side.
pub const MOST_SIDE: u32 = 12_000;
/// What a decoder may use, in bytes: four bytes for each of the pixels, and a little more.
const MOST_MEMORY: u64 = 320_000_000;
/// JPEG's measure from 1 to 100. Above it files grow and nobody sees why.
const QUALITY: u8 = 82;
/// A drawing has no more colours than that; a photograph has tens of thousands.
const FEW_COLOURS: usize = 1_000;

/// A picture that was made anew.
#[derive(Debug)]
pub struct Prepared {
    /// What its files are.
    pub media_type: MediaType,
    /// The largest first; each has a width of its own.
    pub files: Vec<File>,
}

/// A file of it.
#[derive(Debug)]
pub struct File {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// The file itself.
    pub bytes: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing in it, or no file was sent.
    Empty,
    /// It has more bytes than [`MOST_BYTES`].
    TooManyBytes,
    /// It has more pixels than [`MOST_PIXELS`], or than [`MOST_SIDE`] a side.
    TooManyPixels,
    /// SVG: a program, not only a picture.
    Svg,
    /// A picture of a kind that mails do not show: TIFF, HEIC, AVIF, BMP.
    OtherPicture,
    /// No picture at all, whatever its name says.
    NoPicture,
    /// It moves.
    Moving,
    /// It is cut off, or not what it begins as.
    Broken,
}

impl Refusal {
    /// What is wrong and what to do about it.
    pub fn error(self, field: &str) -> FieldError {
        let code = match self {
            Self::Empty => "error-picture-empty",
            Self::TooManyBytes => "error-picture-bytes",
            Self::TooManyPixels => "error-picture-pixels",
            Self::Svg => "error-picture-svg",
            Self::OtherPicture => "error-picture-other",
            Self::NoPicture => "error-picture-none",
            Self::Moving => "error-picture-moving",
            Self::Broken => "error-picture-broken",
        };
        let error = FieldError::new(field, code);
        match self {
            Self::TooManyBytes => error.with("most", MOST_BYTES / 1_000_000),
            Self::TooManyPixels => {
                error.with("most", MOST_PIXELS / 1_000_000).with("side", MOST_SIDE)
            }
            _ => error,
        }
    }
}

/// Makes the files of a picture.
///
/// # Errors
/// A [`Refusal`] says why it is none that can be taken.
pub fn prepare(bytes: &[u8]) -> Result<Prepared, Refusal> {
    let format = kind(bytes)?;
    let (picture, orientation) = decode(bytes, format)?;
    let has_alpha = is_seen_through(&picture);
    let media_type = match format {
        // A photograph stays one, and what was a JPEG has its noise already.
        ImageFormat::Jpeg => MediaType::Jpeg,
        _ if has_alpha || has_few_colours(&picture) => MediaType::Png,
        _ => MediaType::Jpeg,
    };
    // One shape for all from here on: sixteen bits and grey become eight bits and colours.
    let picture = match has_alpha {
        true => DynamicImage::from(picture.into_rgba8()),
        false => DynamicImage::from(picture.into_rgb8()),
    };
    // Turning a small picture takes less memory than turning a large one.
    let mut large = shrink(picture, is_turned(orientation), DOUBLE);
    large.apply_orientation(orientation);
    let small = (large.width() > COLUMN).then(|| shrink(large.clone(), false, COLUMN));
    let mut files = vec![encode(&large, media_type)?];
    if let Some(small) = small {
        files.push(encode(&small, media_type)?);
    }
    Ok(Prepared { media_type, files })
}

/// What a file is, by its bytes.
fn kind(bytes: &[u8]) -> Result<ImageFormat, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::Empty);
    }
    if bytes.len() > MOST_BYTES {
        return Err(Refusal::TooManyBytes);
    }
    match image::guess_format(bytes) {
        Ok(
            format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP | ImageFormat::Gif),
        ) => Ok(format),
        Ok(_) => Err(Refusal::OtherPicture),
        Err(_) if is_heif(bytes) => Err(Refusal::OtherPicture),
        Err(_) if is_svg(bytes) => Err(Refusal::Svg),
        Err(_) => Err(Refusal::NoPicture),
    }
}

/// HEIC and its kin, as telephones make them.
fn is_heif(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp")
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..1_000).unwrap_or(bytes);
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start).trim_ascii_start();
    start.starts_with(b"<") && start.windows(4).any(|four| four.eq_ignore_ascii_case(b"<svg"))
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), Refusal> {
    let limits = || {
        let mut limits = Limits::no_limits();
        limits.max_image_width = Some(MOST_SIDE);
        limits.max_image_height = Some(MOST_SIDE);
        limits.max_alloc = Some(MOST_MEMORY);
        limits
    };
    let file = Cursor::new(bytes);
    match format {
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(file, limits()).map_err(broken)?;
            if decoder.is_apng().map_err(broken)? {
                return Err(Refusal::Moving);
            }
            picture(decoder, limits())
        }
        ImageFormat::Jpeg => {
            check_jpeg(bytes)?;
            picture(JpegDecoder::new(file).map_err(broken)?, limits())
        }
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(file).map_err(broken)?;
            if decoder.has_animation() {
                return Err(Refusal::Moving);
            }
            picture(decoder, limits())
        }
        _ => {
            let Some([w, x, h, i]) = bytes.get(6..10) else { return Err(Refusal::Broken) };
            let pixels = |low: &u8, high: &u8| u32::from(u16::from_le_bytes([*low, *high]));
            check_size((pixels(w, x), pixels(h, i)))?;
            let mut decoder = GifDecoder::new(file).map_err(broken)?;
            decoder.set_limits(limits()).map_err(broken)?;
            let mut frames = decoder.into_frames();
            let first = frames.next().ok_or(Refusal::Broken)?.map_err(broken)?;
            match frames.next() {
                None => Ok((first.into_buffer().into(), Orientation::NoTransforms)),
                Some(Ok(_)) => Err(Refusal::Moving),
                Some(Err(_)) => Err(Refusal::Broken),
            }
        }
    }
}

fn check_size((width, height): (u32, u32)) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    if width > MOST_SIDE || height > MOST_SIDE || pixels > MOST_PIXELS {
        return Err(Refusal::TooManyPixels);
    }
    if pixels == 0 { Err(Refusal::Broken) } else { Ok(()) }
}

fn picture(
    mut decoder: impl ImageDecoder,
    limits: Limits,
) -> Result<(DynamicImage, Orientation), Refusal> {
    check_size(decoder.dimensions())?;
    decoder.set_limits(limits).map_err(broken)?;
    // A picture without the note, or with one that cannot be read, stands as it is.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(broken)?, orientation))
}

fn broken(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooManyPixels,
        _ => Refusal::Broken,
    }
}

/// Walks through a JPEG from marker to marker, through all its scans: how large it is, and that it
/// comes to its end. The decoder has a limit of its own, and paints grey what is missing.
fn check_jpeg(bytes: &[u8]) -> Result<(), Refusal> {
    const END: u8 = 0xd9;
    let mut at = 2;
    loop {
        // The pixels of a scan are behind it, up to the next marker: `FF 00`, filling and restarts
        // belong to them.
        let rest = bytes.get(at..).unwrap_or_default();
        let next = rest.windows(2).position(
            |two| matches!(two, [0xff, marker] if !matches!(marker, 0x00 | 0xd0..=0xd7 | 0xff)),
        );
        let segment = rest.get(next.ok_or(Refusal::Broken)?..).unwrap_or_default();
        match segment {
            [_, END, ..] => return Ok(()),
            // A frame: its length, the bits of a sample, how high, how wide.
            [_, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf, _, _, _, h, i, w, x, ..] => {
                let pixels = |high, low| u32::from(u16::from_be_bytes([high, low]));
                check_size((pixels(*w, *x), pixels(*h, *i)))?;
            }
            _ => {}
        }
        let [_, _, high, low, ..] = segment else { return Err(Refusal::Broken) };
        at = bytes.len() - segment.len() + 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
}

/// Whether width and height change places when a picture is turned upright.
fn is_turned(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Makes a picture so wide at most, or so high when it is to be turned. It is never enlarged.
fn shrink(picture: DynamicImage, is_turned: bool, most: u32) -> DynamicImage {
    let (width, height) = (picture.width(), picture.height());
    let (to_width, to_height) = match is_turned {
        false if width > most => (most, scaled(width, height, most)),
        true if height > most => (scaled(height, width, most), most),
        _ => return picture,
    };
    // First by averages, which takes no memory; the good filter then has less to do.
    let picture = if width > 4 * to_width && height > 4 * to_height {
        picture.thumbnail_exact(2 * to_width, 2 * to_height)
    } else {
        picture
    };
    picture.resize_exact(to_width, to_height, imageops::FilterType::Lanczos3)
}

fn is_seen_through(picture: &DynamicImage) -> bool {
    match picture {
        DynamicImage::ImageRgba8(pixels) => pixels.pixels().any(|pixel| pixel.0[3] < u8::MAX),
        other if other.color().has_alpha() => {
            other.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
        }
        _ => false,
    }
}

fn has_few_colours(picture: &DynamicImage) -> bool {
    use image::GenericImageView;
    let mut seen = HashSet::new();
    for (_, _, pixel) in picture.pixels() {
        seen.insert(pixel.0);
        if seen.len() > FEW_COLOURS {
            return false;
        }
    }
    true
}

fn encode(picture: &DynamicImage, media_type: MediaType) -> Result<File, Refusal> {
    let mut bytes = Vec::new();
    match media_type {
        MediaType::Jpeg => {
            picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        }
        MediaType::Png => picture.write_with_encoder(PngEncoder::new_with_quality(
            &mut bytes,
            CompressionType::Best,
            FilterType::Adaptive,
        )),
    }
    .map_err(|_| Refusal::Broken)?;
    Ok(File { width: picture.width(), height: picture.height(), bytes })
}

#[cfg(test)]
mod tests;
