//! The page as text; what it does in a browser is tried by `tests/browser/run.sh`.

use super::*;

const SCRIPT_END: &str = "</script";

/// The JSON inside of a page.
fn data_of(html: &str) -> serde_json::Value {
    let (_, rest) =
        html.split_once("<script type=\"application/json\" id=\"data\">").expect("a data element");
    let (text, _) = rest.split_once(SCRIPT_END).expect("it ends");
    serde_json::from_str(text).expect("JSON")
}

/// A page without the libraries, which hold markup in their strings.
fn own(html: &str) -> String {
    LIBRARIES.iter().fold(html.to_owned(), |html, library| html.replace(without_map(library), ""))
}

#[test]
fn names_never_become_markup() {
    let evil = "</script><img src=x onerror=alert(1)>{{script}}<!--\u{2028}'\"&";
    let mut data = samples::plain();
    for text in [&mut data.title, &mut data.about, &mut data.scenario_text, &mut data.command] {
        *text = evil.to_owned();
    }
    data.strategies[0] = evil.to_owned();
    data.groups[0].task = evil.to_owned();
    data.facts.push((evil.to_owned(), evil.to_owned()));
    data.cells[1].failed = Some(evil.to_owned());
    let html = own(&page(&data));
    assert!(!html.contains("<img"));
    assert_eq!(html.matches(SCRIPT_END).count(), 3, "the page's own three scripts end, no other");
    assert_eq!(html.matches(SCRIPT).count(), 1, "what is filled in is not filled again");
    // What the reader of the data gets is what was given.
    assert_eq!(data_of(&html)["strategies"][0], evil);
    assert_eq!(data_of(&html)["title"], evil);
}

#[test]
fn libraries_and_code_cannot_end_their_script() {
    for text in LIBRARIES.iter().chain([&SCRIPT]) {
        assert!(!text.contains(SCRIPT_END) && !text.contains("<!--"));
    }
}

#[test]
fn equal_data_gives_equal_bytes_and_other_data_does_not() {
    let (one, same) = (page(&samples::sweep()), page(&samples::sweep()));
    assert!(one == same);
    let mut other = samples::sweep();
    other.cells[0].accuracy += 0.001;
    assert!(one != page(&other));
}

#[test]
fn data_survive_being_turned_to_columns() {
    let data = samples::distillation();
    let json = data_of(&page(&data));
    assert_eq!(json["cells"]["accuracy"].as_array().map(Vec::len), Some(data.cells.len()));
    for (i, cell) in data.cells.iter().enumerate() {
        assert_eq!(json["cells"]["accuracy"][i], cell.accuracy);
        assert_eq!(json["cells"]["id"][i], cell.id.as_str());
        assert_eq!(json["cells"]["interval"][i], serde_json::json!(cell.interval));
    }
    let pressed = samples::incentives();
    let json = data_of(&page(&pressed));
    for (i, row) in pressed.pressure.iter().enumerate() {
        assert_eq!(json["pressure"]["n"][i], row.n);
        assert_eq!(json["pressure"]["interval"][i], serde_json::json!(row.interval));
    }
    for data in [data, pressed, samples::pixels()] {
        let text = serde_json::to_string(&data).expect("JSON");
        assert_eq!(serde_json::from_str::<PageData>(&text).expect("PageData"), data);
    }
}

#[test]
fn the_script_reads_the_columns_that_are_written() {
    let names = embed::COLUMNAR.map(|name| format!("\"{name}\"")).join(", ");
    assert!(SCRIPT.contains(&format!("for (const name of [{names}])")), "{names}");
}

#[test]
fn every_view_is_in_the_script() {
    let mut files = 0;
    for file in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/page/web/views")).expect("views")
    {
        let path = file.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("text");
        assert!(SCRIPT.contains(&text), "{} is left out", path.display());
        files += 1;
    }
    assert_eq!(SCRIPT.matches("\nview({\n").count(), files, "a file a view");
}

#[test]
fn names_of_incentives_never_become_markup() {
    let evil = "</script><img src=x>";
    let mut data = samples::incentives();
    data.pressure[0].agent = evil.to_owned();
    data.incentives[0].equilibrium = evil.to_owned();
    data.incentives[0].responses[0].stance = evil.to_owned();
    let html = page(&data);
    assert!(!own(&html).contains(evil));
    let json = data_of(&html);
    assert_eq!(json["pressure"]["agent"][0], evil);
    assert_eq!(json["incentives"][0]["equilibrium"], evil);
    assert_eq!(json["incentives"][0]["responses"][0]["stance"], evil);
}

