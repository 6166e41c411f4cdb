//! Private PostgreSQL servers for the suite: a folder of their own, a free port, no root, gone
//! with the suite however that ends.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

static SERVER: OnceLock<Server> = OnceLock::new();

/// The server that all tests share.
pub fn server() -> &'static Server {
    SERVER.get_or_init(|| Server::start("lederbrev-postgres"))
}

/// Makes an empty database on the server that all tests share, and returns its URL.
pub fn new_database() -> String {
    server().new_database(&new_name(), "template1")
}

/// A name that no other database of the suite has.
pub fn new_name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A server.
pub struct Server {
    /// What it keeps.
    pub folder: PathBuf,
    /// Where it listens.
    pub port: u16,
    /// Runs it, and removes the folder when the suite ends.
    pub keeper: Child,
}

impl Server {
    /// Makes one and starts it; the name is of its folder and of its log.
    pub fn start(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        if is_root() {
            // PostgreSQL refuses to run as root.
            assert!(Command::new("chown").arg("postgres").arg(&folder).status().unwrap().success());
        }
        let made = as_user(programs().join("initdb").to_str().unwrap())
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let keeper = keeper(&folder, port);
        let server = Self { folder, port, keeper };
        assert!(
            server.answers(300),
            "PostgreSQL did not start; see {}",
            log(&server.folder).display()
        );
        server
    }

    /// Makes a database that is like another, and returns its URL.
    pub fn new_database(&self, name: &str, template: &str) -> String {
        let mut conn = PgConnection::establish(&self.url("postgres")).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).unwrap();
        self.url(name)
    }

    /// Whether it answers within so many tenths of a second.
    pub fn answers(&self, tenths: usize) -> bool {
        (0..tenths).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            PgConnection::establish(&self.url("postgres")).is_ok()
        })
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        drop(self.keeper.wait());
    }
}

/// Runs the server.
pub fn keeper(folder: &Path, port: u16) -> Child {
    // The shell reads until the suite ends, by itself or killed, which closes the pipe.
    let keep = "\"$0\" \"$@\" & read word; kill -INT $!; wait; \
                [ \"$word\" = keep ] || rm -rf \"$folder\"";
    let mut server = as_user("sh");
    server
        .args(["-c", keep])
        .arg(programs().join("postgres"))
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-p", &port.to_string(), "-h", "127.0.0.1"])
        .args(["-c", "fsync=off", "-c", "max_connections=500", "-c", "shared_buffers=64MB"])
        .args(["-c", &format!("unix_socket_directories={}", folder.display())])
        .env("folder", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(std::fs::File::options().create(true).append(true).open(log(folder)).unwrap());
    server.spawn().unwrap()
}

/// Beside the folder, so that it is still there when that is gone.
pub fn log(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap().to_string_lossy();
    let (name, _) = name.rsplit_once('-').unwrap();
    std::env::temp_dir().join(format!("{name}.log"))
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// A command that runs as the user who may run PostgreSQL.
fn as_user(program: &str) -> Command {
    let is_root = is_root();
    let mut command = Command::new(if is_root { "setpriv" } else { program });
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]);
        command.arg(program);
    }
    command.current_dir("/");
    command
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
