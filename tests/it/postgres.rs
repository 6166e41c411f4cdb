//! A private PostgreSQL for the suite: its own folder, a free port, no root, gone with the suite
//! however that ends.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

static SERVER: OnceLock<String> = OnceLock::new();

/// Makes an empty database and returns its URL.
pub fn new_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let base = SERVER.get_or_init(start);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::establish(&format!("{base}/postgres")).unwrap();
    conn.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    format!("{base}/{name}")
}

fn start() -> String {
    let programs = programs();
    let folder = std::env::temp_dir().join(format!("lederbrev-postgres-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    if is_root {
        // PostgreSQL refuses to run as root.
        assert!(Command::new("chown").arg("postgres").arg(&folder).status().unwrap().success());
    }
    let as_user = |program: &str| {
        let mut command = Command::new(if is_root { "setpriv" } else { program });
        if is_root {
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]);
            command.arg(program);
        }
        command.current_dir("/");
        command
    };
    let data = folder.join("data");
    let made = as_user(programs.join("initdb").to_str().unwrap())
        .arg("-D")
        .arg(&data)
        .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // The shell reads until the suite ends, by itself or killed, which closes the pipe.
    let keeper = "\"$0\" \"$@\" & read _; kill -INT $!; wait; rm -rf \"$folder\"";
    let mut server = as_user("sh");
    server
        .args(["-c", keeper])
        .arg(programs.join("postgres"))
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-h", "127.0.0.1"])
        .args(["-c", "fsync=off", "-c", "max_connections=500", "-c", "shared_buffers=64MB"])
        .args(["-c", &format!("unix_socket_directories={}", folder.display())])
        .env("folder", &folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(
            std::fs::File::create(std::env::temp_dir().join("lederbrev-postgres.log")).unwrap(),
        );
    static KEEPER: OnceLock<Child> = OnceLock::new();
    KEEPER.set(server.spawn().unwrap()).unwrap();
    let base = format!("postgres://postgres@127.0.0.1:{port}");
    for _ in 0..300 {
        if PgConnection::establish(&format!("{base}/postgres")).is_ok() {
            return base;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("PostgreSQL did not start; see lederbrev-postgres.log in the temporary folder");
}

fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is missing: apt-get install postgresql, or run `make test`")
        .map(|entry| entry.unwrap().path().join("bin"))
        .filter(|path: &PathBuf| Path::new(path).join("initdb").exists())
        .collect();
    found.sort();
    found.pop().expect("PostgreSQL's server is missing: apt-get install postgresql")
}
