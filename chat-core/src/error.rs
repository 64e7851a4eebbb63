//! Errors, once: the stable codes that every face shows, and the error of a use case.

use crate::ports::StoreError;
use crate::relation::Refusal;
use crate::text::TextError;
use crate::time::Timestamp;
use crate::user::NameError;

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident => $text:literal, $message:literal;)*) => {
        /// A stable name for what went wrong. Programs may rely on it; the list only ever grows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$meta])* $variant),* }

        impl ErrorCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name that every face shows.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// One sentence for people. It never depends on what was asked, so it cannot leak anything.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message),* }
            }
        }
    };
}

codes! {
    /// Not understood: broken JSON, a wrong type, a missing field, an unknown operation.
    BadRequest => "bad_request", "The request could not be understood.";
    /// A text holds a character that no text may hold.
    InvalidText => "invalid_text", "The text holds a character that is not allowed.";
    /// A message without anything to see.
    EmptyMessage => "empty_message", "The text is empty.";
    /// A text over its limit.
    TooLong => "too_long", "The text is too long.";
    /// A user name outside the rules.
    InvalidUsername => "invalid_username", "A user name has 2 to 32 letters and digits of one script, with single dots, dashes or underscores between them.";
    /// A user name that only the service may carry.
    ReservedUsername => "reserved_username", "This user name is reserved.";
    /// Not an e-mail address.
    InvalidEmail => "invalid_email", "This is not an e-mail address.";
    /// A password outside the rules.
    InvalidPassword => "invalid_password", "A password has at least 8 characters and at most 1024 bytes.";
    /// The user name, or one that looks like it, exists.
    NameTaken => "name_taken", "This user name is taken.";
    /// The e-mail address has an account.
    EmailTaken => "email_taken", "This e-mail address has an account already.";
    /// A slug outside the rules.
    InvalidSlug => "invalid_slug", "A slug has 3 to 64 lower-case letters, digits and hyphens.";
    /// Another room has the slug.
    SlugTaken => "slug_taken", "Another room has this slug.";
    /// No token, or one that is not (or no longer) good.
    Unauthenticated => "unauthenticated", "Sign in to do this.";
    /// User name and password do not belong together.
    InvalidCredentials => "invalid_credentials", "The user name or the password is wrong.";
    /// Known, and not allowed.
    Forbidden => "forbidden", "You are not allowed to do this.";
    /// Banned from where they would come in.
    Banned => "banned", "Whoever is banned here does not come in.";
    /// The other user does not take messages from the asker.
    CannotMessage => "cannot_message", "You cannot write to this user.";
    /// The asker blocks the other user.
    BlockedByYou => "blocked_by_you", "You block this user. Unblock them first.";
    /// What the filter of the service does not let people say.
    MessageRefused => "message_refused", "This cannot be said here.";
    /// Kept out for a while by those who look after the server.
    AccountSuspended => "account_suspended", "This account is suspended for a while.";
    /// Kept out for good by those who look after the server.
    AccountBanned => "account_banned", "This account is banned.";
    /// Not there, or nothing that the asker may know of.
    NotFound => "not_found", "There is nothing here.";
    /// The method does not exist on this path.
    MethodNotAllowed => "method_not_allowed", "This method does not exist here.";
    /// It collided with what is there.
    Conflict => "conflict", "This collides with the present state.";
    /// They are friends already.
    AlreadyFriends => "already_friends", "You are friends already.";
    /// The same request is pending.
    AlreadyRequested => "already_requested", "You asked already.";
    /// The only owner of a group with others in it wants to go or to step down.
    LastOwner => "last_owner", "A group needs an owner. Make somebody else one first.";
    /// The message is there no more.
    MessageDeleted => "message_deleted", "This message was deleted.";
    /// As many members as a group may have.
    GroupFull => "group_full", "This group has as many members as it may have.";
    /// A known `client_id` with another body.
    ClientIdReused => "client_id_reused", "This client_id was used for another message.";
    /// The request took too long to arrive.
    RequestTimeout => "request_timeout", "The request took too long to arrive.";
    /// More bytes than allowed.
    TooLarge => "too_large", "The request is too large.";
    /// Not a media type that is read here.
    UnsupportedMediaType => "unsupported_media_type", "The body must be application/json.";
    /// Too many in a short time.
    RateLimited => "rate_limited", "Too many requests. Wait a little.";
    /// Sooner after one's last message than the slow mode of the group allows.
    SlowMode => "slow_mode", "In this group everybody waits a while between two messages.";
    /// The store (or another part behind it) cannot be reached.
    Unavailable => "unavailable", "The service is briefly unavailable. Try again.";
    /// A fault of the service itself.
    Internal => "internal", "Something went wrong on our side.";
}

impl ErrorCode {
    /// Whether the very same request can succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::RateLimited | Self::SlowMode | Self::Unavailable | Self::RequestTimeout)
    }
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    /// The asker is told no, for a reason that the code names.
    #[error("refused: {}", .0.as_str())]
    Refused(ErrorCode),
    /// Too many; the wait is in milliseconds.
    #[error("rate limited for {retry_after_ms} ms")]
    RateLimited {
        /// When it may be tried again.
        retry_after_ms: u64,
    },
    /// The asker is kept out for a while.
    #[error("suspended until {until}")]
    Suspended {
        /// When they may come back.
        until: Timestamp,
    },
    /// Too soon after one's last message in a group; the wait is in milliseconds.
    #[error("too soon by {retry_after_ms} ms")]
    TooSoon {
        /// When it may be tried again.
        retry_after_ms: u64,
    },
    /// The store failed. The cause is for the log, never for the asker.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ChatError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(code) => *code,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::Suspended { .. } => ErrorCode::AccountSuspended,
            Self::TooSoon { .. } => ErrorCode::SlowMode,
            Self::Store(StoreError::Unavailable(_)) => ErrorCode::Unavailable,
            Self::Store(StoreError::Corrupt { .. }) => ErrorCode::Internal,
        }
    }

    /// How long to wait before the same request makes sense, if that is known.
    #[must_use]
    pub const fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after_ms } | Self::TooSoon { retry_after_ms } => Some(*retry_after_ms),
            Self::Refused(_) | Self::Suspended { .. } | Self::Store(_) => None,
        }
    }

    /// Until when it stays refused, if that is known.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Suspended { until } => Some(*until),
            Self::Refused(_) | Self::RateLimited { .. } | Self::TooSoon { .. } | Self::Store(_) => None,
        }
    }
}

impl From<ErrorCode> for ChatError {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code)
    }
}

impl From<TextError> for ChatError {
    fn from(error: TextError) -> Self {
        Self::Refused(match error {
            TextError::Empty => ErrorCode::EmptyMessage,
            TextError::TooLong => ErrorCode::TooLong,
            TextError::Forbidden => ErrorCode::InvalidText,
        })
    }
}

impl From<NameError> for ChatError {
    fn from(error: NameError) -> Self {
        Self::Refused(match error {
            NameError::Length | NameError::Characters | NameError::MixedScript => ErrorCode::InvalidUsername,
            NameError::Reserved => ErrorCode::ReservedUsername,
            NameError::Email => ErrorCode::InvalidEmail,
        })
    }
}

impl From<Refusal> for ChatError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(match refusal {
            Refusal::AlreadyFriends => ErrorCode::AlreadyFriends,
            Refusal::AlreadyRequested => ErrorCode::AlreadyRequested,
            Refusal::Nothing => ErrorCode::NotFound,
            Refusal::BlockedByYou => ErrorCode::BlockedByYou,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_codes_share_a_name() {
        let names: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }
}
