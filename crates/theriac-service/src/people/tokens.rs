//! Tokens: how machines come in. They hand in evidence and read; they never sign.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use theriac_auth::{Access, ApiToken, Permission, ProductId, Products, Scope, TokenId, TokenScope};
use theriac_store::tables::access::{self as table, TokenRow};
use theriac_store::tables::people::Name;
use theriac_store::{Act, Actor, tables};

use super::sign_in::Door;
use super::subject as subject_of;
use crate::check::Checks;
use crate::page::{Page, Paging};
use crate::{App, Result, ServiceError, Who};

/// The longest life of a token: two years.
const LONGEST: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);
const NOT_LIVE: &str = "This token is unknown, expired or revoked. Ask an administrator for a new one.";

/// A token to be issued.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What it is for; no two live tokens have the same name.
    pub name: String,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// The product's key; `None` for the organisation with all its products.
    pub product: Option<String>,
    /// From this moment on it is refused; at most two years ahead.
    pub expires_at: Timestamp,
    /// The key of who answers for what it hands in; the one who issues it where nobody is named. They approve no record
    /// that it drafted.
    pub owner: Option<String>,
}

/// A token that was issued.
#[derive(Clone)]
pub struct IssuedToken {
    /// What people and lists call it.
    pub name: String,
    /// The token itself. It is shown this once and kept nowhere.
    pub text: String,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A token as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenView {
    /// What it is for.
    pub name: String,
    /// What it may do, by key.
    pub permissions: Vec<String>,
    /// The product's key; `None` for the organisation with all its products.
    pub product: Option<String>,
    /// From this moment on it is refused.
    pub expires_at: Timestamp,
    /// Whether that moment is past.
    pub expired: bool,
    /// The key of who answers for what it hands in.
    pub owner: Option<String>,
}

fn scope(product: Option<i64>) -> Scope {
    product.map_or(Scope::Organisation, |product| Scope::Product(ProductId(product)))
}

fn subject(token: i64) -> String {
    format!("token:{token}")
}

/// Issues a token.
///
/// # Errors
/// When the name is taken, a machine may not hold a permission, the expiry is past or too far, or the actor may not.
#[crate::boxed]
pub async fn issue_token(app: &App, who: &Who, new: NewToken) -> Result<IssuedToken> {
    let action = "token issue";
    let product = match &new.product {
        None => None,
        Some(key) => {
            let product = tables::products::by_key(&mut *app.store().read().await?, key).await?;
            let place = |id| Scope::Product(ProductId(id));
            let readable = |id| who.access().allows(Permission::AdministerTokens, &place(id));
            let product = product.filter(|product| readable(product.id));
            Some(product.ok_or_else(|| ServiceError::not_found("product", key))?.id)
        }
    };
    who.require(app, Permission::AdministerTokens, scope(product), action).await?;
    let mut checks = Checks::default();
    let name = checks.line("name", &new.name, 100);
    let now = app.now();
    if new.expires_at <= now || new.expires_at.duration_since(now) > LONGEST {
        checks.wrong("expires_at", "must lie ahead, and at most two years");
    }
    let scope = TokenScope::new(new.permissions.clone(), scope(product), new.expires_at);
    let keys = scope.as_ref().map(|scope| scope.permissions().map(Permission::as_str).collect::<Vec<_>>());
    let keys = keys.unwrap_or_else(|error| {
        checks.wrong("permissions", error.to_string());
        Vec::new()
    });
    let owner = owner(app, who, &mut checks, &new, &keys).await?;
    checks.done()?;
    let token = ApiToken::new(app.store().ids());
    let mut write = who.write(app, action).await?;
    if table::token_by_name(&mut write, &name).await?.is_some() {
        return Err(ServiceError::Exists { what: "token", name });
    }
    let row = TokenRow {
        id: write.id(),
        name: name.clone(),
        permissions: keys.join(" "),
        product,
        expires_at: new.expires_at,
        owner: owner.as_ref().map(|owner| owner.id),
    };
    table::add_token(&mut write, &row, token.digest()).await?;
    let detail = json!({
        "expires_at": new.expires_at, "permissions": keys, "product": new.product,
        "owner": owner.map(|owner| subject_of(owner.id)),
    });
    write.audit(subject(row.id), None, None, detail);
    write.commit().await?;
    Ok(IssuedToken { name, text: token.reveal() })
}

/// Who answers for a token. What drafts records names somebody: an author is nobody's machine.
async fn owner(
    app: &App,
    who: &Who,
    checks: &mut Checks,
    new: &NewToken,
    permissions: &[&'static str],
) -> Result<Option<Name>> {
    let mut read = app.store().read().await?;
    let named = new.owner.as_deref().map(str::trim).filter(|key| !key.is_empty());
    let owner = match (named, who.access().person()) {
        (Some(key), _) => tables::people::by_key(&mut read, key).await?,
        (None, Some(issuer)) => tables::people::by_id(&mut read, issuer.0).await?,
        (None, None) => None,
    };
    if owner.is_none() {
        match named {
            Some(key) => checks.wrong("owner", format!("there is no person '{key}'")),
            None if permissions.iter().any(|key| key.starts_with("write-") || *key == "import-records") => {
                checks.wrong("owner", "say who answers for the records that this token drafts");
            }
            None => {}
        }
    }
    Ok(owner)
}

/// The tokens that are not revoked and that the actor administers, by name; for a token, itself.
///
/// # Errors
/// When a person administers none.
#[crate::boxed]
pub async fn tokens(app: &App, who: &Who, paging: &Paging) -> Result<Page<TokenView>> {
    let rows = match who.access().token() {
        Some(own) => {
            let row = table::token_by_id(&mut *app.store().read().await?, own.0).await?;
            row.into_iter().filter(|row| row.name.as_str() > paging.after_text()).collect()
        }
        None => {
            let products = administered(app, who, "tokens read").await?;
            let mut read = app.store().read().await?;
            table::tokens_after(&mut read, products.as_deref(), paging.after_text(), paging.fetch()).await?
        }
    };
    let mut read = app.store().read().await?;
    let page = paging.page(rows, |row| row.name.clone());
    let ids: Vec<i64> = page.items.iter().filter_map(|row| row.product).collect();
    let keys: BTreeMap<i64, String> =
        tables::products::keys_among(&mut read, &ids).await?.into_iter().collect();
    let owners: Vec<i64> = page.items.iter().filter_map(|row| row.owner).collect();
    let owners = tables::people::names_among(&mut read, &owners).await?;
    let owner = |id: Option<i64>| owners.iter().find(|name| Some(name.id) == id).map(|name| name.key.clone());
    let now = app.now();
    Ok(page.map(|row| TokenView {
        owner: owner(row.owner),
        name: row.name,
        permissions: row.permissions.split(' ').map(str::to_owned).collect(),
        product: row.product.and_then(|id| keys.get(&id).cloned()),
        expires_at: row.expires_at,
        expired: row.expires_at <= now,
    }))
}

/// The products whose tokens the actor administers, `None` for all; refused when there is none.
async fn administered(app: &App, who: &Who, action: &str) -> Result<Option<Vec<i64>>> {
    match who.access().products(Permission::AdministerTokens) {
        Products::All => Ok(None),
        Products::Only(products) if products.is_empty() => {
            who.require(app, Permission::AdministerTokens, Scope::Organisation, action).await?;
            Ok(Some(Vec::new()))
        }
        Products::Only(products) => Ok(Some(products.into_iter().map(|product| product.0).collect())),
    }
}

/// Revokes a token; what it handed in stays.
///
/// # Errors
/// When there is no such token, or the actor does not administer it.
#[crate::boxed]
pub async fn revoke_token(app: &App, who: &Who, name: &str) -> Result<()> {
    let action = "token revoke";
    administered(app, who, action).await?;
    let missing = || ServiceError::not_found("token", name);
    let found = table::token_by_name(&mut *app.store().read().await?, name).await?;
    let mine = |row: &TokenRow| who.access().allows(Permission::AdministerTokens, &scope(row.product));
    found.filter(mine).ok_or_else(missing)?;
    let mut write = who.write(app, action).await?;
    let row = table::token_by_name(&mut write, name).await?.ok_or_else(missing)?;
    table::end_token(&mut write, row.id).await?;
    write.audit(subject(row.id), None, None, json!({}));
    write.commit().await?;
    Ok(())
}

/// Who comes with a token.
///
/// # Errors
/// [`ServiceError::SignIn`] when it is no live token, [`ServiceError::Throttled`] after too many of these.
#[crate::boxed]
pub async fn who_of_token(app: &App, door: &Door<'_>, text: &str) -> Result<Who> {
    let found = match ApiToken::parse(text) {
        Err(error) => Err(error.to_string()),
        Ok(token) => {
            let row = table::token_by_digest(&mut *app.store().read().await?, token.digest()).await?;
            row.filter(|row| app.now() < row.expires_at).ok_or_else(|| NOT_LIVE.to_owned())
        }
    };
    match found {
        Ok(row) => {
            let permissions: std::result::Result<Vec<Permission>, _> =
                row.permissions.split(' ').map(str::parse).collect();
            let permissions = permissions.map_err(|error| ServiceError::Internal(error.to_string()))?;
            let scope = TokenScope::new(permissions, scope(row.product), row.expires_at);
            let scope = scope.map_err(|error| ServiceError::Internal(error.to_string()))?;
            Ok(Who::new(Access::of_token(TokenId(row.id), scope), door.via()))
        }
        Err(words) => {
            // Only failures count against the throttle, so that it never slows a live token, yet bounds the log.
            // The address alone is counted: one broken pipeline must not hide from others what is wrong with their tokens.
            door.attempt(&format!("token from {}", door.address()), app.now())?;
            app.store().refused(Act::new(Actor::System, door.via(), "token"), &words).await?;
            Err(ServiceError::SignIn(words))
        }
    }
}
