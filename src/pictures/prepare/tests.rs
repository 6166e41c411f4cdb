use image::codecs::gif::GifEncoder;
use image::{Frame, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A picture with as many colours as a photograph: red to the left, dark to the top.
fn photograph(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let noise = (x * 7919 + y * 104_729) % 13;
        let share = |part: u32, of: u32, most: u32| u8::try_from(part * most / of).unwrap_or(255);
        Rgb([255 - share(x, width, 240), share(y, height, 240), share(noise, 13, 60)])
    })
}

fn written(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    assert!(picture.into().write_to(&mut bytes, format).is_ok());
    bytes.into_inner()
}

fn refused(bytes: &[u8]) -> Option<Refusal> {
    prepare(bytes).err()
}

fn read(file: &File) -> Result<RgbImage, image::ImageError> {
    Ok(image::load_from_memory(&file.bytes)?.into_rgb8())
}

/// An APP1 segment with Exif: turned by 90 degrees (orientation 6), and a place (GPS).
fn exif() -> Vec<u8> {
    let mut tiff = Vec::new();
    tiff.extend(b"II*\0\x08\0\0\0"); // little endian, the first directory at 8
    tiff.extend(2_u16.to_le_bytes());
    // 0x0112 orientation, SHORT, 1 value: 6
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
    // 0x8825 GPS directory, LONG, at 38
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(1_u16.to_le_bytes());
    // 0x001d GPSDateStamp, ASCII, 11 characters, at 56
    tiff.extend([0x1d, 0x00, 2, 0, 11, 0, 0, 0, 56, 0, 0, 0]);
    tiff.extend(0_u32.to_le_bytes());
    tiff.extend(b"2017:03:24\0");
    let mut segment = vec![0xff, 0xe1];
    segment.extend(u16::try_from(tiff.len() + 8).unwrap_or_default().to_be_bytes());
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    segment
}

/// A PNG that is only a header: so wide, so high, and these chunks.
fn png(width: u32, height: u32, chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", header)].iter().chain(chunks) {
        bytes.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
        let named = [&name[..], data].concat();
        bytes.extend(&named);
        bytes.extend(crc(&named).to_be_bytes());
    }
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

/// A great many zeros, as zlib writes them: 1 to 1,000.
fn bomb(megabytes: u32) -> Vec<u8> {
    let blank = written(RgbImage::new(1_000, 1_000 * megabytes / 3), ImageFormat::Png);
    let mut at = 8;
    while let Some(chunk) = blank.get(at..at + 8) {
        let length = chunk[..4].try_into().map(u32::from_be_bytes).unwrap_or_default();
        let end = at + 8 + usize::try_from(length).unwrap_or_default();
        if &chunk[4..] == b"IDAT" {
            return blank[at + 8..end].to_vec();
        }
        at = end + 4;
    }
    Vec::new()
}

#[test]
fn a_photograph_is_written_anew_in_two_sizes() -> Outcome {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let made = prepare(&written(photograph(1_500, 1_001), format))
            .map_err(|refusal| format!("{format:?}: {refusal:?}"))?;
        assert_eq!(made.media_type, MediaType::Jpeg, "{format:?}");
        let sizes: Vec<_> = made.files.iter().map(|f| (f.width, f.height)).collect();
        assert_eq!(sizes, [(1_200, 801), (600, 401)], "{format:?}");
        for file in &made.files {
            let picture = read(file)?;
            assert_eq!(picture.dimensions(), (file.width, file.height));
            // Red to the left, and not to the right.
            assert!(picture.get_pixel(2, 2).0[0] > 200, "{:?}", picture.get_pixel(2, 2));
            assert!(picture.get_pixel(file.width - 2, 2).0[0] < 50);
        }
    }
    Ok(())
}

#[test]
fn a_small_picture_is_never_enlarged() -> Outcome {
    let made = prepare(&written(photograph(300, 200), ImageFormat::Jpeg))
        .map_err(|refusal| format!("{refusal:?}"))?;
    let sizes: Vec<_> = made.files.iter().map(|f| (f.width, f.height)).collect();
    assert_eq!(sizes, [(300, 200)]);
    let made = prepare(&written(photograph(900, 10), ImageFormat::Png))
        .map_err(|refusal| format!("{refusal:?}"))?;
    let sizes: Vec<_> = made.files.iter().map(|f| (f.width, f.height)).collect();
    assert_eq!(sizes, [(900, 10), (600, 7)]);
    Ok(())
}

