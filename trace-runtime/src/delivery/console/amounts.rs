//! Durations, token counts and costs in few characters.

use std::time::Duration;

/// Formats a duration in at most seven characters: `2h05m`, `2m05s`, or as [`duration`] does.
pub(super) fn short_duration(took: Duration, micros: &str) -> String {
    match took.as_secs() {
        0..60 => duration(took, micros),
        seconds @ 60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        seconds => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// Formats a duration in the largest unit that it fills: `1.20s`, `3.4ms`, `56µs`.
pub(super) fn duration(took: Duration, micros: &str) -> String {
    match took.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{seconds:.2}s"),
        seconds if seconds >= 0.001 => format!("{:.1}ms", seconds * 1e3),
        seconds => format!("{:.0}{micros}", seconds * 1e6),
    }
}

/// Formats a count in at most five characters: `812`, `1.9k`, `12k`, `3.1M`.
pub(super) fn count(count: u64) -> String {
    let short = |unit: u64, letter: &str| {
        let tenths = count / (unit / 10);
        if tenths < 100 {
            format!("{}.{}{letter}", tenths / 10, tenths % 10)
        } else {
            format!("{}{letter}", count / unit)
        }
    };
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => short(1_000, "k"),
        1_000_000..1_000_000_000 => short(1_000_000, "M"),
        _ => short(1_000_000_000, "G"),
    }
}

/// Formats dollars with at least two digits that count: `$12.30`, `$0.0031`.
pub(super) fn dollars(cost: f64) -> String {
    match cost.abs() {
        cost if cost >= 0.1 || cost == 0.0 => format!("${cost:.2}"),
        cost if cost >= 0.000_1 => format!("${cost:.4}"),
        cost if cost < 0.000_000_5 => "<$0.000001".to_owned(),
        _ => format!("${cost:.6}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short_in_every_range() {
        let durations = [(37, "37µs"), (3_400, "3.4ms"), (1_204_000, "1.20s")];
        for (micros, expected) in durations {
            assert_eq!(duration(Duration::from_micros(micros), "µs"), expected);
        }
        assert_eq!(duration(Duration::from_secs(125), "µs"), "125.00s");
        assert_eq!(short_duration(Duration::from_secs(125), "µs"), "2m05s");
        assert_eq!(short_duration(Duration::from_secs(7_325), "µs"), "2h02m");
        let counts = [(812, "812"), (1_949, "1.9k"), (12_345, "12k"), (3_100_000, "3.1M")];
        for (number, expected) in counts {
            assert_eq!(count(number), expected);
        }
        let costs =
            [(12.3, "$12.30"), (0.0031, "$0.0031"), (0.000_004, "$0.000004"), (4e-8, "<$0.000001")];
        for (cost, expected) in costs {
            assert_eq!(dollars(cost), expected);
        }
    }
}
