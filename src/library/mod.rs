//! The content library: articles, publications, podcasts, events, e-courses, tools and projects.

use crate::text_enum;

text_enum! {
    /// What an item is.
    pub enum ItemKind {
        /// An article.
        Article = "article",
        /// A publication.
        Publication = "publication",
        /// A podcast.
        Podcast = "podcast",
        /// An event.
        Event = "event",
        /// An e-course.
        Ecourse = "ecourse",
        /// A tool.
        Tool = "tool",
        /// A project.
        Project = "project",
    }
}
