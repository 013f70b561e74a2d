//! A chart of the growth with the number of replicas.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

/// One line of the chart.
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Replicas and states.
    pub points: Vec<(u32, u64)>,
}

const SIZE: (u32, u32) = (860, 560);

const FONT: (&str, u32) = ("sans-serif", 14);

/// Colours that differ in brightness too.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0x9e, 0xca, 0xe1),
    RGBColor(0x6b, 0xae, 0xd6),
    RGBColor(0x31, 0x82, 0xbd),
    RGBColor(0x08, 0x45, 0x94),
    RGBColor(0xfd, 0xae, 0x6b),
    RGBColor(0xe6, 0x55, 0x0d),
    RGBColor(0x8c, 0x2d, 0x04),
];

/// Draws the lines into a file, the states on a scale of powers of ten.
///
/// # Errors
/// If the file cannot be written.
pub fn draw(path: &Path, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let (Some(least), Some(most)) = (
        points().map(|point| point.0).min(),
        points().map(|point| point.0).max(),
    ) else {
        return Err("there is nothing to draw".into());
    };
    let highest = points().map(|point| point.1).max().unwrap_or(1);
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(110)
        .build_cartesian_2d(least..most, (10..highest * 100).log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .label_style(FONT)
        .axis_desc_style(FONT)
        .x_desc("replicas")
        .y_desc("states")
        .x_labels((most - least) as usize + 1)
        .y_label_formatter(&|&states| crate::shown::grouped(states))
        .draw()?;
    for (line, colour) in lines.iter().zip(COLOURS.into_iter().cycle()) {
        let style = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), style).point_size(3))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(FONT)
        .background_style(WHITE)
        .draw()?;
    root.present()?;
    Ok(())
}
