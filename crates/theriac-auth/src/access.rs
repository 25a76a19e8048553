//! What an actor may do and where: grants or token scopes in, permits or refusals out. Deny by default.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Hands, Needs, Permission, PersonId, ProductId, Reach, Role, TokenId};

/// What something belongs to; a release and all that hangs on it belong to their product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The organisation's own things. As the scope of a grant: these and every product.
    Organisation,
    /// One product with its releases.
    Product(ProductId),
}

/// A role given to a person. The store keeps from and to; only grants in force come here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
}

/// What a token may do: permissions that a machine may hold, in one scope, up to a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenScope {
    permissions: BTreeSet<Permission>,
    scope: Scope,
    expires_at: Timestamp,
}

/// A token cannot be made like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenScopeError {
    /// Signing and administering stay with people.
    #[error(
        "a token may not {words}: machines never sign and never administer; \
         leave out '{0}' and let a person do it",
        words = .0.words()
    )]
    OnlyPeople(Permission),
    /// The permission reaches further than one product.
    #[error("'{0}' concerns the whole organisation; issue the token for the organisation or leave it out")]
    OrganisationOnly(Permission),
    /// A token without a permission can do nothing.
    #[error("the token needs at least one permission, such as upload-evidence or read-gate")]
    Nothing,
}

impl TokenScope {
    /// A token's scope.
    ///
    /// # Errors
    /// When no permission is named, or one that only people may hold or that the scope cannot give.
    pub fn new(
        permissions: impl IntoIterator<Item = Permission>,
        scope: Scope,
        expires_at: Timestamp,
    ) -> Result<Self, TokenScopeError> {
        let permissions: BTreeSet<_> = permissions.into_iter().collect();
        for permission in &permissions {
            if permission.hands() != Hands::Anyone {
                return Err(TokenScopeError::OnlyPeople(*permission));
            }
            if permission.reach() == Reach::Organisation && scope != Scope::Organisation {
                return Err(TokenScopeError::OrganisationOnly(*permission));
            }
        }
        if permissions.is_empty() {
            return Err(TokenScopeError::Nothing);
        }
        Ok(Self { permissions, scope, expires_at })
    }

    /// The permissions, in the order of the book.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> + '_ {
        self.permissions.iter().copied()
    }

    /// Where they hold.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// From this moment on the token is refused.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Whether the token still works.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in person.
    Person(PersonId),
    /// A machine with a token.
    Token(TokenId),
    /// The program itself: its jobs, and the command line on a local data folder, whose user already holds
    /// every byte. It does whatever is no signature.
    System,
}

/// Where a permission holds, for list queries: scope reaches them as data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Products {
    /// Every product, those to come included.
    All,
    /// These products; possibly none.
    Only(BTreeSet<ProductId>),
}

impl Products {
    /// Whether this product is among them.
    #[must_use]
    pub fn contains(&self, product: ProductId) -> bool {
        match self {
            Self::All => true,
            Self::Only(products) => products.contains(&product),
        }
    }
}

#[derive(Debug)]
enum Basis {
    Grants(Vec<Grant>),
    Token(TokenScope),
    System,
}

/// What one actor may do, for one request. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    actor: Actor,
    basis: Arc<Basis>,
}

impl Access {
    /// A person's access, from the grants in force.
    #[must_use]
    pub fn of_person(person: PersonId, grants: impl IntoIterator<Item = Grant>) -> Self {
        let basis = Basis::Grants(grants.into_iter().collect());
        Self { actor: Actor::Person(person), basis: Arc::new(basis) }
    }

    /// A token's access. Check [`TokenScope::is_live`] first.
    #[must_use]
    pub fn of_token(token: TokenId, scope: TokenScope) -> Self {
        Self { actor: Actor::Token(token), basis: Arc::new(Basis::Token(scope)) }
    }

