//! The socket that the client finds in the handshake line: a file that goes away with the process, and a port of this
//! machine where there are no such sockets. Knows no protocol.

use std::io;

use super::handshake::Offer;

#[cfg(unix)]
pub use unix::Socket;

#[cfg(not(unix))]
pub use tcp::Socket;

#[cfg(unix)]
mod unix {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt as _, chown};
    use std::path::{Path, PathBuf};

    use tempfile::{Builder, TempDir, TempPath};
    use tokio::net::{UnixListener, UnixStream};

    use super::{Offer, io};

    /// The longest path of a socket that every system takes, in bytes.
    const LONGEST_PATH: usize = 103;
    /// Where sockets go when the folder for temporary files has too long a name or does not exist.
    const SHORT_FOLDER: &str = "/tmp";
    const PREFIX: &str = "starburst-";
    const GROUPS: &str = "/etc/group";
    /// The owner alone may enter.
    const PRIVATE: u32 = 0o700;
    /// Owner and group may connect.
    const SHARED: u32 = 0o660;

    /// A listener; its file is removed when this goes.
    #[derive(Debug)]
    pub struct Socket {
        listener: UnixListener,
        path: PathBuf,
        _removed: Removed,
    }

    #[derive(Debug)]
    #[expect(dead_code, reason = "held for what their end removes")]
    enum Removed {
        File(TempPath),
        Folder(TempDir),
    }

    impl Socket {
        /// Listens where the client asked for it, else in a folder of its own that others cannot enter.
        ///
        /// # Errors
        /// A sentence when there is no place for it.
        pub fn open(offer: &Offer) -> Result<Self, String> {
            let socket = match (&offer.socket_folder, &offer.socket_group) {
                (None, None) => {
                    let usual = std::env::temp_dir();
                    in_own_folder(&usual).or_else(|_| in_own_folder(Path::new(SHORT_FOLDER)))
                }
                (folder, _) => directly_in(&folder.clone().unwrap_or_else(std::env::temp_dir)),
            };
            let socket = socket.map_err(|error| format!("the plugin cannot listen on a socket: {error}"))?;
            if let Some(group) = &offer.socket_group {
                share(&socket.path, group)
                    .map_err(|error| format!("the socket cannot be shared with the group {group}: {error}"))?;
            }
            Ok(socket)
        }

        /// What kind of address it has, in the handshake's words.
        pub fn network(&self) -> &'static str {
            "unix"
        }

        /// Its address: the path of the file.
        pub fn address(&self) -> String {
            self.path.to_string_lossy().into_owned()
        }

        /// The next connection.
        ///
        /// # Errors
        /// What the system says; later ones may succeed.
        pub async fn accept(&self) -> io::Result<UnixStream> {
            self.listener.accept().await.map(|(stream, _)| stream)
        }
    }

    fn in_own_folder(base: &Path) -> io::Result<Socket> {
        let private = Permissions::from_mode(PRIVATE);
        let folder = Builder::new().prefix(PREFIX).permissions(private).tempdir_in(std::path::absolute(base)?)?;
        let path = folder.path().join("socket");
        Ok(Socket { listener: listen(&path)?, path, _removed: Removed::Folder(folder) })
    }

    fn directly_in(folder: &Path) -> io::Result<Socket> {
        let folder = std::path::absolute(folder)?;
        let (listener, path) = Builder::new().prefix(PREFIX).make_in(folder, listen)?.into_parts();
        Ok(Socket { listener, path: path.to_path_buf(), _removed: Removed::File(path) })
    }

    fn listen(path: &Path) -> io::Result<UnixListener> {
        let length = path.as_os_str().len();
        if length > LONGEST_PATH {
            let why = format!("the path {} has {length} bytes, {LONGEST_PATH} are allowed", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        UnixListener::bind(path)
    }

    fn share(path: &Path, group: &str) -> io::Result<()> {
        let number = match group.parse() {
            Ok(number) => number,
            Err(_) => number_of(&std::fs::read_to_string(GROUPS)?, group)
                .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("it is not in {GROUPS}")))?,
        };
        chown(path, None, Some(number))?;
        std::fs::set_permissions(path, Permissions::from_mode(SHARED))
    }

    /// The number of a group in the system's table: `name:password:number:members` a line.
    fn number_of(groups: &str, name: &str) -> Option<u32> {
        groups.lines().map(|line| line.split(':')).find_map(|mut fields| {
            (fields.next() == Some(name)).then(|| fields.nth(1)).flatten().and_then(|number| number.parse().ok())
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn offer(folder: Option<&Path>, group: Option<&str>) -> Offer {
            let mut offer = Offer::read(&|_| None);
            offer.socket_folder = folder.map(Path::to_path_buf);
            offer.socket_group = group.map(str::to_owned);
            offer
        }

        #[tokio::test]
        async fn the_file_and_its_folder_go_with_the_socket() {
            let socket = Socket::open(&offer(None, None)).expect("socket");
            let path = socket.path.clone();
            let folder = path.parent().expect("folder").to_path_buf();
            assert!(path.exists() && socket.address().len() <= LONGEST_PATH);
            let mode = std::fs::metadata(&folder).expect("folder").permissions().mode();
            assert_eq!(mode & 0o077, 0, "others can enter {folder:?}");
            drop(socket);
            assert!(!folder.exists());
        }

        #[tokio::test]
        async fn the_clients_folder_holds_the_socket_itself() {
            let folder = tempfile::tempdir().expect("folder");
            let socket = Socket::open(&offer(Some(folder.path()), None)).expect("socket");
            assert_eq!(socket.path.parent(), Some(folder.path()));
            drop(socket);
            assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 0);
        }

        #[tokio::test]
        async fn a_group_may_use_the_socket() {
            use std::os::unix::fs::MetadataExt as _;
            let folder = tempfile::tempdir().expect("folder");
            let own = std::fs::metadata(folder.path()).expect("folder").gid();
            let socket = Socket::open(&offer(Some(folder.path()), Some(&own.to_string()))).expect("socket");
            assert_eq!(std::fs::metadata(&socket.path).expect("socket").permissions().mode() & 0o777, SHARED);
            let why = Socket::open(&offer(Some(folder.path()), Some("no such group"))).expect_err("no group");
            assert!(why.contains("no such group"), "{why}");
        }

        #[test]
        fn a_group_is_found_by_its_name() {
            let groups = "root:x:0:\nstaff:x:50:ann,bob\nstaffing:x:51:\n";
            assert_eq!(number_of(groups, "staff"), Some(50));
            assert_eq!(number_of(groups, "staf"), None);
        }

        #[tokio::test]
        async fn a_path_that_is_too_long_is_told_with_both_lengths() {
            let base = tempfile::tempdir().expect("folder");
            let long = base.path().join("x".repeat(120));
            std::fs::create_dir(&long).expect("folder");
            let why = Socket::open(&offer(Some(&long), None)).expect_err("too long");
            assert!(why.contains("103 are allowed"), "{why}");
            assert!(in_own_folder(&long).is_err());
        }
    }
}

