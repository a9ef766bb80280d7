//! The names of the folders of backends, from which a person, and a program that has no such
//! backend, can tell the endpoint.

/// Returns the name of a backend's folder: scheme, host and port, and a checksum of the complete
/// address, since batches for one backend must not be sent to another. User name, path and query
/// are not shown, as they may hold a key.
pub(super) fn folder_name(identity: &str) -> String {
    let checksum = crc32fast::hash(identity.as_bytes());
    let readable = match identity.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
            let address = authority.rsplit('@').next().unwrap_or_default();
            let (host, port) = split_port(address);
            let default = if scheme == "https" { "443" } else { "80" };
            format!("{scheme}-{}-{}", file_name(host), file_name(port.unwrap_or(default)))
        }
        None => file_name(identity),
    };
    format!("{readable}-{checksum:08x}")
}

/// Returns the endpoint that a name was made from, or `None` if it was not made from one.
pub(super) fn endpoint(name: &str) -> Option<String> {
    let (readable, _checksum) = name.rsplit_once('-')?;
    let (scheme, address) = readable.split_once('-')?;
    let (host, port) = address.rsplit_once('-')?;
    let is_endpoint = matches!(scheme, "http" | "https") && port.parse::<u16>().is_ok();
    let host = if host.starts_with('[') { host.replace('_', ":") } else { host.to_owned() };
    is_endpoint.then(|| format!("{scheme}://{host}:{port}"))
}

/// Splits an address into host and port. The colons of an IPv6 address are inside brackets.
fn split_port(address: &str) -> (&str, Option<&str>) {
    let host_length = address.rfind(']').map_or(0, |at| at + 1);
    match address[host_length..].rsplit_once(':') {
        Some((host, port)) => (&address[..host_length + host.len()], Some(port)),
        None => (address, None),
    }
}

/// The longest part of a name, so that the name is a valid one on every file system.
const MAX_CHARS: usize = 150;

/// Replaces the characters that not every file system allows.
fn file_name(text: &str) -> String {
    let replaced = text.chars().map(|c| match c {
        ':' => '_',
        c if c.is_ascii_alphanumeric() || "._-[]".contains(c) => c,
        _ => '-',
    });
    replaced.take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_shows_scheme_host_and_port_and_no_secret() {
        for (identity, readable, shown) in [
            ("http://localhost:6006/v1/traces", "http-localhost-6006", "http://localhost:6006"),
            ("https://a-b.c/s/sk-1/v1/traces?k=v", "https-a-b.c-443", "https://a-b.c:443"),
            ("http://user:password@h/v1/traces 2", "http-h-80", "http://h:80"),
            ("http://[fe80::1]:4317", "http-[fe80__1]-4317", "http://[fe80::1]:4317"),
            ("https://[::1]/", "https-[__1]-443", "https://[::1]:443"),
            ("http://my_host:1", "http-my_host-1", "http://my_host:1"),
        ] {
            let name = folder_name(identity);
            assert_eq!(name.rsplit_once('-').unwrap().0, readable, "{identity}");
            assert_eq!(endpoint(&name).unwrap(), shown);
        }
    }

    #[test]
    fn names_of_different_backends_differ() {
        let all = ["http://h/a", "http://h/b", "http://h/a 2", "http://h/a?key=1", "https://h/a"];
        let names: std::collections::BTreeSet<_> = all.iter().map(|it| folder_name(it)).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn name_of_any_text_is_one_file_name() {
        for identity in ["", "gate", "../../etc", "http://é/\n", &"x".repeat(999)] {
            let name = folder_name(identity);
            assert!(name.len() < 255 && !name.contains('/'), "{name}");
            assert_eq!(endpoint(&name).is_some(), identity.starts_with("http"), "{name}");
        }
        for other in ["", "-", "http-h", "http-h-x-00000000", "ftp-h-1-00000000", "lost+found"] {
            assert_eq!(endpoint(other), None, "{other}");
        }
    }
}