    /// The access of [`Actor::System`].
    #[must_use]
    pub fn of_system() -> Self {
        Self { actor: Actor::System, basis: Arc::new(Basis::System) }
    }

    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// The person who acts, when it is one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match self.actor {
            Actor::Person(person) => Some(person),
            Actor::Token(_) | Actor::System => None,
        }
    }

    /// The token that acts, when it is one.
    #[must_use]
    pub const fn token(&self) -> Option<TokenId> {
        match self.actor {
            Actor::Token(token) => Some(token),
            Actor::Person(_) | Actor::System => None,
        }
    }

    /// The roles held anywhere, each once.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<Role> {
        match &*self.basis {
            Basis::Grants(grants) => grants.iter().map(|grant| grant.role).collect(),
            Basis::Token(_) | Basis::System => BTreeSet::new(),
        }
    }

    /// Whether the permission holds there; for what a page offers. Acting needs [`Access::require`].
    #[must_use]
    pub fn allows(&self, permission: Permission, scope: &Scope) -> bool {
        self.why_not(permission, scope).is_none()
    }

    /// The first line of a use case.
    ///
    /// # Errors
    /// With what is missing and who could do it, when the permission does not hold there.
    pub fn require(&self, permission: Permission, scope: Scope) -> Result<Permit, Denied> {
        match self.why_not(permission, &scope) {
            None => Ok(Permit { actor: self.actor, permission, scope }),
            Some(why) => Err(Denied { permission, scope, why }),
        }
    }

    /// This access as one permission, named by the type that the use case expects.
    #[must_use]
    pub fn may<P: Needs>(&self) -> May<P> {
        May { access: self.clone(), needs: PhantomData }
    }

    /// The products where the permission holds.
    #[must_use]
    pub fn products(&self, permission: Permission) -> Products {
        let only = |scopes: &mut dyn Iterator<Item = Scope>| {
            let mut products = BTreeSet::new();
            for scope in scopes {
                match scope {
                    Scope::Organisation => return Products::All,
                    Scope::Product(product) => products.insert(product),
                };
            }
            Products::Only(products)
        };
        match &*self.basis {
            Basis::System if permission.hands() == Hands::Signer => Products::Only(BTreeSet::new()),
            Basis::System => Products::All,
            Basis::Token(token) if !token.permissions.contains(&permission) => {
                Products::Only(BTreeSet::new())
            }
            Basis::Token(token) => only(&mut std::iter::once(token.scope)),
            Basis::Grants(grants) => only(&mut holding(grants, permission)),
        }
    }

    fn why_not(&self, permission: Permission, scope: &Scope) -> Option<Why> {
        match (&*self.basis, permission.hands()) {
            (Basis::System, Hands::Anyone | Hands::Person) => None,
            (Basis::System | Basis::Token(_), Hands::Signer) => Some(Why::OnlySigner),
            (Basis::Token(_), Hands::Person) => Some(Why::OnlyPerson),
            (Basis::Token(token), Hands::Anyone) if !token.permissions.contains(&permission) => {
                Some(Why::NotInToken)
            }
            (Basis::Token(token), Hands::Anyone) if reaches(permission, token.scope, *scope) => None,
            (Basis::Token(_), Hands::Anyone) => Some(Why::OtherScope),
            (Basis::Grants(grants), _) => {
                if holding(grants, permission).any(|granted| reaches(permission, granted, *scope)) {
                    None
                } else if grants.iter().any(|grant| permission.roles().contains(&grant.role)) {
                    Some(Why::OtherScope)
                } else {
                    Some(Why::NoRole)
                }
            }
        }
    }
}

/// The scopes of the grants whose role holds the permission.
fn holding(grants: &[Grant], permission: Permission) -> impl Iterator<Item = Scope> {
    let (reach, roles) = permission.row();
    grants
        .iter()
        .filter(move |grant| roles.contains(&grant.role))
        .filter(move |grant| reach != Reach::Organisation || grant.scope == Scope::Organisation)
        .map(|grant| grant.scope)
}

fn reaches(permission: Permission, granted: Scope, wanted: Scope) -> bool {
    granted == Scope::Organisation
        || granted == wanted
        || (wanted == Scope::Organisation && permission.reach() == Reach::WithOrganisation)
}

