//! How fast, as a ratio to the plainest program that does the same part, in one run.
//!
//! `cargo bench -- send_floor compile_once …` runs the named ones, without names all. Each ends
//! with a line `RESULT <bench> <ratio> goal <goal>`. What is measured runs in a process of its own
//! (this program again, in a role), so that nobody's time is counted twice.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench that fails says where, and its numbers are its output"
)]

mod ask;
mod compile_once;
mod floor;
mod hits;
mod import;
mod measure;
#[path = "../tests/it/postgres.rs"]
mod postgres;
mod preflight;
mod product;
mod send;
mod signups;
mod sink;

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench").peekable();
    if words.peek().is_some_and(|word| word == "--role") {
        let role = words.nth(1).unwrap();
        let words: Vec<String> = words.collect();
        return match role.as_str() {
            "ask" => ask::ask(&words),
            "sink" => sink::run(&words),
            "floor" => floor::run(&words),
            "product" => product::run(&words),
            "hits" => hits::serve(&words),
            "bare-hits" => hits::bare(&words),
            "import" => import::product(&words),
            "inserts" => import::inserts(&words),
            "signups" => signups::serve(&words),
            other => panic!("there is no role {other}"),
        };
    }
    let benches: [(&str, fn()); 16] = [
        ("compile_once", compile_once::run),
        ("preflight", preflight::run),
        ("send_floor", send::floor),
        ("send_floor_postgres", send::floor_postgres),
        ("send_dkim", send::dkim),
        ("send_latency", send::latency),
        ("send_scale", send::scale),
        ("open_pixel", hits::opens),
        ("click", hits::clicks),
        ("hits_while_sending", hits::while_sending),
        ("subscribe", signups::rate),
        ("signup_timing", signups::timing),
        ("import", import::sqlite),
        ("import_postgres", import::postgres),
        ("ask", ask::sqlite),
        ("ask_postgres", ask::postgres),
    ];
    let names: Vec<String> = words.collect();
    for (name, run) in benches {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("# {name}");
            run();
        }
    }
}
