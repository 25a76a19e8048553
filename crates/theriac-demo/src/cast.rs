//! Who appears in the story.

use theriac_auth::Role;
use theriac_service::people::{NewPerson, Place};

/// The password of every account of the demonstration.
pub const PASSWORD: &str = "lumen shows how it works";

/// Somebody in the story.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// What records call them.
    pub key: &'static str,
    /// The name.
    pub name: &'static str,
    /// The department.
    pub department: &'static str,
    /// The key of the line manager.
    pub manager: Option<&'static str>,
    /// The roles; without one there is no account.
    pub roles: &'static [Role],
}

const fn member(
    key: &'static str,
    name: &'static str,
    department: &'static str,
    manager: Option<&'static str>,
    roles: &'static [Role],
) -> Member {
    Member { key, name, department, manager, roles }
}

/// Everybody, managers before those they manage.
pub static CAST: &[Member] = &[
    member("vera", "Vera Olsen", "Management", None, &[]),
    member("lena", "Lena Fischer", "Development", Some("vera"), &[]),
    member("tom", "Tom Baker", "Quality", Some("vera"), &[]),
    member("ana", "Ana Okafor", "Security", Some("vera"), &[Role::SecurityOfficer]),
    member("ben", "Ben Lindqvist", "Development", Some("lena"), &[Role::Developer]),
    member("mei", "Mei Tanaka", "Quality", Some("tom"), &[Role::Tester]),
    member("cleo", "Cleo Marchetti", "Regulatory", Some("vera"), &[Role::Approver]),
    member("dan", "Dan Reyes", "Clinical affairs", Some("vera"), &[Role::ClinicalAssessor]),
    member("eve", "Eve Novak", "Products", Some("vera"), &[Role::RiskAcceptor]),
    member("otto", "Otto Brandt", "Quality", Some("tom"), &[Role::Auditor]),
    member("adam", "Adam Weiss", "Information technology", Some("vera"), &[Role::Administrator]),
];

impl Member {
    /// The address to sign in with.
    #[must_use]
    pub fn email(&self) -> String {
        format!("{}@lumen.example", self.key)
    }

    pub(crate) fn new_person(&self, password: &str) -> NewPerson {
        NewPerson {
            key: self.key.to_owned(),
            name: self.name.to_owned(),
            email: self.email(),
            place: Place {
                department: Some(self.department.to_owned()),
                manager: self.manager.map(str::to_owned),
                external: false,
            },
            from: None,
            roles: self.roles.to_vec(),
            password: (!self.roles.is_empty()).then(|| password.to_owned()),
        }
    }
}