#[test]
fn a_very_large_picture_is_made_small_in_two_steps() -> Outcome {
    let made = prepare(&written(photograph(5_000, 500), ImageFormat::Jpeg))
        .map_err(|refusal| format!("{refusal:?}"))?;
    let picture = read(&made.files[0])?;
    assert_eq!(picture.dimensions(), (1_200, 120));
    assert!(picture.get_pixel(2, 2).0[0] > 200 && picture.get_pixel(1_190, 2).0[0] < 50);
    Ok(())
}

#[test]
fn drawings_and_what_one_can_see_through_stay_png() -> Outcome {
    let mut logo = RgbaImage::from_pixel(700, 300, Rgba([200, 16, 46, 255]));
    let made = prepare(&written(logo.clone(), ImageFormat::Png)).map_err(|r| format!("{r:?}"))?;
    assert_eq!(made.media_type, MediaType::Png);
    // All of it is there, so the file has no need of a fourth channel.
    assert!(!image::load_from_memory(&made.files[0].bytes)?.color().has_alpha());
    logo.put_pixel(0, 0, Rgba([0, 0, 0, 0]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let made = prepare(&written(logo.clone(), format)).map_err(|r| format!("{r:?}"))?;
        assert_eq!(made.media_type, MediaType::Png, "{format:?}");
        let picture = image::load_from_memory(&made.files[0].bytes)?.into_rgba8();
        assert_eq!(picture.get_pixel(0, 0).0[3], 0, "{format:?}");
        assert_eq!(picture.get_pixel(350, 150).0, [200, 16, 46, 255], "{format:?}");
    }
    Ok(())
}

#[test]
fn a_photograph_is_turned_upright_and_forgets_where_it_was_taken() -> Outcome {
    let plain = written(photograph(1_600, 800), ImageFormat::Jpeg);
    let mut tagged = plain[..2].to_vec();
    tagged.extend(exif());
    tagged.extend(&plain[2..]);
    tagged.extend(b"<script>alert(1)</script>");
    let made = prepare(&tagged).map_err(|refusal| format!("{refusal:?}"))?;
    let sizes: Vec<_> = made.files.iter().map(|f| (f.width, f.height)).collect();
    assert_eq!(sizes, [(800, 1_600), (600, 1_200)]);
    let picture = read(&made.files[0])?;
    // What was at the left is at the top.
    assert!(picture.get_pixel(400, 5).0[0] > 200 && picture.get_pixel(400, 1_595).0[0] < 50);
    for file in &made.files {
        for trace in [&b"Exif"[..], b"2017:03:24", b"script"] {
            assert!(!file.bytes.windows(trace.len()).any(|part| part == trace));
        }
    }
    Ok(())
}

#[test]
fn sixteen_bits_and_grey_become_pictures_like_others() -> Outcome {
    let deep = DynamicImage::from(photograph(700, 400)).into_rgb16();
    let made = prepare(&written(deep, ImageFormat::Png)).map_err(|r| format!("{r:?}"))?;
    assert_eq!(made.media_type, MediaType::Jpeg);
    let grey = DynamicImage::from(photograph(700, 400)).into_luma8();
    let made = prepare(&written(grey, ImageFormat::Jpeg)).map_err(|r| format!("{r:?}"))?;
    assert_eq!(made.files.len(), 2);
    Ok(())
}

#[test]
fn what_moves_is_refused() -> Outcome {
    let frames = |count| (0..count).map(|_| Frame::new(RgbaImage::new(20, 20)));
    let mut still = Vec::new();
    GifEncoder::new(&mut still).encode_frames(frames(1))?;
    assert_eq!(refused(&still), None);
    let mut moving = Vec::new();
    GifEncoder::new(&mut moving).encode_frames(frames(3))?;
    assert_eq!(refused(&moving), Some(Refusal::Moving));
    let animation = [2_u32.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    let moving = png(20, 20, &[(b"acTL", animation), (b"IDAT", bomb(3)), (b"IEND", vec![])]);
    assert_eq!(refused(&moving), Some(Refusal::Moving));
    // VP8X with the flag for an animation.
    let mut moving = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x13\0\0\x13\0\0".to_vec();
    moving.extend(b"ANIM\x06\0\0\0\0\0\0\0\0\0");
    let size = u32::try_from(moving.len() - 8)?;
    moving[4..8].copy_from_slice(&size.to_le_bytes());
    assert!(matches!(refused(&moving), Some(Refusal::Moving | Refusal::Broken)));
    Ok(())
}

#[test]
fn what_is_no_picture_is_refused_by_its_bytes() {
    let cases: [(&[u8], Refusal); 12] = [
        (b"", Refusal::Empty),
        (b"<!doctype html><script>alert(1)</script>", Refusal::NoPicture),
        (b"%PDF-1.7\n", Refusal::NoPicture),
        (b"PK\x03\x04", Refusal::NoPicture),
        (b"MZ\x90\0", Refusal::NoPicture),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", Refusal::Svg),
        ("\u{feff}<?xml version=\"1.0\"?>\n<!-- x --><svg/>".as_bytes(), Refusal::Svg),
        (b"  <SVG/>", Refusal::Svg),
        (b"II*\0\x08\0\0\0", Refusal::OtherPicture),
        (b"\0\0\0\x18ftypheic\0\0\0\0", Refusal::OtherPicture),
        (b"BM\x3a\0\0\0", Refusal::OtherPicture),
        (b"<p>Her er en <b>svg</b></p>", Refusal::NoPicture),
    ];
    for (bytes, why) in cases {
        assert_eq!(refused(bytes), Some(why), "{:?}", String::from_utf8_lossy(bytes));
    }
    // A beginning that is right, and HTML behind it.
    for start in [&b"\xff\xd8\xff\xe0"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\0\0\0\0WEBP"] {
        let polyglot = [start, b"<script>alert(1)</script>"].concat();
        // As numbers, the letters behind GIF's beginning are a very large picture.
        let why = refused(&polyglot);
        assert!(matches!(why, Some(Refusal::Broken | Refusal::TooManyPixels)), "{start:?} {why:?}");
    }
}

#[test]
fn what_is_cut_off_is_refused() {
    let formats = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif];
    for format in formats {
        let whole = written(photograph(300, 200), format);
        assert_eq!(refused(&whole), None, "{format:?}");
        for part in [10, 50, 90, 99] {
            let cut = &whole[..whole.len() * part / 100];
            assert_eq!(refused(cut), Some(Refusal::Broken), "{format:?}, {part} %");
        }
    }
}

#[test]
fn a_picture_that_is_too_large_is_refused_before_it_is_decoded() {
    assert_eq!(refused(&vec![0; MOST_BYTES + 1]), Some(Refusal::TooManyBytes));
    let end = || (b"IEND", vec![]);
    for (width, height) in [(12_001, 1), (1, 12_001), (10_000, 6_001), (u32::MAX >> 1, 100_000)] {
        let bomb = png(width, height, &[(b"IDAT", vec![]), end()]);
        assert_eq!(refused(&bomb), Some(Refusal::TooManyPixels), "{width}×{height}");
    }
    // GIF and WebP say how large they are in sixteen bits and in fourteen.
    let gif = [b"GIF89a", &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, b';'][..]].concat();
    assert_eq!(refused(&gif), Some(Refusal::TooManyPixels));
    let mut jpeg = written(photograph(20, 20), ImageFormat::Jpeg);
    if let Some(frame) = jpeg.windows(2).position(|two| two == [0xff, 0xc0]) {
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    }
    assert_eq!(refused(&jpeg), Some(Refusal::TooManyPixels));
}