#[test]
fn names_of_who_shows_never_become_markup() {
    let data = samples::pixels();
    let shown = |of: &Match| of.root.exposure.as_ref().expect("a picture").shown.clone();
    let evil = shown(&data.matches[0])[1].by.clone().expect("a name");
    assert!(evil.contains("</script>"));
    let html = page(&data);
    assert!(!own(&html).contains(&evil));
    let told = &data_of(&html)["matches"][0]["root"]["exposure"];
    assert_eq!(told["shown"][1]["by"], evil.as_str());
    assert_eq!(told["stood"][1]["by"], evil.as_str());
    assert_eq!(told["picture"].as_str().map(str::len), Some(2 * 28 * 28));
}

#[test]
fn two_hundred_pictures_fit_a_page_and_questions_without_one_do_not_speak_of_it() {
    let data = samples::pixels();
    assert_eq!(data.matches.len(), 200);
    let bytes = page(&data).len();
    assert!(bytes < 2_000_000, "{bytes} bytes");
    let json = data_of(&page(&samples::distillation()));
    assert_eq!(json["matches"][0]["root"].get("exposure"), None);
}

#[test]
fn small_pages_stay_small() {
    for data in [samples::plain(), samples::distillation(), samples::incentives(), PageData::default()] {
        let bytes = page(&data).len();
        assert!(bytes < 1_500_000, "{}: {bytes} bytes", data.title);
    }
}

#[test]
fn ten_thousand_cells_take_less_than_a_second() {
    let data = samples::large();
    assert_eq!(data.cells.len(), 10_000);
    #[expect(clippy::disallowed_methods, reason = "a time is what is measured")]
    let start = std::time::Instant::now();
    let html = page(&data);
    assert!(start.elapsed().as_secs_f64() < 1.0, "{:?}", start.elapsed());
    assert!(html.len() < 6_000_000, "{} bytes", html.len());
}

#[test]
fn nothing_from_outside_is_asked_for() {
    let html = own(&page(&samples::sweep()));
    let head = &html[..html.find("<style>").expect("a style")];
    assert!(head.contains("default-src 'none'") && !head.contains("unsafe-eval"));
    for way in ["<link", " src=\"", "@import", "sourceMappingURL", "url("] {
        assert!(!html.contains(way), "{way}");
    }
}

#[test]
fn readable_without_scripts() {
    let html = page(&samples::plain());
    let (_, rest) = html.split_once("<noscript>").expect("a message");
    let (plain, _) = rest.split_once("</noscript>").expect("it ends");
    // Best first; a failed cell last, with its reason; a single run without an interval.
    let at = |text: &str| plain.find(text).unwrap_or_else(|| panic!("{text} is missing"));
    assert!(
        at(">cross-examination<") < at(">recursive debate<")
            && at(">recursive debate<") < at("the loss is not finite")
    );
    assert!(plain.contains("<td>88.1</td><td>87.7 to 88.5</td>"), "88.1 % of 20 000: half .45 points");
    assert!(plain.contains("one run, none"));
}

#[test]
fn long_leaderboards_are_cut_and_say_so() {
    let html = page(&samples::large());
    assert!(html.contains("<p>9600 more cells are not shown here.</p>"));
}

#[test]
fn indices_and_numbers_that_mean_nothing_do_no_harm() {
    let data = PageData {
        cells: vec![Cell { group: 9, strategy: 9, point: vec![9], accuracy: f64::NAN, ..Cell::default() }],
        axes: vec![Axis::default()],
        ..PageData::default()
    };
    let html = page(&data);
    assert!(html.contains("unknown"));
    assert!(data_of(&html)["cells"]["accuracy"][0].is_null());
}

/// Writes the pages that `tests/browser/run.sh` opens into the folder that `PAGES` names.
#[test]
#[ignore = "writes files; tests/browser/run.sh calls it"]
fn write_pages() {
    let folder = std::path::PathBuf::from(std::env::var_os("PAGES").expect("PAGES names a folder"));
    let pages = [
        ("plain", samples::plain()),
        ("sweep", samples::sweep()),
        ("distillation", samples::distillation()),
        ("incentives", samples::incentives()),
        ("pixels", samples::pixels()),
        ("large", samples::large()),
        (
            "empty",
            PageData {
                title: "empty".to_owned(),
                scenario_text: "seed = 1\n".to_owned(),
                ..PageData::default()
            },
        ),
    ];
    for (name, data) in pages {
        std::fs::write(folder.join(format!("{name}.html")), page(&data)).expect("a folder to write to");
    }
}
