//! `lederbrev check dns`, against a small DNS server that says what the test has published.

use std::collections::{BTreeMap, HashMap};
use std::net::UdpSocket;
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, MX, PTR, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use lederbrev::config::Config;
use lederbrev::mail::dkim::Keys;
use lederbrev::operations::dns::{self, Finding, Verdict};

use crate::app::TestApp;
use crate::receiver::Receiver;

const DOMAIN: &str = "lederweb.example";
const ADDRESS: &str = "192.0.2.25";

type Zone = HashMap<(String, RecordType), Vec<RData>>;

/// A DNS server on UDP.
struct Server {
    address: String,
    zone: Arc<Mutex<Zone>>,
}

impl Server {
    fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let zone: Arc<Mutex<Zone>> = Arc::default();
        let shared = zone.clone();
        std::thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut block) {
                let query = Message::from_vec(&block[..length]).unwrap();
                drop(socket.send_to(&answer(query, &shared.lock().unwrap()), from));
            }
        });
        Self { address, zone }
    }

    fn set(&self, name: &str, kind: RecordType, data: Vec<RData>) {
        self.zone.lock().unwrap().insert((name.to_owned(), kind), data);
    }

    /// Replaces the texts of a name.
    fn txt(&self, name: &str, texts: &[&str]) {
        let data = texts.iter().map(|text| {
            let strings = text.as_bytes().chunks(255).map(|s| String::from_utf8(s.into()).unwrap());
            RData::TXT(TXT::new(strings.collect()))
        });
        self.set(name, RecordType::TXT, data.collect());
    }

    fn address(&self, name: &str, address: &str) {
        self.set(name, RecordType::A, vec![RData::A(A(address.parse().unwrap()))]);
    }

    /// Everything as it should be.
    fn publish(&self, keys: &[&Keys]) {
        self.txt(DOMAIN, &["en anden tekst", "v=spf1 include:_spf.relay.example -all"]);
        self.txt("_spf.relay.example", &["v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"]);
        let mx = MX::new(10, Name::from_ascii("mx.lederweb.example.").unwrap());
        self.set(DOMAIN, RecordType::MX, vec![RData::MX(mx)]);
        self.address("mx.lederweb.example", "192.0.2.7");
        for record in keys.iter().flat_map(|keys| keys.records().unwrap()) {
            self.txt(&record.name(DOMAIN), &[&record.value]);
        }
        self.txt(
            "_dmarc.lederweb.example",
            &["v=DMARC1; p=quarantine; rua=mailto:d@lederweb.example"],
        );
        let name = PTR(Name::from_ascii("ud.lederweb.example.").unwrap());
        self.set("25.2.0.192.in-addr.arpa", RecordType::PTR, vec![RData::PTR(name)]);
        self.address("ud.lederweb.example", ADDRESS);
    }
}

