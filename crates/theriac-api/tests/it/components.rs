//! Components: of a release, held against another one, and over all releases.

use serde_json::{Value, json};
use theriac_model::kinds;
use theriac_store::on_both_engines;

use crate::client::{Client, Server, each};
use crate::evidence::{RELEASE, bom, with_build};
use crate::records::{approve, make};

/// Two releases of the pump: 1.0 has left-pad 1.2.0, 1.1 has 1.4.0 and mid-pad instead of right-pad.
async fn two_releases(server: &Server) -> Client {
    let ana = with_build(server).await;
    crate::findings::import(&ana, server).await.ok();
    ana.post(server, "/products/pump/releases", &json!({ "release": "1.1" })).await.ok();
    let mut later = bom("1.4.0");
    later["components"][1]["name"] = json!("mid-pad");
    later["components"][1]["purl"] = json!("pkg:npm/mid-pad@1.0.0");
    for (release, bom) in [("1.0", bom("1.2.0")), ("1.1", later)] {
        let path = format!("/products/pump/releases/{release}/evidence?name=pump.cdx.json");
        let method = axum::http::Method::POST;
        ana.raw(server, method, &path, "application/octet-stream", bom.to_string()).await.ok();
    }
    ana
}

/// Each component with another member.
fn told(list: &Value, member: &str) -> Vec<(String, String)> {
    each(list, "component").into_iter().zip(each(list, member)).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(one, other)| (one.to_owned(), other.to_owned())).to_vec()
}

on_both_engines!(a_release_is_held_against_the_one_before_or_another, |store| {
    let server = Server::new(&store).await;
    let ana = two_releases(&server).await;
    let path = "/products/pump/releases/1.1/components";
    let list = ana.get(&server, &format!("{path}?sort=component")).await.ok();
    let difference =
        json!({ "against": "1.0", "before": 3, "same": 1, "added": 1, "changed": 1, "removed": 1 });
    assert_eq!(list["difference"], difference);
    assert_eq!(list["sources"], json!(["EVID-2"]));
    let wanted =
        [("own-part", "same"), ("pkg:npm/left-pad@1.4.0", "changed"), ("pkg:npm/mid-pad@1.0.0", "added")];
    assert_eq!(told(&list, "change"), pairs(wanted));
    assert_eq!(list["items"][1]["was"], json!(["pkg:npm/left-pad@1.2.0"]));
    assert_eq!(ana.get(&server, &format!("{path}?sort=component&against=1.0")).await.ok(), list);

    let since =
        async |word: &str| ana.get(&server, &format!("{path}?sort=component&since={word}")).await.ok();
    assert_eq!(told(&since("new").await, "change"), pairs([wanted[1], wanted[2]]));
    assert_eq!(told(&since("same").await, "change"), pairs([wanted[0]]));
    let gone = [("pkg:npm/left-pad@1.2.0", "changed"), ("pkg:npm/right-pad@1.0.0", "removed")];
    assert_eq!(told(&since("gone").await, "change"), pairs(gone));

    let first = ana.get(&server, &format!("{RELEASE}/components")).await.ok();
    assert_eq!((&first["difference"], &first["items"][0]["change"]), (&json!(null), &json!(null)));
    let back = ana.get(&server, &format!("{RELEASE}/components?against=1.1&since=gone")).await.ok();
    assert_eq!(back["difference"]["against"], "1.1");
    assert_eq!(each(&back, "name"), ["left-pad", "mid-pad"]);

    let wrong = async |query: &str| ana.get(&server, &format!("{path}?{query}")).await;
    assert_eq!(wrong("since=ever").await.field(), "since");
    assert_eq!(wrong("sort=size").await.field(), "sort");
    wrong("against=9").await.problem(404, "not-found");
    wrong("limit=0").await.problem(400, "malformed");
    wrong("colour=red").await.problem(400, "malformed");
    let alone = ana.get(&server, &format!("{RELEASE}/components?since=new")).await;
    assert_eq!(alone.field(), "against");
});

