//! System packages, installed only where they are missing.

use crate::shell::{Outcome, program, run, works};

/// Makes sure that a tool works; where it does not, installs Debian packages for it and looks again.
pub(crate) fn ensure(tool: &str, works_now: impl Fn() -> bool, packages: &[&str]) -> Outcome {
    if works_now() {
        return Ok(());
    }
    if !works(program("apt-get").arg("--version")) {
        return Err(format!(
            "{tool} is missing, and this is not a Debian system: please install {}",
            packages.join(", ")
        ));
    }
    println!("{tool} is missing: installing {}", packages.join(", "));
    run(as_root("apt-get").args(["update", "-q"]))?;
    run(as_root("apt-get").args(["install", "-q", "-y", "--no-install-recommends"]).args(packages))?;
    if works_now() {
        Ok(())
    } else {
        Err(format!("{tool} still does not work after installing {}", packages.join(", ")))
    }
}

/// A command with the rights to install packages: through `sudo` for an ordinary user.
fn as_root(name: &str) -> std::process::Command {
    let is_root = std::process::Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0");
    let mut command = if is_root {
        program(name)
    } else {
        let mut sudo = program("sudo");
        sudo.arg(name);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
