//! The example, but for its 27,699 people.

use chrono::TimeDelta;
use lederbrev::demo;
use lederbrev::issues::IssueState;
use lederbrev::issues::store::all_templates;
use lederbrev::library::store::feeds;
use lederbrev::newsletters;

use crate::both;
use crate::sending::readers;

both! {
    async fn a_new_user_sees_what_a_template_and_a_feed_are(app: TestApp) {
        let id = app.newsletter().await;
        let newsletter = app.app.db.read(move |conn| Ok(newsletters::store::find(conn, id)?));
        let newsletter = newsletter.await.unwrap();
        for _ in 0..2 {
            demo::fill_desk(&app.app, &newsletter).await.unwrap();
        }
        let (templates, feeds) = app
            .app
            .db
            .read(|conn| Ok((all_templates(conn)?, feeds::all(conn)?)))
            .await
            .unwrap();
        assert_eq!(templates.len(), 1, "a second start adds nothing");
        assert!(templates[0].fresh().is_ok());
        assert_eq!(feeds.len(), 1);
        assert!(!feeds[0].active, "it asks nobody");
    }

    async fn the_special_edition_goes_out_whenever_somebody_tries_the_example(app: TestApp) {
        let id = app.newsletter().await;
        let now = app.clock.now();
        let newsletter = app
            .app
            .db
            .write(move |conn| {
                readers(conn, id, 3, now)?;
                Ok(newsletters::store::find(conn, id)?)
            })
            .await
            .unwrap();
        // Long after the October in which the event of the example was.
        app.clock.advance(TimeDelta::days(3_500));
        let issue = demo::send(&app.app, &newsletter, |_| {}).await.unwrap();
        assert_ne!(issue.state, IssueState::Draft);
    }
}
