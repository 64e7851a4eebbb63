//! How it looks what users say of themselves.

use chat_core::ChatError;
use chat_core::text::{AvatarUrl, Description, Label};
use chat_core::user::{ProfileUpdate, User};
use serde::{Deserialize, Serialize};

use super::changes::given;

/// What a user says of themselves; what is absent is not said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UserUpdatedView {
    /// Who.
    pub user_id: i64,
    /// What they want to be called.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub display_name: Option<String>,
    /// What they say of themselves.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bio: Option<String>,
    /// Where their picture lies.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar_url: Option<String>,
    /// Whether the account was deleted; then the name stands for nobody. Absent if not.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_deleted: bool,
}

impl From<&User> for UserUpdatedView {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.get(),
            display_name: user.display_name.as_ref().map(Label::as_str).map(str::to_owned),
            bio: user.bio.as_ref().map(Description::as_str).map(str::to_owned),
            avatar_url: user.avatar.as_ref().map(AvatarUrl::as_str).map(str::to_owned),
            is_deleted: user.deleted_at.is_some(),
        }
    }
}

/// What one says of oneself anew; what is absent stays, and null takes away.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProfileUpdateView {
    /// What one wants to be called.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, min_length = 1, max_length = 100))]
    pub display_name: Option<Option<String>>,
    /// What one says of oneself.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, min_length = 1, max_length = 500))]
    pub bio: Option<Option<String>>,
    /// Where one's picture lies: an https address, or a path of this server.
    #[serde(default, deserialize_with = "given")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, max_length = 500))]
    pub avatar_url: Option<Option<String>>,
}

impl TryFrom<ProfileUpdateView> for ProfileUpdate {
    type Error = ChatError;

    fn try_from(view: ProfileUpdateView) -> Result<Self, ChatError> {
        let name = |text: Option<String>| text.as_deref().map(Label::new).transpose();
        let bio = |text: Option<String>| text.as_deref().map(Description::new).transpose();
        let avatar = |text: Option<String>| text.as_deref().map(AvatarUrl::new).transpose();
        Ok(Self {
            display_name: view.display_name.map(name).transpose()?,
            bio: view.bio.map(bio).transpose()?,
            avatar: view.avatar_url.map(avatar).transpose()?,
        })
    }
}
