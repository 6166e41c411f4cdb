//! Who an issue is from, and as which list it comes: frozen when it is scheduled, so that the
//! settings can change while it is on its way, and a second copy has the same Message-ID.

use serde::{Deserialize, Serialize};

use crate::newsletters::Newsletter;

/// What of a newsletter stands in the headers of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// The sender's name.
    pub name: String,
    /// The sender's address.
    pub email: String,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<String>,
    /// The newsletter's title.
    pub list_title: String,
    /// The newsletter's slug, the first part of its List-Id.
    pub list: String,
}

impl Sender {
    /// As the newsletter is now.
    pub fn of(newsletter: &Newsletter) -> Self {
        Self {
            name: newsletter.sender_name.clone(),
            email: newsletter.sender_email.clone(),
            reply_to: newsletter.reply_to.clone(),
            list_title: newsletter.title.clone(),
            list: newsletter.slug.clone(),
        }
    }
}
