//! What happened when.

use theriac_conformity::facts::words::Route;
use theriac_service::gate;
use theriac_service::people::{self, Init};
use theriac_service::products::{self, NewBuild, NewProduct, NewRelease};
use theriac_service::records::ScopeInput;
use theriac_service::{App, Who};

use crate::files::FIRST;
use crate::teller::{Teller, scene};
use crate::{CAST, Days, DemoError, StoryClock, content};

/// The product's key.
pub const PRODUCT: &str = "gateway";
const FIRST_PASSWORD: &str = "to be changed at once";

/// What the terminal shows once the story is told.
#[derive(Debug, Clone)]
pub struct Told {
    /// A token for the product's machines.
    pub token: String,
}

pub(crate) async fn tell(app: &App, clock: &StoryClock, days: Days) -> Result<Told, DemoError> {
    let mut teller = Teller::new(app);
    clock.move_to(days.moment(330));
    set_up(&mut teller).await?;
    clock.move_to(days.moment(320));
    write_records(&mut teller, days).await?;
    clock.move_to(days.moment(195));
    let ana = teller.player("ana")?;
    let release = NewRelease {
        product: PRODUCT.to_owned(),
        name: "2.3.0".to_owned(),
        manager: Some("ana".to_owned()),
        ..NewRelease::default()
    };
    scene("release 2.3.0", products::add_release(app, &ana.who, release).await)?;
    let ben = teller.player("ben")?;
    let build = NewBuild {
        product: PRODUCT.to_owned(),
        release: "2.3.0".to_owned(),
        name: FIRST.build.to_owned(),
        commit: FIRST.commit.to_owned(),
    };
    scene("build", products::add_build(app, &ben.who, build).await)?;
    scene("candidate", products::set_candidate(app, &ana.who, PRODUCT, "2.3.0", FIRST.build).await)?;
    Ok(Told { token: String::new() })
}

async fn set_up(teller: &mut Teller<'_>) -> Result<(), DemoError> {
    let init = Init {
        organisation: "Lumen Medical (demonstration)".to_owned(),
        zone: "Europe/Berlin".to_owned(),
        people: CAST.iter().map(|member| member.new_person(FIRST_PASSWORD)).collect(),
        demonstration: true,
    };
    scene("setting up", people::init(teller.app, &Who::system("demo"), init).await)?;
    for member in CAST.iter().filter(|member| !member.roles.is_empty()) {
        teller.sign_in(member, FIRST_PASSWORD).await?;
    }
    let ana = teller.player("ana")?;
    let product = NewProduct {
        key: PRODUCT.to_owned(),
        name: "Lumen Gateway".to_owned(),
        route: Route::Full,
        support_end: None,
    };
    scene("the pack", gate::ensure_built_in(teller.app).await)?;
    let digest = scene("the pack", gate::pack(teller.app).await)?.digest;
    let adopted = gate::adopt_pack(teller.app, &ana.who, &ana.proof, digest, "Our copy, edition of December 2021").await;
    scene("adoption of the pack", adopted)?;
    scene("the product", products::add_product(teller.app, &ana.who, product).await)?;
    Ok(())
}

async fn write_records(teller: &mut Teller<'_>, days: Days) -> Result<(), DemoError> {
    for entry in content::of_organisation(days) {
        teller.approved(&ScopeInput::Organisation, entry).await?;
    }
    let product = ScopeInput::Product(PRODUCT.to_owned());
    for entry in content::of_product(days) {
        teller.approved(&product, entry).await?;
    }
    for clause in content::ORGANISATION_CLAUSES {
        teller.approved(&ScopeInput::Organisation, content::assessed(clause, days.ago(200))).await?;
    }
    for clause in content::PRODUCT_CLAUSES {
        teller.approved(&product, content::assessed(clause, days.ago(200))).await?;
    }
    Ok(())
}