fn answer(query: Message, zone: &Zone) -> Vec<u8> {
    let asked = query.queries[0].clone();
    let name = asked.name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let mut answer = Message::response(query.metadata.id, query.metadata.op_code);
    answer.add_query(asked.clone());
    if name.starts_with("servfail.") {
        answer.metadata.response_code = ResponseCode::ServFail;
    } else if let Some(data) = zone.get(&(name.clone(), asked.query_type)) {
        let record = |data: &RData| Record::from_rdata(asked.name.clone(), 60, data.clone());
        answer.add_answers(data.iter().map(record));
    } else if !zone.keys().any(|(there, _)| *there == name) {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    answer.to_vec().unwrap()
}

/// A sender with two selectors, and its DNS.
struct World {
    server: Server,
    relay: Receiver,
    folder: tempfile::TempDir,
    signing: Keys,
    next: Keys,
}

impl World {
    fn new() -> Self {
        let (server, relay) = (Server::start(), Receiver::start());
        let folder = tempfile::tempdir().unwrap();
        let config = config(&folder, &server, &relay, &[]);
        let signing = config.dkim_keys.make(None).unwrap();
        let next = config.dkim_keys.make(None).unwrap();
        server.publish(&[&signing, &next]);
        Self { server, relay, folder, signing, next }
    }

    async fn check(&self, settings: &[(&str, &str)]) -> Vec<Finding> {
        let config = config(&self.folder, &self.server, &self.relay, settings);
        dns::check(&config, &[DOMAIN.to_owned()]).await.unwrap()
    }

    /// The one thing that is not well.
    async fn fault(&self, settings: &[(&str, &str)]) -> (Verdict, String) {
        let findings = self.check(settings).await;
        let faults: Vec<&Finding> = findings.iter().filter(|f| !f.verdict.is_well()).collect();
        let [fault] = &faults[..] else { panic!("{findings:#?}") };
        (fault.verdict, fault.to_string())
    }

    async fn assert_fault(&self, verdict: Verdict, words: &[&str]) {
        let (found, text) = self.fault(&[]).await;
        assert_eq!(found, verdict, "{text}");
        for word in words {
            assert!(text.contains(word), "{word:?} is not in: {text}");
        }
        self.server.publish(&[&self.signing, &self.next]);
    }
}

fn config(
    folder: &tempfile::TempDir,
    server: &Server,
    relay: &Receiver,
    more: &[(&str, &str)],
) -> Config {
    let folder = folder.path().display().to_string();
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    let settings = [
        ("DATABASE_URL", &*format!("sqlite://{folder}/lederbrev.db")),
        ("MAIL_URL", &relay.url()),
        ("DNS_SERVER", &server.address),
        ("SENDING_ADDRESSES", ADDRESS),
    ];
    for (name, value) in settings.iter().chain(more) {
        values.insert((*name).to_owned(), (*value).to_owned());
    }
    Config::from_values(values).unwrap()
}

#[actix_web::test]
async fn what_is_published_as_it_should_be_is_well() {
    let world = World::new();
    let findings = world.check(&[]).await;
    assert!(findings.iter().all(|f| f.verdict == Verdict::Good), "{findings:#?}");
    let what: Vec<&str> = findings.iter().map(|finding| &*finding.what).collect();
    let relay = format!("TLS of the relay 127.0.0.1:{}", world.relay.port);
    assert_eq!(
        what,
        [
            "SPF of lederweb.example",
            "MX of lederweb.example",
            "DKIM lb1-rsa._domainkey.lederweb.example (signs)",
            "DKIM lb1-ed25519._domainkey.lederweb.example (signs)",
            "DKIM lb2-rsa._domainkey.lederweb.example (waits)",
            "DKIM lb2-ed25519._domainkey.lederweb.example (waits)",
            "DMARC of lederweb.example",
            "PTR of 192.0.2.25",
            &*relay,
        ]
    );
}

#[actix_web::test]
async fn spf_is_judged_for_the_addresses_that_send() {
    let world = World::new();
    let spf = |texts: &[&str]| world.server.txt(DOMAIN, texts);
    spf(&[]);
    world
        .assert_fault(
            Verdict::Missing,
            &["publish: lederweb.example TXT \"v=spf1 ip4:192.0.2.25 -all\""],
        )
        .await;
    spf(&["v=spf1 ip4:198.51.100.1 -all"]);
    let words =
        ["does not allow 192.0.2.25", "TXT \"v=spf1 ip4:192.0.2.25 ip4:198.51.100.1 -all\""];
    world.assert_fault(Verdict::Wrong, &words).await;
    spf(&["v=spf1 +all"]);
    world.assert_fault(Verdict::Wrong, &["lets everybody send", "-all"]).await;
    spf(&["v=spf1 mx -all", "v=spf1 -all"]);
    world.assert_fault(Verdict::Wrong, &["2 records"]).await;
    spf(&["v=spf1 ipv4:192.0.2.25 -all"]);
    world.assert_fault(Verdict::Wrong, &["ipv4:192.0.2.25 is not known"]).await;
    // A record that includes itself is given up like one that is too long.
    spf(&["v=spf1 include:lederweb.example -all"]);
    world.assert_fault(Verdict::Wrong, &["more than 10 lookups"]).await;
    spf(&["v=spf1 include:nobody.example -all"]);
    world.assert_fault(Verdict::Wrong, &["0 SPF records at nobody.example"]).await;
    spf(&["v=spf1 include:servfail.example -all"]);
    world.assert_fault(Verdict::NoAnswer, &["unknown", "servfail.example"]).await;
    for good in [
        "v=spf1 a:ud.lederweb.example -all",
        "v=spf1 mx/24 ~all",
        "v=spf1 redirect=_spf.relay.example",
    ] {
        spf(&[good]);
        let findings = world.check(&[]).await;
        assert!(findings.iter().all(|f| f.verdict.is_well()), "{good}: {findings:#?}");
    }
}

#[actix_web::test]
async fn each_key_is_compared_with_the_one_that_signs() {
    let world = World::new();
    let [rsa, ed25519] = world.signing.records().unwrap();
    let [other, waiting] = world.next.records().unwrap();
    let (name, txt) =
        (rsa.name(DOMAIN), |record: &str, text: &[&str]| world.server.txt(record, text));
    txt(&name, &[]);
    let publish = format!("publish: {name} TXT \"v=DKIM1; k=rsa; p=");
    world.assert_fault(Verdict::Missing, &[&publish, "\" \""]).await;
    txt(&name, &[&other.value]);
    world.assert_fault(Verdict::Wrong, &["another key", &publish]).await;
    txt(&name, &[&rsa.value, &other.value]);
    world.assert_fault(Verdict::Wrong, &["2 records"]).await;
    txt(&name, &["v=DKIM1; k=rsa; p="]);
    world.assert_fault(Verdict::Wrong, &["revoked"]).await;
    txt(&ed25519.name(DOMAIN), &[&ed25519.value.replace("k=ed25519; ", "")]);
    world.assert_fault(Verdict::Wrong, &["another key", "k=ed25519"]).await;
    txt(&ed25519.name(DOMAIN), &[&ed25519.value.replace("p=", "t=y; p=")]);
    world.assert_fault(Verdict::Wrong, &["a test"]).await;
    txt(&waiting.name(DOMAIN), &[]);
    world.assert_fault(Verdict::Missing, &["lb2-ed25519", "(waits)"]).await;
}

#[actix_web::test]
async fn dmarc_follows_rfc_9989_and_looks_at_alignment() {
    let world = World::new();
    let dmarc = |texts: &[&str]| world.server.txt("_dmarc.lederweb.example", texts);
    dmarc(&["en anden tekst"]);
    world
        .assert_fault(Verdict::Missing, &["_dmarc.lederweb.example TXT \"v=DMARC1; p=none; rua="])
        .await;
    dmarc(&["v=DMARC1; p=reject; pct=50; adkim=s"]);
    world
        .assert_fault(Verdict::Wrong, &["pct is no part", "TXT \"v=DMARC1; p=reject; adkim=s\""])
        .await;
    dmarc(&["v=DMARC1; rua=mailto:d@lederweb.example"]);
    world.assert_fault(Verdict::Wrong, &["there is no p", "p=none; rua="]).await;
    dmarc(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]);
    world.assert_fault(Verdict::Wrong, &["2 records"]).await;
    // The policy of a name above counts, up to the top.
    dmarc(&[]);
    world.server.txt("_dmarc.example", &["v=DMARC1; p=none; psd=y"]);
    let (verdict, text) = world.fault(&[]).await;
    assert_eq!(verdict, Verdict::Missing, "that of a public suffix is nobody's own: {text}");
    world.server.txt("_dmarc.example", &["v=DMARC1; p=reject"]);
    let findings = world.check(&[]).await;
    assert!(
        findings.iter().any(|f| f.found.contains("(at _dmarc.example)") && f.verdict.is_well())
    );
    world.server.txt("_dmarc.example", &[]);

    // Bounces to another organisation: aligned by DKIM alone, or not at all.
    world.server.publish(&[&world.signing, &world.next]);
    for (name, kind) in [(DOMAIN, RecordType::TXT), (DOMAIN, RecordType::MX)] {
        let data = world.server.zone.lock().unwrap()[&(name.to_owned(), kind)].clone();
        world.server.set("relay.test", kind, data);
    }
    let elsewhere = ("BOUNCE_DOMAIN", "relay.test");
    let findings = world.check(&[elsewhere]).await;
    assert!(findings.iter().all(|f| f.verdict.is_well()), "{findings:#?}");
    assert!(findings.iter().any(|f| f.found.contains("DKIM is aligned, SPF (relay.test) is not")));
    let (verdict, text) = world.fault(&[elsewhere, ("DKIM", "off")]).await;
    assert!(verdict == Verdict::Wrong && text.contains("nothing is aligned"), "{text}");
}

