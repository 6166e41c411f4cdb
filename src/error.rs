//! What can go wrong for a caller, and the only [`ResponseError`]: an [`Error`] knows its status;
//! [`crate::web::errors`] turns it into a page or into problem+json, in the reader's language.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

/// The result of a verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One field of a form or of a JSON body that cannot be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name as it is in the form or the JSON body; `""` is the whole.
    pub field: String,
    /// The Fluent message that says what is wrong and what to do.
    pub code: &'static str,
    /// Values for the message.
    pub args: Vec<(&'static str, String)>,
}

impl FieldError {
    /// A finding without values.
    pub fn new(field: impl Into<String>, code: &'static str) -> Self {
        Self { field: field.into(), code, args: Vec::new() }
    }

    /// With one value for the message.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// What a caller can be told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 404: nothing there, or a token that nobody issued.
    #[error("not found")]
    NotFound,
    /// 410: it was there; a link that has expired.
    #[error("expired")]
    Gone,
    /// 401, or on a page a redirect to the sign-in.
    #[error("sign-in needed")]
    SignIn,
    /// 403: signed in, but the role may not.
    #[error("not allowed")]
    Forbidden,
    /// 400: not readable at all.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// 405: there is such a path, for the methods that are named.
    #[error("not with this method, but {0}")]
    Method(String),
    /// 413.
    #[error("too large")]
    TooLarge,
    /// 415: a body of a kind that is not read here.
    #[error("not this kind of body")]
    MediaType,
    /// 422: readable, but some fields cannot be taken.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// 409: somebody else changed it, or its state does not allow it. The code is a Fluent message.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// 412: the revision that an edit builds on is not the newest.
    #[error("changed in the meantime")]
    Stale,
    /// 429.
    #[error("too many requests")]
    TooMany,
    /// 503: something that the service leans on is away.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// 500: the database said no.
    #[error("the database failed")]
    Database(#[source] diesel::result::Error),
    /// 500: anything else that should not happen.
    #[error("internal error")]
    Internal(#[from] anyhow::Error),
}

impl Error {
    /// One field that cannot be taken.
    pub fn field(field: impl Into<String>, code: &'static str) -> Self {
        Self::Invalid(vec![FieldError::new(field, code)])
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            diesel::result::Error::DatabaseError(_, why) if is_unstorable(why.message()) => {
                Self::BadRequest(
                    "a value holds what a database cannot: U+0000, or a day far out".into(),
                )
            }
            other => Self::Database(other),
        }
    }
}

/// Whether PostgreSQL says that it can hold no such value: a NUL in a text or in JSON, a day in
/// the year −262143. Only what was sent to us can have such values, and all of it ends up there.
fn is_unstorable(message: &str) -> bool {
    [" 0x00", "unsupported Unicode escape", "date out of range", "timestamp out of range"]
        .iter()
        .any(|words| message.contains(words))
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The bare status: the middleware of [`crate::web::errors`] reads the error again from the
    /// response and writes the body, because only it knows the path and the language.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
