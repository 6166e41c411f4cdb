//! The keys on disk. A selector `lb1` is two files, `lb1-rsa.pem` and `lb1-ed25519.pem` (PKCS #8),
//! and the file `signing` names the selector that signs. What a switch has retired ends in `.old`
//! and stays until somebody deletes it, so that the switch can be taken back.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, RsaKeyPair};
use data_encoding::BASE64;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;

use super::Keys;

const RSA: &str = "-rsa.pem";
const ED25519: &str = "-ed25519.pem";
const RETIRED: &str = ".old";
const SIGNING: &str = "signing";

/// Why keys cannot be read or made. The texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file of a pair is missing or is no key.
    #[error(
        "the DKIM key {} cannot be used: {why}. Restore the file from a backup; or move the files \
         of its selector away and make new ones with `lederbrev dkim new`; or set \
         LEDERBREV_DKIM=off to start without signing", path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A name that no DNS label can be made of.
    #[error("{0:?} is no name for a selector: a to z, 0 to 9 and hyphens inside, 40 at most")]
    Name(String),
    /// No such selector.
    #[error(
        "there are no DKIM keys of the selector {name:?} in {}, only of: {there}. Choose one with \
         `lederbrev dkim use SELECTOR`, or with LEDERBREV_DKIM_SELECTOR where that is set", dir.display()
    )]
    Unknown {
        /// The name.
        name: String,
        /// The folder.
        dir: PathBuf,
        /// The names that there are.
        there: String,
    },
    /// Several, and none is chosen.
    #[error(
        "there are several DKIM selectors ({0}) and none is chosen: run `lederbrev dkim use SELECTOR`"
    )]
    Undecided(String),
    /// The setting comes before what is chosen.
    #[error("the setting LEDERBREV_DKIM_SELECTOR says which selector signs: change it there")]
    Set,
    /// Nothing is overwritten.
    #[error("there are keys of the selector {0:?} already; nothing was changed")]
    Exists(String),
    /// One waits already.
    #[error(
        "the selector {0:?} is made and waits: publish its records (`lederbrev dkim show`), then run `lederbrev dkim use {0}`; nothing was changed"
    )]
    Waiting(String),
    /// The folder.
    #[error("{}", path.display())]
    File {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The library failed.
    #[error("no key could be made")]
    Make,
}

/// The selectors that there are.
#[derive(Debug)]
pub struct Overview {
    /// The one that signs.
    pub signing: Option<Keys>,
    /// Those that are to be published, and sign later.
    pub next: Vec<Keys>,
    /// The names of those that do not sign any more.
    pub retired: Vec<String>,
}

/// The folder with the keys.
#[derive(Debug, Clone)]
pub struct KeyFolder {
    dir: PathBuf,
    /// `DKIM_SELECTOR`: comes before the file `signing`.
    chosen: Option<String>,
}

impl KeyFolder {
    /// A folder, which need not be there yet.
    pub fn new(dir: PathBuf, chosen: Option<String>) -> Self {
        Self { dir, chosen }
    }

    /// The keys that sign; none when there are no keys at all.
    ///
    /// # Errors
    /// When a key is broken, or when it cannot be told which one signs.
    pub fn signing(&self) -> Result<Option<Keys>, KeyError> {
        self.signing_name()?.map(|name| self.load(&name)).transpose()
    }

    /// Everything that there is.
    ///
    /// # Errors
    /// As [`KeyFolder::signing`].
    pub fn overview(&self) -> Result<Overview, KeyError> {
        let signing = self.signing_name()?;
        let (active, retired) = self.names()?;
        let others = active.into_iter().filter(|name| Some(name) != signing.as_ref());
        Ok(Overview {
            next: others.map(|name| self.load(&name)).collect::<Result<_, _>>()?,
            signing: signing.map(|name| self.load(&name)).transpose()?,
            retired,
        })
    }

