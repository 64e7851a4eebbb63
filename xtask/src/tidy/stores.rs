//! Laws about the stores and their ports: a port stays narrow, and the two databases change together.

use std::collections::BTreeSet;

use super::Report;
use super::house::House;

/// A trait with more methods than this wants to be two.
const WIDEST: usize = 12;

const PORTS: &str = "chat-core/src/ports";
const SQLITE: &str = "chat-store/migrations/sqlite";
const POSTGRES: &str = "chat-store/migrations/postgres";

/// Whoever writes a store writes every method of every port.
pub(super) fn ports_are_narrow(house: &House, report: &mut Report) {
    for file in house.below(PORTS).filter(|file| file.extension() == "rs") {
        for (name, methods) in traits(&file.text) {
            if methods > WIDEST {
                report.broken(format!(
                    "{}: {name} has {methods} methods, the limit is {WIDEST}; cut it in two",
                    file.path
                ));
            }
        }
    }
}

/// The traits of a file with the number of their methods. The formatter puts a trait's closing brace in the first
/// column, and nothing else of the trait.
fn traits(text: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("pub trait ") {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            found.push((name.to_owned(), 0));
            inside = true;
        } else if line.starts_with('}') {
            inside = false;
        } else if inside
            && let Some((_, methods)) = found.last_mut()
            && (line.starts_with("    fn ") || line.starts_with("    async fn "))
        {
            *methods += 1;
        }
    }
    found
}

/// A change of the schema is made on both databases under the same number.
pub(super) fn migrations_go_together(house: &House, report: &mut Report) {
    let (sqlite, postgres) = (numbers(house, SQLITE, report), numbers(house, POSTGRES, report));
    for number in sqlite.difference(&postgres) {
        report.broken(format!("migration {number} is in {SQLITE} only; write it for Postgres too"));
    }
    for number in postgres.difference(&sqlite) {
        report.broken(format!("migration {number} is in {POSTGRES} only; write it for SQLite too"));
    }
}

fn numbers(house: &House, directory: &str, report: &mut Report) -> BTreeSet<u64> {
    let mut numbers = BTreeSet::new();
    for file in house.below(directory).filter(|file| file.extension() == "sql") {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(number) if numbers.insert(number) => {}
            Ok(number) => report.broken(format!("{}: migration {number} is there twice; take the next one", file.path)),
            Err(_) => report.broken(format!("{}: begins without a number; name it like its neighbours", file.path)),
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_methods_of_a_trait_are_counted_and_default_bodies_do_not_confuse() {
        let text = "pub trait First: Send {\n    async fn one(&self);\n    fn two(&self) {\n        fn inner() {}\n    }\n}\n\
                    impl First for () {\n    fn two(&self) {}\n}\npub trait Second {}\n";

        assert_eq!(traits(text), [("First".to_owned(), 2), ("Second".to_owned(), 0)]);
    }

    #[test]
    fn a_port_that_is_too_wide_is_found() {
        let wide = format!("pub trait Wide {{\n{}}}\n", "    fn method(&self);\n".repeat(13));
        let mut report = Report::default();
        ports_are_narrow(&House::of(&[("chat-core/src/ports/wide.rs", &wide)]), &mut report);

        assert_eq!(report.broken.len(), 1);
    }

    #[test]
    fn a_migration_of_one_database_alone_is_found() {
        let mut report = Report::default();
        let (both, alone) = ("chat-store/migrations/postgres/0001_a.sql", "chat-store/migrations/sqlite/0002_b.sql");
        let house = House::of(&[("chat-store/migrations/sqlite/0001_a.sql", ""), (both, ""), (alone, "")]);
        migrations_go_together(&house, &mut report);

        assert_eq!(report.broken.len(), 1, "{:?}", report.broken);
    }
}
