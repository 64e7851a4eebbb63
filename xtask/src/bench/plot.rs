//! Pictures of a run, drawn as SVG: bars for ratios and lines for courses. They are read in a browser beside the text, in
//! light and dark surroundings, so they bring a ground of their own.

use std::fmt::Write as _;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 390.0;
const RIGHT: f64 = 90.0;
const ROW: f64 = 34.0;
const TOP: f64 = 64.0;
const STYLE: &str = "text{font:13px system-ui,sans-serif;fill:#1f2933}.title{font-size:17px;font-weight:600}\
     .quiet{fill:#667483;font-size:12px}.grid{stroke:#e3e8ee}.bar{fill:#2f6f9f}.target{stroke:#d1495b;stroke-width:2}\
     .line{fill:none;stroke-width:2.5;stroke-linejoin:round}";
/// Told apart by people who see few colours, too.
const COLOURS: [&str; 4] = ["#2f6f9f", "#d1495b", "#3d8361", "#8f6bb3"];

/// A bar: what it is, how long, and where it should be.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    /// What it measures.
    pub(super) label: String,
    /// How much.
    pub(super) value: f64,
    /// What is aimed at, if anything is.
    pub(super) target: Option<f64>,
}

/// A course through points.
#[derive(Debug, Clone)]
pub(super) struct Course {
    /// What it is.
    pub(super) label: String,
    /// From left to right.
    pub(super) points: Vec<(f64, f64)>,
}

/// Horizontal bars below each other; a red stroke marks each target.
pub(super) fn bars(title: &str, note: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().flat_map(|bar| [bar.value, bar.target.unwrap_or(0.0)]).fold(0.0, f64::max);
    let (step, end) = scale(longest);
    let room = WIDTH - LEFT - RIGHT;
    let x = |value: f64| LEFT + room * value.clamp(0.0, end) / end;
    let bottom = TOP + ROW * count(bars.len());
    let mut svg = open(title, note, bottom + 40.0);
    let mut tick = 0.0;
    while tick <= end + step / 2.0 {
        let at = x(tick);
        let _ = write!(svg, "<line class=\"grid\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom:.1}\"/>");
        let _ = write!(
            svg,
            "<text class=\"quiet\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            bottom + 18.0,
            short(tick)
        );
        tick += step;
    }
    for (index, bar) in bars.iter().enumerate() {
        let y = TOP + ROW * count(index);
        let length = (x(bar.value) - LEFT).max(1.5);
        let middle = y + ROW / 2.0 + 4.5;
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 10.0,
            escape(&bar.label)
        );
        let _ = write!(
            svg,
            "<rect class=\"bar\" x=\"{LEFT}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{:.1}\" rx=\"3\"/>",
            y + 7.0,
            ROW - 14.0
        );
        let mut end_of_bar = LEFT + length;
        if let Some(target) = bar.target {
            let at = x(target);
            end_of_bar = end_of_bar.max(at);
            let _ = write!(
                svg,
                "<line class=\"target\" x1=\"{at:.1}\" y1=\"{:.1}\" x2=\"{at:.1}\" y2=\"{:.1}\"/>",
                y + 3.0,
                y + ROW - 3.0
            );
        }
        let _ = write!(svg, "<text x=\"{:.1}\" y=\"{middle:.1}\">{}</text>", end_of_bar + 8.0, short(bar.value));
    }
    svg + "</svg>\n"
}

