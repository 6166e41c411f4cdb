//! Passwords: argon2id with the parameters of RFC 9106's second choice (19 MiB, two passes).

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::error::{Error, FieldError, Result};

/// The fewest characters of a password (NIST SP 800-63B asks for length, not for kinds of characters).
pub const SHORTEST: usize = 12;

/// Hashes a new password. Takes tens of milliseconds: not on an async worker.
pub fn hash(password: &str) -> Result<String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Error::Invalid(vec![
            FieldError::new("password", "error-password-short").with("least", SHORTEST),
        ]));
    }
    if length > 200 {
        return Err(Error::Invalid(vec![
            FieldError::new("password", "error-too-long").with("most", 200),
        ]));
    }
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?;
    Ok(hash.to_string())
}

/// Whether a password fits a hash. Without a hash it takes as long and says no, so that the time
/// does not tell whether an account exists.
pub fn verify(password: &str, hash: Option<&str>) -> bool {
    match hash.and_then(|hash| PasswordHash::new(hash).ok()) {
        Some(hash) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        None => {
            let _ = Argon2::default().hash_password(password.as_bytes());
            false
        }
    }
}
