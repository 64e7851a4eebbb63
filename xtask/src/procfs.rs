//! What the kernel knows about a process: its family, its memory, the processor time it used. Linux only; elsewhere
//! every question is answered with nothing.

use std::time::Duration;

/// The clock ticks of `/proc/PID/stat` in a second. The kernel's interface fixes it, whatever the kernel's own clock.
const TICKS_PER_SECOND: u64 = 100;

/// The children of a process with their titles.
pub(crate) fn children(parent: u32) -> Vec<(u32, String)> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| parent_of(*id) == Some(parent)).map(|id| (id, title(id))).collect()
}

/// The processor time that a process used, in user and kernel mode, its ended children included.
pub(crate) fn cpu_time(process: u32) -> Option<Duration> {
    let fields = stat(process)?;
    // Counted from the state: utime, stime, cutime and cstime.
    let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// The bytes of memory that are a process's own: not mapped from a file, not shared.
pub(crate) fn anonymous_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// The bytes of memory that the machine has.
pub(crate) fn memory() -> Option<u64> {
    meminfo("MemTotal:")
}

/// The bytes of memory that the kernel needs for what it keeps of things, connections among them.
pub(crate) fn slab() -> Option<u64> {
    meminfo("Slab:")
}

fn meminfo(name: &str) -> Option<u64> {
    let all = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = all.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

/// Whether a process has ended and only its name is left.
#[cfg(test)]
pub(crate) fn has_ended(process: u32) -> bool {
    stat(process).is_some_and(|fields| fields.first().is_some_and(|state| state == "Z" || state == "X"))
}

fn parent_of(process: u32) -> Option<u32> {
    stat(process)?.get(1)?.parse().ok()
}

fn title(process: u32) -> String {
    let raw = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&raw).replace('\0', " ").trim().to_owned()
}

/// The fields of `stat` from the state on: the name before it may hold spaces and brackets.
fn stat(process: u32) -> Option<Vec<String>> {
    let line = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    Some(fields.split_whitespace().map(str::to_owned).collect())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_own_memory_and_its_children() {
        let mut child = std::process::Command::new("sleep").arg("600").spawn().unwrap();
        let family = children(std::process::id());
        child.kill().unwrap();
        child.wait().unwrap();

        assert!(family.iter().any(|(id, _)| *id == child.id()), "{family:?}");
        assert!(anonymous_memory(std::process::id()).unwrap() > 0);
        assert!(cpu_time(std::process::id()).is_some());
    }
}