on_both_engines!(components_come_in_the_order_that_is_asked_for, |store| {
    let server = Server::new(&store).await;
    let ana = two_releases(&server).await;
    let names = async |query: &str| {
        let list = ana.get(&server, &format!("{RELEASE}/components?{query}")).await.ok();
        each(&list, "name")
    };
    assert_eq!(names("").await, ["own-part", "left-pad", "right-pad"]);
    assert_eq!(names("sort=-component").await, ["right-pad", "left-pad", "own-part"]);
    assert_eq!(names("sort=findings").await, ["left-pad", "own-part", "right-pad"]);
});

on_both_engines!(a_component_is_shown_with_the_software_item_that_covers_it, |store| {
    let server = Server::new(&store).await;
    let ana = two_releases(&server).await;
    let (item, digest) = make(&ana, &server, &kinds::SOFTWARE_ITEM, Some("pump"), json!([])).await;
    approve(&server.client("cleo").await, &server, &item, &digest).await;
    let wanted = json!({
        "ref": "ITEM-1", "title": "JavaScript libraries", "class": "required", "state": "approved",
        "support_end": "2029-12-31",
    });
    for path in [format!("{RELEASE}/components?q=left"), "/components?q=left-pad@1.2.0".to_owned()] {
        let list = ana.get(&server, &path).await.ok();
        assert_eq!((each(&list, "name"), &list["items"][0]["item"]), (vec!["left-pad".to_owned()], &wanted));
    }
    let own = ana.get(&server, &format!("{RELEASE}/components?q=own")).await.ok();
    assert_eq!(own["items"][0]["item"], json!(null));
});

on_both_engines!(components_of_all_releases_are_searched_and_paged, |store| {
    let server = Server::new(&store).await;
    let ana = two_releases(&server).await;
    let found = async |query: &str| {
        let list = ana.get(&server, &format!("/components?{query}")).await.ok();
        told(&list, "release")
    };
    let left = [("pkg:npm/left-pad@1.2.0", "1.0"), ("pkg:npm/left-pad@1.4.0", "1.1")];
    assert_eq!(found("q=pkg:npm/left-pad").await, pairs(left));
    assert_eq!(found("q=left+1.4").await, pairs([left[1]]));
    assert_eq!(found("with_findings=true").await, pairs([left[0]]));
    assert_eq!(found("fielded=true").await, []);
    ana.put(&server, &format!("{RELEASE}/fielded"), &json!({ "fielded": true })).await.ok();
    assert_eq!(found("fielded=true&q=pad").await.len(), 2);
    assert_eq!(found("sort=-component&q=left").await, pairs([left[1], left[0]]));
    assert_eq!(found("sort=findings").await[0], pairs(left)[0]);

    let all = found("").await;
    assert_eq!(all.len(), 6);
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = ana.get(&server, &format!("/components?limit=2{after}")).await.ok();
        paged.extend(told(&page, "release"));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
        assert!(paged.len() < all.len(), "the last page has no next");
    }
    assert_eq!(paged, all);

    let wrong = async |query: &str| ana.get(&server, &format!("/components?{query}")).await;
    assert_eq!(wrong("sort=awaiting").await.field(), "sort");
    assert_eq!(wrong("after=x").await.field(), "after");
    wrong("limit=201").await.problem(400, "malformed");
    wrong("release=1.0").await.problem(400, "malformed");
});

on_both_engines!(components_of_products_that_one_may_not_read_are_not_found, |store| {
    let server = Server::new(&store).await;
    let ana = two_releases(&server).await;
    ana.post(&server, "/products", &json!({ "key": "probe", "name": "Probe", "route": "full" })).await.ok();
    let adam = server.client("adam").await;
    let grant = json!({ "role": "developer", "product": "probe" });
    adam.post(&server, "/people/nemo/grants", &grant).await.ok();
    let nemo = server.client("nemo").await;
    assert_eq!(nemo.get(&server, "/components").await.ok()["items"], json!([]));
    nemo.get(&server, &format!("{RELEASE}/components")).await.problem(404, "not-found");
    let grant = json!({ "role": "developer", "product": "pump" });
    adam.post(&server, "/people/nemo/grants", &grant).await.ok();
    let nemo = server.client("nemo").await;
    assert_eq!(nemo.get(&server, "/components").await.ok()["items"].as_array().unwrap().len(), 6);
    let gate_only = server.machine("ci", &["read-gate"]).await;
    gate_only.get(&server, "/components").await.problem(403, "denied");
});