#[actix_web::test]
async fn bounces_and_sending_addresses_must_lead_somewhere() {
    let world = World::new();
    let set = |name: &str, kind, data| world.server.set(name, kind, data);
    set(DOMAIN, RecordType::MX, vec![]);
    world.assert_fault(Verdict::Missing, &["MX of lederweb.example", "bounces are lost"]).await;
    set(DOMAIN, RecordType::MX, vec![RData::MX(MX::new(0, Name::root()))]);
    world.assert_fault(Verdict::Wrong, &["null MX"]).await;
    set("mx.lederweb.example", RecordType::A, vec![]);
    world.assert_fault(Verdict::Wrong, &["mx.lederweb.example has no address"]).await;
    set("25.2.0.192.in-addr.arpa", RecordType::PTR, vec![]);
    world.assert_fault(Verdict::Missing, &["PTR of 192.0.2.25", "no name"]).await;
    world.server.address("ud.lederweb.example", "192.0.2.26");
    world.assert_fault(Verdict::Wrong, &["publish: ud.lederweb.example A 192.0.2.25"]).await;

    let gone = ("MAIL_URL", "smtp://127.0.0.1:1");
    let (verdict, text) = world.fault(&[gone]).await;
    assert!(verdict == Verdict::Wrong && text.contains("cannot be reached"), "{text}");
    let findings = world.check(&[("MAIL_URL", "catcher:"), ("SENDING_ADDRESSES", "")]).await;
    let skipped = findings.iter().filter(|f| f.verdict == Verdict::Skipped).count();
    assert_eq!(skipped, 2, "{findings:#?}");
}