/// One actor's access as one permission: what a use case takes, so that its signature says what it needs.
///
/// ```
/// use theriac_auth::{Access, Denied, Grant, May, PersonId, ProductId, Role, Scope, needs};
///
/// fn upload(may: &May<needs::UploadEvidence>, product: ProductId) -> Result<(), Denied> {
///     let permit = may.at(Scope::Product(product))?;
///     // … hand the permit to the unit of work
///     assert!(permit.actor() == may.access().actor());
///     Ok(())
/// }
///
/// let grant = Grant { role: Role::Developer, scope: Scope::Product(ProductId(1)) };
/// let access = Access::of_person(PersonId(7), [grant]);
/// assert!(upload(&access.may(), ProductId(1)).is_ok());
/// assert!(upload(&access.may(), ProductId(2)).is_err());
/// ```
#[derive(Debug)]
pub struct May<P: Needs> {
    access: Access,
    needs: PhantomData<P>,
}

impl<P: Needs> Clone for May<P> {
    fn clone(&self) -> Self {
        self.access.may()
    }
}

impl<P: Needs> May<P> {
    /// The permission that the type names.
    pub const PERMISSION: Permission = P::PERMISSION;

    /// The permit to act there.
    ///
    /// # Errors
    /// With what is missing and who could do it.
    pub fn at(&self, scope: Scope) -> Result<Permit, Denied> {
        self.access.require(P::PERMISSION, scope)
    }

    /// The products where it holds, for a list query.
    #[must_use]
    pub fn products(&self) -> Products {
        self.access.products(P::PERMISSION)
    }

    /// Everything that the actor may do.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }
}

/// Proof that an actor may do one thing in one place; only [`Access`] makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    actor: Actor,
    permission: Permission,
    scope: Scope,
}

impl Permit {
    /// Who may.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// What they may do.
    #[must_use]
    pub const fn permission(&self) -> Permission {
        self.permission
    }

    /// Where.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }
}

/// Why something was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// None of the person's roles holds the permission.
    NoRole,
    /// The role is there, but for another product, or not for the organisation.
    OtherScope,
    /// The token was not given the permission.
    NotInToken,
    /// Only a person may do it.
    OnlyPerson,
    /// It is a signature, and machines never sign.
    OnlySigner,
}

/// A refusal, in words for the one who was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied {
    /// What was asked for.
    pub permission: Permission,
    /// Where.
    pub scope: Scope,
    /// Why not.
    pub why: Why,
}

impl Denied {
    /// The roles that could do it.
    #[must_use]
    pub fn roles(&self) -> &'static [Role] {
        self.permission.roles()
    }

    /// "an approver or a security officer", for "ask …".
    fn who(&self) -> String {
        let roles: Vec<_> = self.roles().iter().map(|role| format!("{} {role}", article(*role))).collect();
        match roles.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            Some((last, _)) => last.clone(),
            None => "nobody".to_owned(),
        }
    }

    /// "of the organisation", "of this product": where a role has to hold.
    fn place(&self) -> &'static str {
        match (self.permission.reach(), self.scope) {
            (Reach::Organisation, _) | (_, Scope::Organisation) => "the organisation",
            (_, Scope::Product(_)) => "this product or the organisation",
        }
    }
}

const fn article(role: Role) -> &'static str {
    match role {
        Role::Administrator | Role::Approver | Role::Auditor => "an",
        _ => "a",
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, key, who, place) = (self.permission.words(), self.permission, self.who(), self.place());
        match self.why {
            Why::NoRole => write!(
                f,
                "You may not {what}: it takes {who} of {place}. Ask one of them to do it, or an administrator for the role."
            ),
            Why::OtherScope => write!(
                f,
                "You may not {what} here: what you hold does not reach {place}. Ask {who} of {place} to do it, or an administrator to widen your grant."
            ),
            Why::NotInToken => write!(
                f,
                "This token may not {what}: it was issued without '{key}'. Ask an administrator for a token that has it."
            ),
            Why::OnlyPerson => write!(
                f,
                "A token may not {what}: only a person may. Let {who} of {place} sign in and do it."
            ),
            Why::OnlySigner => write!(
                f,
                "Only a person may {what}, because it is a signature, and machines never sign. Let {who} of {place} sign in and do it."
            ),
        }
    }
}

