//! Who asks, and from where.

use theriac_auth::{Access, Actor, Permission, Permit, PersonId, Reauthenticated, Scope, Signer};
use theriac_store::{Act, Write};

use crate::{App, Result, ServiceError};

/// Who asks for a use case, and from where.
#[derive(Debug, Clone)]
pub struct Who {
    access: Access,
    via: String,
}

impl Who {
    /// An actor, reached from somewhere: `web 192.0.2.7`, `api 192.0.2.7`, `cli`.
    pub fn new(access: Access, via: impl Into<String>) -> Self {
        Self { access, via: via.into() }
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
    pub async fn require(&self, app: &App, permission: Permission, scope: Scope, action: &str) -> Result<Permit> {
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
    pub async fn refused(&self, app: &App, action: &str, reason: &str) -> Result<()> {
        app.store().refused(self.act(action), reason).await?;
        Ok(())
    }

    /// Opens a unit of work for an act.
    ///
    /// # Errors
    /// What the store says.
    pub async fn write(&self, app: &App, action: &str) -> Result<Write> {
        Ok(app.store().write(self.act(action)).await?)
    }
}