/// Courses over the same axes; the vertical one is logarithmic.
pub(super) fn courses(title: &str, note: &str, across: &[(f64, &str)], courses: &[Course]) -> String {
    let values = || courses.iter().flat_map(|course| course.points.iter().map(|(_, y)| *y)).filter(|y| *y > 0.0);
    let (low, high) =
        (values().fold(f64::MAX, f64::min).log10().floor(), values().fold(0.001, f64::max).log10().ceil());
    let (left, height) = (70.0, 280.0);
    let last = across.last().map_or(1.0, |(x, _)| *x).max(f64::EPSILON);
    let x = |value: f64| left + (WIDTH - left - 40.0) * value / last;
    let y = |value: f64| TOP + height * (1.0 - (value.max(1e-9).log10() - low) / (high - low).max(1.0));
    let mut svg = open(title, note, TOP + height + 40.0 + 22.0 * count(courses.len()));
    let mut power = low;
    while power <= high {
        let (at, value) = (y(10_f64.powf(power)), 10_f64.powf(power));
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{left}\" y1=\"{at:.1}\" x2=\"{:.1}\" y2=\"{at:.1}\"/>",
            WIDTH - 40.0
        );
        let _ = write!(
            svg,
            "<text class=\"quiet\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            left - 8.0,
            at + 4.0,
            short(value)
        );
        power += 1.0;
    }
    for (at, label) in across {
        let _ = write!(
            svg,
            "<text class=\"quiet\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(*at),
            TOP + height + 18.0,
            escape(label)
        );
    }
    for (index, (course, colour)) in courses.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let points: Vec<String> = course.points.iter().map(|(px, py)| format!("{:.1},{:.1}", x(*px), y(*py))).collect();
        let _ = write!(svg, "<polyline class=\"line\" stroke=\"{colour}\" points=\"{}\"/>", points.join(" "));
        let at = TOP + height + 44.0 + 22.0 * count(index);
        let _ = write!(svg, "<rect x=\"{left}\" y=\"{:.1}\" width=\"18\" height=\"4\" fill=\"{colour}\"/>", at - 6.0);
        let _ = write!(svg, "<text x=\"{:.1}\" y=\"{at:.1}\">{}</text>", left + 28.0, escape(&course.label));
    }
    svg + "</svg>\n"
}

fn open(title: &str, note: &str, height: f64) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{title}\">\
         <style>{STYLE}</style><rect width=\"{WIDTH}\" height=\"{height:.0}\" rx=\"8\" fill=\"#fff\"/>\
         <text class=\"title\" x=\"20\" y=\"30\">{title}</text><text class=\"quiet\" x=\"20\" y=\"50\">{note}</text>",
        title = escape(title),
        note = escape(note)
    )
}

/// A step of 1, 2 or 5 times a power of ten, and the first multiple of it that covers everything.
fn scale(longest: f64) -> (f64, f64) {
    let rough = longest.max(1e-6) / 5.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
    let step = step.unwrap_or(rough);
    (step, step * (longest.max(1e-6) / step).ceil())
}

#[expect(clippy::cast_precision_loss, reason = "a picture has few rows")]
fn count(rows: usize) -> f64 {
    rows as f64
}

/// A number with as many digits as a person reads.
fn short(value: f64) -> String {
    let digits = if value.abs() >= 100.0 { 0 } else { 2 };
    let written = format!("{value:.digits$}");
    if written.contains('.') { written.trim_end_matches('0').trim_end_matches('.').to_owned() } else { written }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_has_round_steps_and_covers_the_longest_bar() {
        assert_eq!(scale(4.2), (1.0, 5.0));
        assert_eq!(scale(93.0), (20.0, 100.0));
    }

    #[test]
    fn every_bar_is_drawn_with_its_label_and_its_target() {
        let bar = |target| Bar { label: "a < b".to_owned(), value: 2.0, target };
        let svg = bars("Title", "note", &[bar(Some(3.0)), bar(None)]);

        assert_eq!(svg.matches("class=\"bar\"").count(), 2);
        assert_eq!(svg.matches("class=\"target\"").count(), 1);
        assert!(svg.contains("a &lt; b") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn a_larger_value_is_drawn_higher() {
        let course = Course { label: "c".to_owned(), points: vec![(0.0, 1.0), (1.0, 100.0)] };
        let svg = courses("T", "n", &[(0.0, "a"), (1.0, "b")], &[course]);

        let (_, points) = svg.split_once("points=\"").unwrap();
        let heights: Vec<f64> = points
            .split('"')
            .next()
            .unwrap()
            .split(' ')
            .map(|p| p.split(',').nth(1).unwrap().parse().unwrap())
            .collect();
        assert!(heights[1] < heights[0], "{heights:?}");
    }
}