impl std::error::Error for Denied {}

#[cfg(test)]
mod tests {
    use super::*;

    const PUMP: ProductId = ProductId(1);
    const MONITOR: ProductId = ProductId(2);

    fn person(grants: &[(Role, Scope)]) -> Access {
        Access::of_person(
            PersonId(7),
            grants.iter().map(|(role, scope)| Grant { role: *role, scope: *scope }),
        )
    }

    fn token(permissions: &[Permission], scope: Scope) -> Access {
        let scope = TokenScope::new(permissions.iter().copied(), scope, Timestamp::MAX).unwrap();
        Access::of_token(TokenId(3), scope)
    }

    #[test]
    fn without_a_grant_everything_is_denied() {
        let nobody = person(&[]);
        for permission in Permission::ALL {
            assert!(!nobody.allows(*permission, &Scope::Organisation), "{permission}");
            assert!(!nobody.allows(*permission, &Scope::Product(PUMP)), "{permission}");
            assert_eq!(nobody.products(*permission), Products::Only(BTreeSet::new()));
        }
    }

    #[test]
    fn a_grant_gives_what_the_table_says_and_no_more() {
        for role in Role::ALL {
            let access = person(&[(*role, Scope::Organisation)]);
            for permission in Permission::ALL {
                let expected = permission.roles().contains(role);
                assert_eq!(access.allows(*permission, &Scope::Organisation), expected, "{role} {permission}");
                assert_eq!(
                    access.allows(*permission, &Scope::Product(PUMP)),
                    expected,
                    "{role} {permission}"
                );
            }
        }
    }

    #[test]
    fn a_grant_on_a_product_stays_there() {
        for role in Role::ALL {
            let access = person(&[(*role, Scope::Product(PUMP))]);
            for permission in Permission::ALL.iter().filter(|permission| permission.roles().contains(role)) {
                let granted = permission.reach() != Reach::Organisation;
                assert_eq!(access.allows(*permission, &Scope::Product(PUMP)), granted, "{role} {permission}");
                assert!(!access.allows(*permission, &Scope::Product(MONITOR)), "{role} {permission}");
                let organisation = permission.reach() == Reach::WithOrganisation;
                assert_eq!(
                    access.allows(*permission, &Scope::Organisation),
                    organisation,
                    "{role} {permission}"
                );
            }
        }
    }

    #[test]
    fn scope_reaches_lists_as_data() {
        let access =
            person(&[(Role::Developer, Scope::Product(PUMP)), (Role::Auditor, Scope::Product(MONITOR))]);
        assert_eq!(access.products(Permission::Read), Products::Only([PUMP, MONITOR].into()));
        assert_eq!(access.products(Permission::UploadEvidence), Products::Only([PUMP].into()));
        assert!(!access.products(Permission::UploadEvidence).contains(MONITOR));
        let officer =
            person(&[(Role::SecurityOfficer, Scope::Organisation), (Role::Tester, Scope::Product(PUMP))]);
        assert_eq!(officer.products(Permission::WriteTesting), Products::All);
        assert!(officer.products(Permission::Read).contains(MONITOR));
    }

    #[test]
    fn lists_and_single_things_agree() {
        let actors = [
            person(&[
                (Role::Developer, Scope::Product(PUMP)),
                (Role::Administrator, Scope::Product(MONITOR)),
            ]),
            person(&[(Role::Approver, Scope::Organisation)]),
            token(&[Permission::UploadEvidence, Permission::ReadGate], Scope::Product(PUMP)),
            Access::of_system(),
        ];
        for access in actors {
            for permission in Permission::ALL {
                for product in [PUMP, MONITOR] {
                    assert_eq!(
                        access.products(*permission).contains(product),
                        access.allows(*permission, &Scope::Product(product)),
                        "{:?} {permission} {product}",
                        access.actor()
                    );
                }
            }
        }
    }

