//! How much memory a search may take by default.

use std::path::{Path, PathBuf};

/// Half of the memory that this process could get now; none where that cannot be read. That is
/// what is free on the machine, in its control groups, and of its own address space.
pub(super) fn default_bound() -> Option<u64> {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let free = read("/proc/meminfo").and_then(|text| available(&text));
    let groups = read("/proc/self/cgroup").unwrap_or_default();
    let group = left_in_groups(Path::new("/sys/fs/cgroup"), &groups);
    let limit = read("/proc/self/limits").and_then(|text| address_space(&text));
    let least = [free, group, limit].into_iter().flatten().min()?;
    Some(least / 2).filter(|bytes| *bytes > 0)
}

/// The bytes that a text like `/proc/meminfo` calls available.
fn available(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    kibibytes.checked_mul(1024).filter(|bytes| *bytes > 1)
}

/// The bytes that a text like `/proc/self/limits` allows; none without a limit.
fn address_space(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What a version of control groups calls its files: the limit, what is used, and the line of
/// `memory.stat` with what of that could be given back.
struct Names {
    limit: &'static str,
    used: &'static str,
    spare: &'static str,
}

const FIRST: Names = Names {
    limit: "memory.limit_in_bytes",
    used: "memory.usage_in_bytes",
    spare: "total_inactive_file",
};

const SECOND: Names = Names {
    limit: "memory.max",
    used: "memory.current",
    spare: "inactive_file",
};

/// The bytes left in the control groups that a text like `/proc/self/cgroup` names: the least of
/// all from its own up. In a container its own may be the root.
fn left_in_groups(root: &Path, text: &str) -> Option<u64> {
    let of_line = |line: &str| {
        let (controllers, path) = line.split_once(':')?.1.split_once(':')?;
        match controllers {
            "" => Some((root.to_path_buf(), path.to_owned(), SECOND)),
            _ if controllers.split(',').any(|name| name == "memory") => {
                Some((root.join("memory"), path.to_owned(), FIRST))
            }
            _ => None,
        }
    };
    let left = |(root, path, names): (PathBuf, String, Names)| {
        let own = Path::new(path.trim_start_matches('/'));
        let groups = own.ancestors().map(|group| root.join(group));
        groups.filter_map(|group| left_in(&group, &names)).min()
    };
    text.lines().filter_map(of_line).filter_map(left).min()
}

/// The bytes left in one group, if it has a limit.
fn left_in(group: &Path, names: &Names) -> Option<u64> {
    let read = |name: &str| std::fs::read_to_string(group.join(name)).ok();
    let number = |text: String| text.trim().parse::<u64>().ok();
    let limit = read(names.limit).and_then(number)?;
    let used = read(names.used).and_then(number)?;
    let spare = read("memory.stat").and_then(|text| {
        let value = |line: &str| line.strip_prefix(names.spare)?.trim().parse().ok();
        text.lines().find_map(value)
    });
    Some(limit.saturating_sub(used.saturating_sub(spare.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_writes() {
        let text = "MemTotal:  16 kB\nMemFree:  4 kB\nMemAvailable:    8 kB\n";
        assert_eq!(available(text), Some(8192));
        assert_eq!(available("MemTotal: 16 kB\n"), None);
        assert_eq!(available("MemAvailable: many kB\n"), None);
        assert_eq!(available("MemAvailable: 0 kB\n"), None);
        let limits = "Max data size   unlimited  unlimited  bytes\n\
                      Max address space    2000   unlimited  bytes\n";
        assert_eq!(address_space(limits), Some(2000));
        assert_eq!(address_space(&limits.replace("2000", "unlimited")), None);
    }

    #[test]
    fn the_tightest_group_counts() {
        let root = std::env::temp_dir().join(format!("straddle-groups-{}", std::process::id()));
        let files = [
            ("memory.max", "max\n"),
            ("pods/memory.max", "1000\n"),
            ("pods/memory.current", "900\n"),
            ("pods/memory.stat", "anon 500\ninactive_file 300\n"),
            ("pods/web/memory.max", "500\n"),
            ("pods/web/memory.current", "50\n"),
            ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory/memory.usage_in_bytes", "4096\n"),
            ("memory/job/memory.limit_in_bytes", "70\n"),
            ("memory/job/memory.usage_in_bytes", "100\n"),
        ];
        for (name, text) in files {
            let file = root.join(name);
            std::fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
            std::fs::write(file, text).expect("a file");
        }
        let left = |text: &str| left_in_groups(&root, text);
        let found = [
            left("0::/pods/web\n"),
            left("0::/\n"),
            left("4:cpu,memory:/elsewhere\n0::/\n"),
            left("4:memory:/job\n3:cpu:/\n"),
            left("nonsense\n"),
        ];
        std::fs::remove_dir_all(&root).expect("it is ours");
        let whole = 9_223_372_036_854_771_712 - 4096;
        assert_eq!(found, [Some(400), None, Some(whole), Some(0), None]);
    }
}
