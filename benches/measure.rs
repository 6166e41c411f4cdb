//! What a process has used, and processes in roles.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// What a role reports of its measured part.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// CPU time, in seconds.
    pub cpu: f64,
    /// On the clock, in seconds.
    pub wall: f64,
    /// The most memory that the process ever had, in kB.
    pub peak: f64,
}

/// CPU seconds that this process has used so far, its ended threads included.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: f64 = fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    // USER_HZ, which is 100 on every Linux.
    ticks / 100.0
}

fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// How it stood before a role's work.
pub struct Before {
    cpu: f64,
    at: Instant,
}

impl Before {
    pub fn now() -> Self {
        Self { cpu: cpu(), at: Instant::now() }
    }

    /// Prints what was used since.
    pub fn report(self) {
        println!("USED {} {} {}", cpu() - self.cpu, self.at.elapsed().as_secs_f64(), peak());
    }
}

/// This program in a role.
pub fn role(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("--role").args(words);
    command
}

/// Runs a role to its end and returns what it used.
pub fn used(words: &[&str]) -> Used {
    let output = role(words).stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{words:?}: {text}");
    let line = text.lines().find_map(|line| line.strip_prefix("USED ")).expect("a report");
    let numbers: Vec<f64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
    Used { cpu: numbers[0], wall: numbers[1], peak: numbers[2] }
}

/// A sink in a process of its own, which ends with this value.
pub struct Sink {
    process: Child,
    /// Where it listens.
    pub port: String,
}

impl Sink {
    pub fn start(words: &[&str]) -> Self {
        let mut process =
            role(&[&["sink"], words].concat()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { process, port: line.trim().to_owned() }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The middle one.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