    #[test]
    fn a_token_does_what_it_was_issued_for_where_it_was_issued_for() {
        let ci = token(&[Permission::UploadEvidence, Permission::ReadGate], Scope::Product(PUMP));
        assert!(ci.require(Permission::UploadEvidence, Scope::Product(PUMP)).is_ok());
        let elsewhere = ci.require(Permission::UploadEvidence, Scope::Product(MONITOR)).unwrap_err();
        assert_eq!(elsewhere.why, Why::OtherScope);
        let more = ci.require(Permission::AddBuild, Scope::Product(PUMP)).unwrap_err();
        assert_eq!(more.why, Why::NotInToken);
        assert!(more.to_string().contains("without 'add-build'"), "{more}");
    }

    #[test]
    fn a_token_cannot_be_issued_for_what_only_people_do() {
        for permission in Permission::ALL {
            let issued = TokenScope::new([*permission], Scope::Organisation, Timestamp::MAX);
            assert_eq!(issued.is_ok(), permission.hands() == Hands::Anyone, "{permission}");
        }
        let error =
            TokenScope::new([Permission::DecideRelease], Scope::Organisation, Timestamp::MAX).unwrap_err();
        assert!(error.to_string().contains("a token may not decide a release"), "{error}");
    }

    #[test]
    fn a_token_needs_a_permission_that_fits_its_scope_and_ends() {
        assert_eq!(TokenScope::new([], Scope::Organisation, Timestamp::MAX), Err(TokenScopeError::Nothing));
        assert_eq!(
            TokenScope::new([Permission::ReadAudit], Scope::Product(PUMP), Timestamp::MAX),
            Err(TokenScopeError::OrganisationOnly(Permission::ReadAudit))
        );
        let end: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let scope = TokenScope::new([Permission::ReadGate], Scope::Organisation, end).unwrap();
        assert!(scope.is_live("2026-02-28T23:59:59Z".parse().unwrap()));
        assert!(!scope.is_live(end));
    }

    #[test]
    fn the_program_itself_does_everything_but_sign() {
        let system = Access::of_system();
        for permission in Permission::ALL {
            let allowed = system.allows(*permission, &Scope::Organisation);
            assert_eq!(allowed, permission.hands() != Hands::Signer, "{permission}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_missing_and_who_could_do_it() {
        let tester = person(&[(Role::Tester, Scope::Product(PUMP))]);
        let denied = tester.require(Permission::DecideRelease, Scope::Product(PUMP)).unwrap_err();
        assert_eq!(denied.why, Why::NoRole);
        assert_eq!(
            denied.to_string(),
            "You may not decide a release: it takes a security officer or an approver of this product or the \
             organisation. Ask one of them to do it, or an administrator for the role."
        );
        let elsewhere = tester.require(Permission::WriteTesting, Scope::Product(MONITOR)).unwrap_err();
        assert_eq!(elsewhere.why, Why::OtherScope);
        assert!(elsewhere.to_string().contains("does not reach this product"), "{elsewhere}");
        let one = tester.require(Permission::AcceptRisk, Scope::Product(PUMP)).unwrap_err();
        assert!(one.to_string().contains("it takes a risk acceptor of"), "{one}");
        assert_eq!(one.roles(), [Role::RiskAcceptor]);
    }

    #[test]
    fn a_use_case_names_its_permission_as_a_type() {
        let access = person(&[(Role::Tester, Scope::Product(PUMP))]);
        let may: May<crate::needs::WriteTesting> = access.may();
        let permit = may.at(Scope::Product(PUMP)).unwrap();
        assert_eq!(permit.actor(), Actor::Person(PersonId(7)));
        assert_eq!((permit.permission(), permit.scope()), (Permission::WriteTesting, Scope::Product(PUMP)));
        assert_eq!(may.products(), Products::Only([PUMP].into()));
        assert!(may.at(Scope::Product(MONITOR)).is_err());
    }
}
