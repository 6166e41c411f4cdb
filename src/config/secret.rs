//! What is never printed, and the files and folders that only the owner may read.

use std::path::Path;

use anyhow::Context;

/// Something that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Makes a folder, and those above it, that only the owner may look into: what lies there is about
/// people. One that is there already stays as the owner has set it.
pub fn private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(PRIVATE | 0o100).create(path)
}

/// The mode of files that only the owner may read and write.
pub const PRIVATE: u32 = 0o600;

/// Reads the secret in a file, or makes one that only the owner can read.
pub(super) fn made_secret(path: &Path) -> anyhow::Result<String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    if let Ok(text) = std::fs::read_to_string(path) {
        return Ok(text.trim().to_owned());
    }
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).context("no random numbers")?;
    let secret = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(path)
        .with_context(|| format!("making {}", path.display()))?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    Ok(secret)
}
