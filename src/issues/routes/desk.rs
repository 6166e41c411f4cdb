//! `/admin`: the desk.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::issues::desk::{self, Desk};
use crate::issues::{Issue, IssueKind, IssueState};
use crate::mail::Closed;
use crate::newsletters::Newsletter;
use crate::signups::store::Hold;
use crate::staff::Staff;
use crate::web::page::Part;
use crate::web::{Page, html};

#[derive(Template)]
#[template(path = "issues/pages/desk.html")]
struct DeskPage {
    page: Page,
    door: Option<Closed>,
    desk: Desk,
    now: Instant,
    name: String,
    /// What stands below: see [`show`].
    numbers: Part,
}

/// `GET /admin`, with the numbers that a room below this one knows.
pub async fn show(
    request: &HttpRequest,
    app: &App,
    staff: Staff,
    numbers: Part,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let desk = app.db.read(move |conn| desk::open(conn, &staff, now)).await?;
    let page = Page::new(request);
    let name = page.reader.as_ref().map(|reader| reader.name.clone()).unwrap_or_default();
    html(&DeskPage { page, door: app.door.closed(), desk, now: app.clock.now(), name, numbers })
}

impl DeskPage {
    fn name_of(&self, issue: &Issue) -> String {
        match issue.subject.is_empty() {
            true => self.page.t("issue-untitled"),
            false => issue.subject.clone(),
        }
    }

    fn moment(&self, at: &Instant, issue: &Issue) -> String {
        self.page.time(at, &issue.zone())
    }

    /// "om 3 dage"; nothing for what is on its way.
    fn countdown(&self, issue: &Issue) -> String {
        match issue.send_at.filter(|_| issue.state == IssueState::Scheduled) {
            Some(at) => {
                let (key, number) = desk::until(at, self.now);
                self.page.t1(key, "number", number)
            }
            None => String::new(),
        }
    }

    /// Where an issue that is planned or on its way is looked after.
    fn place(&self, issue: &Issue) -> String {
        match issue.state {
            IssueState::Scheduled => format!("/admin/issues/{}/schedule", issue.uuid),
            _ => format!("/admin/deliveries/{}", issue.uuid),
        }
    }

    fn is_empty(&self) -> bool {
        self.desk.next.is_empty() && self.desk.drafts.is_empty() && !self.desk.has_sent
    }

    fn idle(&self, newsletter: &Newsletter, people: &i64) -> String {
        let number = self.page.number(people);
        let values: &[(&'static str, &dyn std::fmt::Display)] =
            &[("newsletter", &newsletter.title), ("count", people), ("number", &number)];
        self.page.texts().with("desk-idle", values)
    }

    /// "Siden mandag den 27. marts kl. 9.00 holdes bekræftelser tilbage …"
    fn held(&self, hold: &Hold, waiting: &i64) -> String {
        let number = self.page.number(waiting);
        let since = self.page.time(&hold.since, &chrono_tz::Europe::Copenhagen);
        let values: &[(&'static str, &dyn std::fmt::Display)] =
            &[("since", &since), ("count", waiting), ("number", &number)];
        self.page.texts().with("desk-held", values)
    }

    fn requests(&self) -> String {
        self.page.texts().with("desk-requests", &[("count", &self.desk.requests)])
    }

    fn may_edit(&self) -> bool {
        self.page.is("editor admin")
    }

    fn paused(&self) -> Vec<&Issue> {
        self.desk.next.iter().filter(|issue| issue.state == IssueState::Paused).collect()
    }
}
