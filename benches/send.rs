//! Sending: the whole product against the floor, over the same sink in the same run.

use lederbrev::mail::dkim::KeyFolder;

use crate::measure::{Sink, Used, median, used};
use crate::postgres;

/// The real newsletter.
const RECIPIENTS: usize = 27_699;
/// Pairs of runs, one after the other: A B A B A B.
const PAIRS: usize = 3;

/// Where one run's database lies: gone with this value.
struct Place {
    folder: tempfile::TempDir,
    url: String,
}

impl Place {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/lederbrev.db", folder.path().display());
        Self { folder, url }
    }

    fn postgres() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: postgres::new_database() }
    }

    fn product(&self, port: &str, connections: usize, count: usize) -> Used {
        let folder = self.folder.path().to_str().unwrap();
        let (connections, count) = (connections.to_string(), count.to_string());
        used(&["product", &self.url, folder, port, &connections, &count])
    }

    /// From now on the product signs.
    fn sign(&self) {
        KeyFolder::new(self.folder.path().join("dkim"), None).make(None).unwrap();
    }
}

/// One message of the product, as it came over the wire, unsigned.
fn message() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let sink = Sink::start(&["0", file.path().to_str().unwrap()]);
    Place::sqlite().product(&sink.port, 1, 1);
    println!("a message has {} bytes", file.as_file().metadata().unwrap().len());
    file
}

fn floor_once(
    port: &str,
    connections: usize,
    count: usize,
    file: &tempfile::NamedTempFile,
    signs: bool,
) -> Used {
    let (connections, count) = (connections.to_string(), count.to_string());
    let words = ["floor", port, &connections, &count, file.path().to_str().unwrap(), "sign"];
    used(&words[..words.len() - usize::from(!signs)])
}

fn describe(who: &str, used: &Used, count: usize) {
    println!(
        "{who:<8} {:>8.0} messages/s {:>8.4} CPU-s per 1,000 {:>6.0} MB",
        count as f64 / used.wall,
        used.cpu * 1000.0 / count as f64,
        used.peak / 1024.0
    );
}

fn against_the_floor(name: &str, place: fn() -> Place, signs: bool, goal: f64) {
    let file = message();
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let sink = Sink::start(&[]);
        let floor = floor_once(&sink.port, 8, RECIPIENTS, &file, signs);
        describe("floor", &floor, RECIPIENTS);
        let place = place();
        if signs {
            place.sign();
        }
        let ours = place.product(&sink.port, 8, RECIPIENTS);
        describe("product", &ours, RECIPIENTS);
        ratios.push(ours.cpu / floor.cpu);
    }
    println!("RESULT {name} {:.2} goal <={goal}", median(ratios));
}

/// CPU a message, on SQLite with synchronous FULL.
pub fn floor() {
    against_the_floor("send_floor", Place::sqlite, false, 2.0);
}

/// The same with two signatures on each message, as the floor makes them too.
pub fn dkim() {
    against_the_floor("send_dkim", Place::sqlite, true, 1.15);
}

/// The same on PostgreSQL: our process alone.
pub fn floor_postgres() {
    against_the_floor("send_floor_postgres", Place::postgres, false, 4.0);
}

/// Messages a second over a line with a round trip of 20 ms.
pub fn latency() {
    const COUNT: usize = 2_000;
    let file = message();
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let sink = Sink::start(&["20"]);
        let floor = floor_once(&sink.port, 10, COUNT, &file, false);
        describe("floor", &floor, COUNT);
        let ours = Place::sqlite().product(&sink.port, 10, COUNT);
        describe("product", &ours, COUNT);
        ratios.push(floor.wall / ours.wall);
    }
    println!("RESULT send_latency {:.2} goal >=0.9", median(ratios));
}

/// Time a recipient and memory at three sizes.
pub fn scale() {
    let run = |count: usize| {
        let sink = Sink::start(&[]);
        let used = Place::sqlite().product(&sink.port, 8, count);
        describe(&count.to_string(), &used, count);
        (used.wall / count as f64, used.peak)
    };
    let small = run(RECIPIENTS);
    for count in [100_000, 1_000_000] {
        let large = run(count);
        println!("RESULT send_scale_{count} {:.2} goal 0.9-1.1", large.0 / small.0);
        println!("RESULT send_scale_{count}_memory {:.2} goal <=1.1", large.1 / small.1);
    }
}