#[test]
fn what_unpacks_to_a_great_deal_is_not_unpacked() {
    let packed = bomb(60);
    assert!(packed.len() > 10_000 && packed.len() < 1_000_000, "{}", packed.len());
    let end = || (b"IEND", vec![]);
    // Twenty megabytes of pixels for a picture of one.
    let tiny = png(1, 1, &[(b"IDAT", packed.clone()), end()]);
    assert!(prepare(&tiny).is_ok_and(|made| made.files[0].bytes.len() < 1_000));
    // As a profile and as a text beside a true picture.
    let pixel = written(RgbImage::new(1, 1), ImageFormat::Png);
    let header = pixel[..33].to_vec();
    let rest = &pixel[33..];
    for (name, start) in [(b"iCCP", &b"x\0\0"[..]), (b"zTXt", b"x\0\0")] {
        let chunk = png(1, 1, &[(name, [start, &packed].concat())])[33..].to_vec();
        let file = [&header[..], &chunk, rest].concat();
        let made = prepare(&file);
        assert!(
            made.as_ref().is_ok_and(|made| made.files[0].bytes.len() < 1_000),
            "{:?}: {made:?}",
            String::from_utf8_lossy(name)
        );
    }
}

#[test]
fn a_decoder_that_is_given_noise_says_no_and_does_not_fall_over() {
    let formats = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif];
    let mut state = 1_u32;
    for format in formats {
        let whole = written(photograph(60, 40), format);
        for _ in 0..200 {
            let mut noisy = whole.clone();
            for _ in 0..4 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = usize::try_from(state >> 8).unwrap_or_default() % noisy.len();
                noisy[at] = state.to_be_bytes()[0];
            }
            drop(prepare(&noisy));
        }
    }
}
