//! The laws of the house: small checks that keep the repository the way it was meant, each with how to mend it.

mod documents;
mod house;
mod layers;
mod sources;
mod stores;

use house::House;

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// What the laws found.
#[derive(Debug, Default)]
struct Report {
    broken: Vec<String>,
    warned: Vec<String>,
}

impl Report {
    /// A law is broken here; the message says where, what and how to mend it.
    fn broken(&mut self, message: String) {
        self.broken.push(message);
    }

    /// Not against the law yet.
    fn warn(&mut self, message: String) {
        self.warned.push(message);
    }
}

/// A law looks at the house and reports.
type Law = fn(&House, &mut Report);

/// All of them. Those that ask cargo come last: they take a second.
const LAWS: &[Law] = &[
    sources::open_with_a_sentence,
    sources::stay_short,
    sources::have_no_loose_ends,
    sources::name_no_machine,
    layers::keep_sql_in_the_store,
    layers::keep_http_in_the_server,
    layers::keep_sockets_in_the_transport,
    stores::ports_are_narrow,
    stores::migrations_go_together,
    documents::links_lead_somewhere,
    documents::architecture_names_every_module,
    documents::changelog_is_kept,
    layers::depend_in_one_direction,
];

/// Checks all laws, prints what it found, and fails if one is broken.
pub(crate) fn run() -> Outcome {
    let report = inspect(&House::load()?);
    for warning in &report.warned {
        terminal::line(&format!("warning: {warning}"));
    }
    for message in &report.broken {
        terminal::line(&format!("broken: {message}"));
    }
    match report.broken.len() {
        0 => {
            terminal::line(&format!("tidy: {} laws kept, {} warnings", LAWS.len(), report.warned.len()));
            Ok(())
        }
        count => Err(Failure::new(format!("tidy: {count} times a law of the house is broken (see above)"))),
    }
}

fn inspect(house: &House) -> Report {
    let mut report = Report::default();
    for law in LAWS {
        law(house, &mut report);
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_in_order() {
        let report = inspect(&House::load().unwrap());

        assert!(report.broken.is_empty(), "\n{}", report.broken.join("\n"));
    }
}
