//! Settings by name.

use crate::report::diff::settings::{Setting, differing};
use serde_json::{Value as Json, json};

#[test]
fn settings_are_named_as_a_sweep_names_them() {
    let base = json!({"semantics": 5, "seed": 7, "cell": null, "scenario": {
        "overseer": [{"name": "human", "error": {"rate": 0.1}}, {"name": "panel", "reach": 1}],
        "protocol": [{"name": "debate", "agents": ["x", "y"]}, {"name": "trust"}],
        "published": [{"cell": "c", "value": 1}, {"cell": "d", "value": 2}],
        "trials": 80,
    }});
    let check = |path: &str, value: Json, wanted: &str| {
        let mut other = base.clone();
        *other.pointer_mut(path).expect("it is there") = value;
        let told: Vec<String> = differing(&base, &other)
            .into_iter()
            .map(|Setting { path, a, b }| {
                let shown = |value: Option<Json>| value.map_or_else(|| "-".into(), |value| value.to_string());
                format!("{path}: {} {}", shown(a), shown(b))
            })
            .collect();
        assert_eq!(told.join("; "), wanted);
    };
    check("/seed", json!(7), "");
    check("/seed", json!(8), "seed: 7 8");
    check("/semantics", json!(6), "SEMANTICS: 5 6");
    check("/cell", json!("debate|human"), r#"cell: null "debate|human""#);
    check("/scenario/trials", json!(90), "trials: 80 90");
    check("/scenario/overseer/0/error/rate", json!(0.2), "overseer.human.error.rate: 0.1 0.2");
    check("/scenario/overseer/0/error", json!(null), r#"overseer.human.error: {"rate":0.1} null"#);
    check("/scenario/protocol/0/agents", json!(["x"]), r#"protocol.debate.agents: ["x","y"] ["x"]"#);
    check("/scenario/published/1/value", json!(3), "published[1].value: 2 3");
    check(
        "/scenario/published",
        json!([1]),
        r#"published: [{"cell":"c","value":1},{"cell":"d","value":2}] [1]"#,
    );
    check(
        "/scenario/protocol",
        json!([{"name": "trust"}, {"name": "vote"}, {"name": "debate", "agents": ["x", "y"]}]),
        r#"protocol.vote: - {"name":"vote"}; protocol (order): ["debate","trust"] ["trust","debate"]"#,
    );
    // A name twice is no name.
    let twice = json!([{"name": "trust"}, {"name": "trust"}]);
    check(
        "/scenario/protocol",
        twice,
        r#"protocol[0].agents: ["x","y"] -; protocol[0].name: "debate" "trust""#,
    );
}