#[actix_web::test]
async fn the_command_prints_each_finding_and_its_exit_code_tells() {
    let world = World::new();
    let database = format!("sqlite://{}/lederbrev.db", world.folder.path().display());
    let app = TestApp::start(|_| database.clone(), &[]).await;
    app.newsletter().await;
    let statement = std::cell::Cell::new("");
    let run = |what: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_lederbrev"))
            .args(["check", what])
            .env("LEDERBREV_ACCESSIBILITY_STATEMENT_DATE", statement.get())
            .env("LEDERBREV_DATABASE_URL", &database)
            .env("LEDERBREV_MAIL_URL", world.relay.url())
            .env("LEDERBREV_DNS_SERVER", &world.server.address)
            // That of the app of the tests: another would be refused.
            .env("LEDERBREV_SUPPRESSION_PEPPER", "a pepper for tests, also long enough to be one")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run("dns");
    assert!(code == Some(0) && text.contains("good     SPF of lederweb.example\n"), "{text}");
    let (code, text) = run("all");
    assert!(code == Some(0) && text.contains("agree") && text.contains("skipped  PTR"), "{text}");
    assert!(text.contains("nobody has said when the accessibility statement"), "{text}");
    statement.set("2020-09-23");
    let (code, text) = run("all");
    assert!(code == Some(1) && text.contains("of 2020-09-23, more than a year ago"), "{text}");
    let today = lederbrev::clock::Clock::real().now().day_in(chrono_tz::UTC).to_string();
    statement.set(&today);
    let (code, text) = run("all");
    assert!(code == Some(0) && text.contains("less than a year ago"), "{text}");
    world.server.txt("_dmarc.lederweb.example", &[]);
    let (code, text) = run("dns");
    assert!(code == Some(1) && text.contains("missing  DMARC of lederweb.example\n"), "{text}");
}