#[cfg(not(unix))]
mod tcp {
    use tokio::net::{TcpListener, TcpStream};

    use super::{Offer, io};

    /// A listener on a port of this machine.
    #[derive(Debug)]
    pub struct Socket {
        listener: TcpListener,
        address: std::net::SocketAddr,
    }

    impl Socket {
        /// Listens on the first free port that the client allows.
        ///
        /// # Errors
        /// A sentence when none is free.
        pub fn open(offer: &Offer) -> Result<Self, String> {
            for port in offer.ports.clone() {
                let Ok(listener) = std::net::TcpListener::bind(("127.0.0.1", port)) else { continue };
                return Self::of(listener).map_err(|error| format!("the plugin cannot listen on {port}: {error}"));
            }
            Err(format!("no port from {} to {} is free", offer.ports.start(), offer.ports.end()))
        }

        fn of(listener: std::net::TcpListener) -> io::Result<Self> {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Self { listener: TcpListener::from_std(listener)?, address })
        }

        /// What kind of address it has, in the handshake's words.
        pub fn network(&self) -> &'static str {
            "tcp"
        }

        /// Its address: host and port.
        pub fn address(&self) -> String {
            self.address.to_string()
        }

        /// The next connection.
        ///
        /// # Errors
        /// What the system says; later ones may succeed.
        pub async fn accept(&self) -> io::Result<TcpStream> {
            let (stream, _) = self.listener.accept().await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        }
    }
}
