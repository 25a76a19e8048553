//! Who asks, and from where.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use theriac_auth::{Access, Actor, Permission, Permit, PersonId, Reauthenticated, Scope, Signer};
use theriac_model::Digest;
use theriac_store::{Act, Earlier, Write};

use crate::{App, Result, ServiceError};

/// Who asks for a use case, and from where.
#[derive(Debug, Clone)]
pub struct Who {
    access: Access,
    via: String,
    once: Option<Arc<Once>>,
}

/// A request that is to be carried out once, however often it is sent.
#[derive(Debug)]
struct Once {
    key: String,
    request: Digest,
    taken: AtomicBool,
}

impl Who {
    /// An actor, reached from somewhere: `web 192.0.2.7`, `api 192.0.2.7`, `cli`.
    pub fn new(access: Access, via: impl Into<String>) -> Self {
        Self { access, via: via.into(), once: None }
    }

    /// The same, for a request with an idempotency key: the first unit of work that commits takes the key with it, and
    /// another one under the same key is refused.
    #[must_use]
    pub fn once(mut self, key: &str, request: Digest) -> Self {
        let once = Once { key: key.to_owned(), request, taken: AtomicBool::new(false) };
        self.once = Some(Arc::new(once));
        self
    }

    /// The program itself.
    #[must_use]
    pub fn system(via: &str) -> Self {
        Self::new(Access::of_system(), via)
    }

    /// What the actor may do.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// From where.
    #[must_use]
    pub fn via(&self) -> &str {
        &self.via
    }

    /// The person, where it is one.
    ///
    /// # Errors
    /// When a machine asks for what only a person does.
    pub fn person(&self) -> Result<PersonId> {
        self.access.person().ok_or_else(|| ServiceError::rule("Only a signed-in person can do this."))
    }

    /// What the audit log says about this act.
    #[must_use]
    pub fn act(&self, action: &str) -> Act {
        let actor = match self.access.actor() {
            Actor::Person(person) => theriac_store::Actor::Person(person.0),
            Actor::Token(token) => theriac_store::Actor::Token(token.0),
            Actor::System => theriac_store::Actor::System,
        };
        Act::new(actor, &self.via, action)
    }

    /// Checks a permission; a refusal is written to the audit log.
    ///
    /// # Errors
    /// [`ServiceError::Denied`] with what is missing.
    #[crate::boxed]
    pub async fn require(
        &self,
        app: &App,
        permission: Permission,
        scope: Scope,
        action: &str,
    ) -> Result<Permit> {
        match self.access.require(permission, scope) {
            Ok(permit) => Ok(permit),
            Err(denied) => {
                self.refused(app, action, &denied.to_string()).await?;
                Err(denied.into())
            }
        }
    }

    /// The signer for a permission and a place; a refusal is written to the audit log.
    ///
    /// # Errors
    /// [`ServiceError::NotSigned`] with the reason.
    pub async fn signer<'a>(
        &self,
        app: &App,
        proof: &'a Reauthenticated,
        permission: Permission,
        scope: Scope,
        action: &str,
    ) -> Result<Signer<'a>> {
        match Signer::new(&self.access, proof, permission, scope) {
            Ok(signer) => Ok(signer),
            Err(refusal) => {
                self.refused(app, action, &refusal.to_string()).await?;
                Err(refusal.into())
            }
        }
    }

    /// Writes down that an act was refused.
    ///
    /// # Errors
    /// What the store says.
    #[crate::boxed]
    pub async fn refused(&self, app: &App, action: &str, reason: &str) -> Result<()> {
        app.store().refused(self.act(action), reason).await?;
        Ok(())
    }

    /// Opens a unit of work for an act.
    ///
    /// # Errors
    /// What the store says; [`ServiceError::Repeated`] when the request was carried out already.
    #[crate::boxed]
    pub async fn write(&self, app: &App, action: &str) -> Result<Write> {
        let mut write = app.store().write(self.act(action)).await?;
        if let Some(once) = &self.once {
            // A use case that writes twice, or begins anew after it was overtaken, takes its own key along.
            let taken = once.taken.swap(true, Ordering::SeqCst);
            let actor = write.act().actor;
            match write.earlier(actor, &once.key, once.request).await? {
                Earlier::Unknown => write.remember(&once.key, once.request, 0, "").await?,
                Earlier::Answered { .. } | Earlier::OtherRequest if taken => {}
                Earlier::Answered { .. } | Earlier::OtherRequest => return Err(ServiceError::Repeated),
            }
        }
        Ok(write)
    }
}
