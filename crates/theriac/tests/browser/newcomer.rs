//! J1: a newcomer starts the demonstration, looks around, and assesses one finding.

use crate::session::{Browser, PANE, Server};

const RELEASE: [&str; 4] = ["--product", "gateway", "--release", "2.4.0"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_assesses_one_finding_and_sees_the_clause_turn() {
    let server = Server::demo();
    the_terminal_says_what_to_do(&server);
    let before = server.audit();
    let browser = Browser::start(&server).await;

    // Whoever comes without a session is led to the sign-in page, which names the accounts.
    browser.open("/").await;
    browser.see("h1", "Sign in to Lumen Medical (demonstration)").await;
    browser.see("dl", "ana@lumen.example").await;
    browser.sign_in("ana@lumen.example").await;
    browser.see(".banner", "Demonstration.").await;

    // One product with two releases; the older was decided with one deviation.
    browser.follow_in("Main", "Products").await;
    browser.see("h1", "Products").await;
    browser.follow("Lumen Gateway").await;
    browser.see("h1", "Lumen Gateway").await;
    browser.see("tr", "2.4.0 Gate closed").await;
    browser.see("tr", "2.3.0 Shipped").await;
    browser.follow("2.3.0").await;
    browser.see("h1", "Conformity of Lumen Gateway 2.3.0").await;
    browser.follow_in("Product and release", "Gate and decision").await;
    browser.see("h1", "Gate of Lumen Gateway 2.3.0").await;
    assert_eq!(browser.all("section[aria-labelledby=covered] tbody tr").await.len(), 1);
    browser.see("section[aria-labelledby=covered]", "DEV-1").await;
    browser.see("section[aria-labelledby=decided]", "Cleo Marchetti").await;

    // The newer one has open points: clause 5.8.1 says which finding, who and by when.
    browser.open("/products/gateway").await;
    browser.follow("2.4.0").await;
    browser.see("h1", "Conformity of Lumen Gateway 2.4.0").await;
    browser.see("details.clause summary", "5.8.1").await.click().await.unwrap();
    browser.follow("Page of clause 5.8.1").await;
    browser.see("h1", "5.8.1 Resolve findings prior to release").await;
    browser.see("h1 + .meta", "Partly met").await;
    browser.see("section[aria-labelledby=missing]", "FIND-8").await;
    browser.see("section[aria-labelledby=missing]", "Ana Okafor").await;
    let reasons = reasons(&browser).await;
    assert!(reasons.len() > 10, "{reasons:#?}");

    // One finding is new: it is opened beside the list, judged and signed.
    browser.follow_in("Product and release", "Findings").await;
    browser.see("h1", "Findings of 2.4.0").await;
    browser.follow("pkg:golang/golang.org/x/crypto@v0.31.0").await;
    browser.see(PANE, "FIND-8").await;
    browser.choose("VEX status", "Not affected").await;
    browser.select("Justification", "Vulnerable code not in execute path").await;
    browser.fill("Why", "The gateway runs no SSH server.").await;
    browser.choose("Patient-safety impact", "None").await;
    browser.press("Save and sign").await;
    browser.see("h1", "Sign 1 assessment of 2.4.0").await;
    browser.see("section[aria-labelledby=content]", "not affected").await;
    let signing = browser.path().await;

    // Only the password makes it a signature.
    browser.fill("Password", "not the password").await;
    browser.press("Sign 1 assessment").await;
    browser.see(".err", "This is not your password; nothing was signed").await;
    let unsigned = self::reasons(&browser).await;
    assert_eq!(unsigned.len(), reasons.len());
    assert!(unsigned.iter().any(|reason| reason.ends_with("has an assessment that nobody has signed")));
    browser.open(&signing).await;
    browser.fill("Password", theriac_demo::PASSWORD).await;
    browser.press("Sign 1 assessment").await;
    browser.see("tr", "FIND-8, CVE-2025-22869 7.5 high Not affected").await;

    // The clause has turned, and the gate has one reason less.
    browser.open("/products/gateway/releases/2.4.0/conformity/5.8.1").await;
    browser.see("h1 + .meta", "Met").await;
    browser.see("section[aria-labelledby=missing]", "Nothing.").await;
    let after = self::reasons(&browser).await;
    let gone: Vec<_> = reasons.iter().filter(|reason| !after.contains(reason)).collect();
    assert_eq!(after.len() + gone.len(), reasons.len(), "{after:#?}");
    let [gone] = gone.as_slice() else { panic!("{gone:#?}") };
    assert!(gone.starts_with("CVE-2025-22869 "), "{gone}");
    assert!(!browser.text().await.contains("finding not assessed"));
    browser.quit().await;

    the_terminal_agrees(&server, after.len());
    the_gate_decides_a_pipeline(&server);
    let log = server.audit();
    let acts = log[before.len()..].iter().map(|entry| (entry["action"].as_str(), entry["refused"].is_null()));
    let acts: Vec<_> = acts.filter_map(|(act, done)| Some((act?, done))).collect();
    let signed = [("prove identity", false), ("finding sign", true)];
    assert_eq!(acts, [&[("sign in", true), ("finding assess", true)], &signed[..]].concat());
}

fn the_terminal_says_what_to_do(server: &Server) {
    let said = server.said.join("\n");
    assert!(server.address.starts_with("http://127.0.0.1:") && !server.address.ends_with(":0"), "{said}");
    assert!(said.contains(theriac_demo::PASSWORD) && said.contains("Token     thr_"), "{said}");
    for member in theriac_demo::CAST.iter().filter(|member| !member.roles.is_empty()) {
        assert!(said.contains(&member.email()), "{said}");
    }
    assert!(said.contains("Look at release 2.4.0: its gate is closed."), "{said}");
    // The three commands to try work as they stand.
    let lines = said.lines().filter(|line| line.contains(" --data "));
    let commands: Vec<_> = lines.filter_map(|line| line.trim_start().split_once(' ')).collect();
    assert_eq!(commands.len(), 3, "{said}");
    for (program, command) in commands {
        assert!(std::path::Path::new(program).is_file(), "as it was started: {program}");
        let code = i32::from(command.starts_with("gate"));
        crate::session::theriac(server.folder()).args(command.split(' ')).assert().code(code);
    }
}

/// With the token that the terminal shows: the older release may ship, the newer one may not.
fn the_gate_decides_a_pipeline(server: &Server) {
    let token = server.demo_token();
    for (release, code, word) in [("2.3.0", 0, "is open"), ("2.4.0", 1, "is closed")] {
        let told = server
            .client(&token, &["gate", "--product", "gateway", "--release", release])
            .assert()
            .code(code);
        let told = String::from_utf8_lossy(&told.get_output().stdout).into_owned();
        assert!(told.contains(word), "{told}");
    }
}

/// Command line and pages say the same; yesterday's answer stays.
fn the_terminal_agrees(server: &Server, reasons: usize) {
    let beside = |command: &[&str]| server.beside(&[command, &RELEASE].concat());
    let gate = beside(&["gate"]).assert().code(1);
    let text = String::from_utf8_lossy(&gate.get_output().stdout).into_owned();
    assert!(text.contains(&format!("closed, for {reasons} reasons")), "{text}");
    assert!(!text.contains("CVE-2025-22869"), "{text}");
    let verdict = |more: &[&str]| {
        let answer = beside(&["conformity", "--format", "json"]).args(more).assert().success();
        let answer: serde_json::Value = serde_json::from_slice(&answer.get_output().stdout).unwrap();
        let clauses = answer["clauses"].as_array().unwrap();
        let clause = clauses.iter().find(|clause| clause["clause"] == "5.8.1").unwrap();
        clause["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(&[]), "met");
    // The story ends two days before the day on which it is told.
    let told = server.audit().iter().rev().find_map(|entry| {
        let at = entry["at"].as_str().unwrap();
        (entry["via"].as_str().is_some_and(|via| via.starts_with("demo"))).then(|| at[..10].to_owned())
    });
    assert_eq!(verdict(&["--at", &told.unwrap()]), "partly met");
}

async fn reasons(browser: &Browser) -> Vec<String> {
    browser.open("/products/gateway/releases/2.4.0/gate").await;
    browser.see("h1", "Gate of Lumen Gateway 2.4.0").await;
    browser.see("section[aria-labelledby=reasons]", "Reason").await;
    browser.all("section[aria-labelledby=reasons] tbody a").await
}