    /// Makes the keys of a selector: the first one signs, a second one waits. Without a name, the
    /// next of `lb1`, `lb2`, … that was never there.
    ///
    /// # Errors
    /// When there are such keys already, or when one waits.
    pub fn make(&self, name: Option<&str>) -> Result<Keys, KeyError> {
        let (active, retired) = self.names()?;
        let name = match name {
            Some(name) => checked(name)?.to_owned(),
            None => {
                let numbers = active.iter().chain(&retired);
                let numbers =
                    numbers.filter_map(|name| name.strip_prefix("lb")?.parse::<u32>().ok());
                format!("lb{}", numbers.max().unwrap_or(0).saturating_add(1))
            }
        };
        if active.contains(&name) || retired.contains(&name) {
            return Err(KeyError::Exists(name));
        }
        let signing = self.signing_name()?;
        if let Some(waiting) = active.into_iter().find(|name| Some(name) != signing.as_ref()) {
            return Err(KeyError::Waiting(waiting));
        }
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Make)?;
        let ed25519 = Ed25519KeyPair::generate().map_err(|_| KeyError::Make)?;
        let rsa_der: Pkcs8V1Der<'_> = rsa.as_der().map_err(|_| KeyError::Make)?;
        let ed25519_der: Pkcs8V1Der<'_> = ed25519.as_der().map_err(|_| KeyError::Make)?;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(|source| KeyError::File { path: self.dir.clone(), source })?;
        write_new(&self.file(&name, RSA), pem(rsa_der.as_ref()).as_bytes())?;
        write_new(&self.file(&name, ED25519), pem(ed25519_der.as_ref()).as_bytes())?;
        if signing.is_none() {
            self.note_signing(&name)?;
        }
        // From the files, so that what is printed is what will sign.
        self.load(&name)
    }

    /// Lets a selector sign from the next start on, and retires the one before; returns its name.
    ///
    /// # Errors
    /// When there are no such keys, or when they are broken.
    pub fn choose(&self, name: &str) -> Result<Option<String>, KeyError> {
        if self.chosen.is_some() {
            return Err(KeyError::Set);
        }
        let name = checked(name)?;
        let (active, retired) = self.names()?;
        if !active.iter().any(|other| other == name) {
            if !retired.iter().any(|other| other == name) {
                return Err(self.unknown(name, active.iter().chain(&retired)));
            }
            self.rename(name, RETIRED, "")?;
        }
        self.load(name)?;
        let before = self.signing_name()?.filter(|before| before != name);
        self.note_signing(name)?;
        if let Some(before) = &before {
            self.rename(before, "", RETIRED)?;
        }
        Ok(before)
    }

    fn signing_name(&self) -> Result<Option<String>, KeyError> {
        let (active, _) = self.names()?;
        let noted = match &self.chosen {
            Some(chosen) => Some(chosen.clone()),
            None => match fs::read_to_string(self.dir.join(SIGNING)) {
                Ok(text) => Some(text.trim().to_owned()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(source) => {
                    return Err(KeyError::File { path: self.dir.join(SIGNING), source });
                }
            },
        };
        match (noted, active.as_slice()) {
            (Some(name), _) if active.contains(&name) => Ok(Some(name)),
            (Some(name), _) => Err(self.unknown(&name, active.iter())),
            (None, []) => Ok(None),
            (None, [one]) => Ok(Some(one.clone())),
            (None, several) => Err(KeyError::Undecided(several.join(", "))),
        }
    }

    fn unknown<'a>(&self, name: &str, there: impl Iterator<Item = &'a String>) -> KeyError {
        let there: Vec<&str> = there.map(String::as_str).collect();
        let there = if there.is_empty() { "(none)".to_owned() } else { there.join(", ") };
        KeyError::Unknown { name: name.to_owned(), dir: self.dir.clone(), there }
    }

    /// The names of the selectors that can sign, and of those that are retired, in order.
    fn names(&self) -> Result<(Vec<String>, Vec<String>), KeyError> {
        let wrong = |source| KeyError::File { path: self.dir.clone(), source };
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((vec![], vec![])),
            Err(error) => return Err(wrong(error)),
        };
        let (mut active, mut retired) = (Vec::new(), Vec::new());
        for entry in entries {
            let file = entry.map_err(wrong)?.file_name();
            let Some(file) = file.to_str() else { continue };
            let (file, names) = match file.strip_suffix(RETIRED) {
                Some(file) => (file, &mut retired),
                None => (file, &mut active),
            };
            // Half a pair is found here too, and said to be broken when it is read.
            let name = file.strip_suffix(RSA).or_else(|| file.strip_suffix(ED25519));
            names.extend(name.map(str::to_owned));
        }
        for names in [&mut active, &mut retired] {
            names.sort();
            names.dedup();
        }
        Ok((active, retired))
    }

    fn load(&self, name: &str) -> Result<Keys, KeyError> {
        let (rsa, ed25519) = (self.file(name, RSA), self.file(name, ED25519));
        let der = read_pem(&rsa)?;
        let rsa = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|why| {
            KeyError::Broken { path: rsa, why: format!("no RSA key of 2048 bits or more ({why})") }
        })?;
        let der = read_pem(&ed25519)?;
        let ed25519 =
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).map_err(|why| {
                KeyError::Broken { path: ed25519, why: format!("no Ed25519 key ({why})") }
            })?;
        Ok(Keys { selector: name.to_owned(), rsa, ed25519 })
    }

    fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.dir.join(format!("{name}{kind}"))
    }

    fn rename(&self, name: &str, from: &str, to: &str) -> Result<(), KeyError> {
        for kind in [RSA, ED25519] {
            let path = self.file(name, &format!("{kind}{from}"));
            fs::rename(&path, self.file(name, &format!("{kind}{to}")))
                .map_err(|source| KeyError::File { path, source })?;
        }
        Ok(())
    }

    /// Replaces the file in one step: a start in between finds the old name or the new one.
    fn note_signing(&self, name: &str) -> Result<(), KeyError> {
        let path = self.dir.join(SIGNING);
        let new = self.dir.join("signing.new");
        fs::write(&new, format!("{name}\n"))
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|source| KeyError::File { path, source })
    }
}

fn checked(name: &str) -> Result<&str, KeyError> {
    let good = (1..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    good.then_some(name).ok_or_else(|| KeyError::Name(name.to_owned()))
}

fn read_pem(path: &Path) -> Result<PrivatePkcs8KeyDer<'static>, KeyError> {
    let broken = |why: String| KeyError::Broken { path: path.to_owned(), why };
    let mode = fs::metadata(path).map_err(|why| broken(why.to_string()))?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others on this machine can read this DKIM key; chmod 600 it");
    }
    let text = fs::read(path).map_err(|why| broken(why.to_string()))?;
    // The library's own words may show a piece of the file.
    PrivatePkcs8KeyDer::from_pem_slice(&text)
        .map_err(|_| broken("no PEM file with a PRIVATE KEY (PKCS #8)".to_owned()))
}

fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem + "-----END PRIVATE KEY-----\n"
}

fn write_new(path: &Path, text: &[u8]) -> Result<(), KeyError> {
    let write = || {
        let mut file =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text)?;
        file.sync_all()
    };
    write().map_err(|source| KeyError::File { path: path.to_owned(), source })
}
