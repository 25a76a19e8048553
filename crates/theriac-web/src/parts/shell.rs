//! What surrounds every page: head, global bar, side navigation, breadcrumbs, foot.

use theriac_auth::Permission;

use super::{Crumb, Note};

/// The item of the global bar a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// My work.
    MyWork,
    /// Products and releases.
    Products,
    /// Records.
    Records,
    /// Findings over all releases.
    Findings,
    /// Components over all releases.
    Components,
    /// Audit log.
    Audit,
    /// Account, people, search, errors: none of the items.
    Other,
}

impl Area {
    /// The items of the global bar, in their order.
    pub const BAR: [Self; 6] =
        [Self::MyWork, Self::Products, Self::Records, Self::Findings, Self::Components, Self::Audit];

    /// What it takes to open the page behind the item; `None` for what everybody has.
    #[must_use]
    pub const fn needs(self) -> Option<Permission> {
        match self {
            Self::MyWork | Self::Other => None,
            Self::Products | Self::Records | Self::Findings | Self::Components => Some(Permission::Read),
            Self::Audit => Some(Permission::ReadAudit),
        }
    }

    /// What is read, and where it leads.
    const fn link(self) -> (&'static str, &'static str) {
        match self {
            Self::MyWork => ("My work", "/"),
            Self::Products => ("Products", "/products"),
            Self::Records => ("Records", "/records"),
            Self::Findings => ("Findings", "/findings"),
            Self::Components => ("Components", "/components"),
            Self::Audit => ("Audit", "/audit"),
            Self::Other => ("Account", "/account"),
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much room a row takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Density {
    /// 33 px a row.
    #[default]
    Comfortable,
    /// 27 px a row.
    Compact,
}

/// The person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Full name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
}

impl User {
    /// A person, with the initials of the first and last word of the name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        let mut words = name.split_whitespace();
        let letter = |word: Option<&str>| word.and_then(|word| word.chars().next());
        let first = letter(words.next());
        let last = letter(words.next_back());
        let initials = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
        Self { name, initials }
    }
}

/// One item of the side navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideItem {
    /// What is read.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// What is open ("12 open"), else the total; may be empty.
    pub count: String,
    /// Whether this page belongs to it.
    pub current: bool,
}

/// A headed group of the side navigation: Release, Product, Field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideGroup {
    /// Heading.
    pub label: String,
    /// Items.
    pub items: Vec<SideItem>,
}

/// The navigation inside a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideNav {
    /// Name of the product.
    pub product: String,
    /// Version of the release; `None` on pages of the product itself.
    pub release: Option<String>,
    /// Where another release or product is chosen.
    pub switch: String,
    /// Groups.
    pub groups: Vec<SideGroup>,
}

/// What surrounds a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// Title of the window, without the name of the program.
    pub title: String,
    /// Item of the global bar.
    pub area: Area,
    /// Name of the organisation, in the foot.
    pub organisation: String,
    /// Who is signed in; `None` on pages before that.
    pub user: Option<User>,
    /// The items of the global bar that the person may open.
    pub bar: Vec<Area>,
    /// CSRF token of the session, for every form of the page.
    pub csrf: String,
    /// Navigation inside a product.
    pub side: Option<SideNav>,
    /// Path above the heading; empty on top pages.
    pub crumbs: Vec<Crumb>,
    /// Said once after an action that worked.
    pub toast: Option<String>,
    /// Notices above everything else: a past date, demonstration data, a stale feed.
    pub banners: Vec<Note>,
    /// Light or dark.
    pub theme: Theme,
    /// Density of rows.
    pub density: Density,
    /// Whether single keys act as shortcuts (WCAG 2.1.4 wants a way to turn them off).
    pub keys: bool,
    /// The same content in the API.
    pub api: Option<String>,
}

impl Shell {
    /// A page for a person, without side navigation.
    #[must_use]
    pub fn new(title: impl Into<String>, area: Area, organisation: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            area,
            organisation: organisation.into(),
            user: None,
            bar: Area::BAR.to_vec(),
            csrf: String::new(),
            side: None,
            crumbs: Vec::new(),
            toast: None,
            banners: Vec::new(),
            theme: Theme::System,
            density: Density::Comfortable,
            keys: true,
            api: None,
        }
    }

    /// The items of the global bar: words, address, whether current.
    #[must_use]
    pub fn areas(&self) -> Vec<(&'static str, &'static str, bool)> {
        let item = |area: &Area| {
            let (label, href) = area.link();
            (label, href, *area == self.area)
        };
        self.bar.iter().map(item).collect()
    }

    /// Value of `data-theme`; empty when the system decides.
    #[must_use]
    pub fn theme_word(&self) -> &'static str {
        match self.theme {
            Theme::System => "",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Value of `data-density`; empty for the usual one.
    #[must_use]
    pub fn density_word(&self) -> &'static str {
        match self.density {
            Density::Comfortable => "",
            Density::Compact => "compact",
        }
    }
}
