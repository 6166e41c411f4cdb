//! The content library: articles, publications, podcasts, events, e-courses, tools and projects.
