//! A message that a load generator sends: where it goes, whose it is and which of theirs.

/// As long as what pgbench inserts.
const BODY: usize = 120;

/// It is written as the server wants it when it is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter<'a> {
    /// Where it goes.
    pub(super) conversation: i64,
    /// Begins its key.
    pub(super) name: &'a str,
    /// Ends its key.
    pub(super) number: u64,
}

impl Letter<'_> {
    /// The frame of this product that sends it.
    pub(super) fn frame(self) -> String {
        let Self { conversation, name, number } = self;
        let body = body();
        format!(
            "{{\"type\":\"message.send\",\"ref\":\"{name}-{number}\",\"conversation_id\":{conversation},\
             \"body\":\"{body}\",\"client_id\":\"{name}-{number}\"}}"
        )
    }

    /// The command of Centrifuge that publishes it: the channel says where it goes, and the reply repeats its number.
    pub(super) fn command(self) -> String {
        let Self { conversation, name, number } = self;
        let body = body();
        format!(
            "{{\"id\":{number},\"publish\":{{\"channel\":\"{conversation}\",\
             \"data\":{{\"body\":\"{body}\",\"client_id\":\"{name}-{number}\"}}}}}}"
        )
    }
}

fn body() -> String {
    "x".repeat(BODY)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_letter_says_the_same_however_it_is_written() {
        let letter = Letter { conversation: 5, name: "ann", number: 7 };
        let frame: Value = serde_json::from_str(&letter.frame()).unwrap();
        let command: Value = serde_json::from_str(&letter.command()).unwrap();
        let (publish, data) = (&command["publish"], &command["publish"]["data"]);

        assert_eq!((&frame["conversation_id"], &publish["channel"]), (&Value::from(5), &Value::from("5")));
        assert_eq!((&frame["ref"], &command["id"]), (&Value::from("ann-7"), &Value::from(7)));
        assert_eq!((&frame["body"], &frame["client_id"]), (&data["body"], &data["client_id"]));
    }
}
