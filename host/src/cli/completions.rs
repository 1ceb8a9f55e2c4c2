//! `sidepane completions`: for shells.

use super::print;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  sidepane completions bash > /etc/bash_completion.d/sidepane\n  \
                  sidepane completions zsh > ~/.zfunc/_sidepane\n  sidepane completions fish > \
                  ~/.config/fish/completions/sidepane.fish"
)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

/// Writes the shell's script to standard output.
pub(crate) fn run(arguments: &Completions, command: &mut clap::Command) {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, "sidepane", &mut script);
    print::answer(&String::from_utf8_lossy(&script));
}
