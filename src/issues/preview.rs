//! An issue as its readers get it. The HTML and the text are those of
//! [`Rendered::write`](super::render::Rendered::write), as in a test send and in the real one;
//! what is personal is filled in for whoever looks.

use super::compose::Composition;
use super::render::{self, Aggregate, Filled, Rendered, Untracked};
use super::splice::{Person, PersonalAddresses};
use super::{Frame, Issue};
use crate::app::App;
use crate::error::Result;
use crate::links::Links;
use crate::newsletters::{Newsletter, Tracking};

/// The headers of a document that shows a mail: it may load pictures and nothing else. Scripts
/// cannot run in it (`sandbox` without `allow-scripts`); it counts as our own origin so that the
/// page around it can keep the place to which it is scrolled.
pub const MAIL_POLICY: &str = "default-src 'none'; img-src 'self' https: data:; \
     style-src 'unsafe-inline'; sandbox allow-same-origin; frame-ancestors 'self'; \
     base-uri 'none'; form-action 'none'";

/// As [`MAIL_POLICY`], with pictures kept back: the bytes are the same, the browser asks for none.
pub const UNPICTURED_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     sandbox allow-same-origin; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// As [`MAIL_POLICY`], for the public archive: an origin of its own, and links open in a new window.
pub const PUBLIC_MAIL_POLICY: &str = "default-src 'none'; img-src 'self' https: data:; \
     style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox; \
     frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

/// As [`MAIL_POLICY`], for the web version, whose styles are files.
pub const WEB_POLICY: &str = "default-src 'none'; img-src 'self' https: data:; \
     style-src 'self'; frame-src 'self'; sandbox allow-same-origin; frame-ancestors 'self'; \
     base-uri 'none'; form-action 'none'";

/// The mail as whoever looks gets it.
pub fn mail(app: &App, composition: &Composition, name: &str) -> Result<Filled> {
    let rendered = rendered(app, composition)?;
    let written = rendered.write(&Untracked);
    Ok(written.fill(&sample(name, &SampleAddresses { links: &app.links })))
}

/// The mail as it goes out: what was frozen, once it is; else as it would be now.
pub fn rendered(app: &App, composition: &Composition) -> Result<Rendered> {
    let Composition { issue, newsletter, content, frozen, .. } = composition;
    Ok(match frozen {
        Some(frozen) => Rendered {
            subject: frozen.subject.clone(),
            preheader: frozen.preheader.clone(),
            html: frozen.html.clone(),
            text: frozen.plain_text.clone(),
            links: render::number_links(content),
        },
        None => render::render(content, &frame(app, newsletter, issue))?,
    })
}

/// How large the HTML of the mail is that readers get, in bytes: with the addresses by which clicks
/// are counted, where they are.
pub fn size(app: &App, composition: &Composition) -> Result<usize> {
    let Composition { issue, newsletter, content, .. } = composition;
    let rendered = render::render(content, &frame(app, newsletter, issue))?;
    let written = match newsletter.open_tracking {
        Tracking::Off => rendered.write(&Untracked),
        Tracking::Aggregate | Tracking::Consented => {
            rendered.write(&Aggregate { links: &app.links, issue: issue.id })
        }
    };
    Ok(written.fill(&sample("", &SampleAddresses { links: &app.links })).html.len())
}

/// What surrounds an issue that is being written.
pub fn frame(app: &App, newsletter: &Newsletter, issue: &Issue) -> Frame {
    Frame::of(newsletter, issue, &app.links, app.clock.now())
}

/// The HTML of a mail as a dark mail program shows it. `color-scheme` on a frame does not change
/// what `prefers-color-scheme` answers inside, so the question is rewritten: the only difference
/// from the mail that is sent.
pub fn darkened(html: &str) -> String {
    html.replace("(prefers-color-scheme: dark)", "(min-width: 0)")
}

/// Whoever looks, in the place of a recipient.
pub fn sample<'a>(name: &'a str, addresses: &'a SampleAddresses<'a>) -> Person<'a> {
    Person { name: Some(name).filter(|name| !name.is_empty()), addresses }
}

/// The places of personal addresses: they lead to pages that say that the link is nobody's.
pub struct SampleAddresses<'a> {
    /// The public addresses.
    pub links: &'a Links,
}

impl PersonalAddresses for SampleAddresses<'_> {
    fn unsubscribe(&self) -> String {
        self.links.url("unsubscribe/test")
    }
    fn preferences(&self) -> String {
        self.links.url("preferences/test")
    }
    fn open(&self) -> String {
        self.links.url("o/test.gif")
    }
    fn click(&self, _: i32) -> String {
        self.links.url("archive")
    }
}
