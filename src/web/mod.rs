//! The frame of every page, language, errors as pages, static files, and the guard before staff routes.
