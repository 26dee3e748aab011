//! Where a function with one peak is worth integrating.

use super::quadrature::sixteen_nodes;

/// The logarithm of a non-negative function on [0, room] that rises to one peak and falls after it.
pub trait OnePeak {
    fn log(&self, u: f64) -> f64;
    /// Slope and curvature (with its sign changed) of the logarithm.
    fn slope(&self, u: f64) -> (f64, f64);
    fn room(&self) -> f64;

    /// Where the function is largest, about: Newton's method within a shrinking bracket, from `start`.
    fn mode(&self, start: f64) -> f64 {
        let room = self.room();
        if room <= 0.0 || self.slope(0.0).0 <= 0.0 {
            return 0.0;
        }
        if self.slope(room).0 >= 0.0 {
            return room;
        }
        let (mut low, mut high) = (0.0, room);
        let mut u = if 0.0 < start && start < room { start } else { 0.5 * room };
        for _ in 0..60 {
            let (slope, curvature) = self.slope(u);
            if slope > 0.0 {
                low = u;
            } else {
                high = u;
            }
            let mut next = u + slope / curvature;
            if !(low < next && next < high) {
                next = 0.5 * (low + high);
            }
            // A quadrature only needs to know where about the peak is.
            let near = (next - u).abs() * curvature.abs().sqrt() < 1e-3;
            u = next;
            if near {
                break;
            }
        }
        u
    }

    /// Where the function has fallen by `depth` e-folds, below (-1) or above (+1) the mode, about.
    fn end(&self, mode: f64, depth: f64, side: f64) -> f64 {
        const STRETCH: f64 = 1.3;
        let room = if side < 0.0 { mode } else { self.room() - mode };
        if room <= 0.0 {
            return mode;
        }
        let floor = self.log(mode) - depth;
        let gone = |distance: f64| self.log(mode + side * distance) < floor;
        let (slope, curvature) = self.slope(mode);
        let fall = -side * slope;
        let mut distance = first_reach(fall.max(0.0), curvature, depth).min(room);
        if gone(distance) {
            while gone(distance / STRETCH) {
                distance /= STRETCH;
            }
        } else {
            while distance < room && !gone(distance) {
                distance *= STRETCH;
            }
        }
        mode + side * distance.min(room)
    }

    /// ln of the integral over all that is not lower than the peak by `depth` e-folds.
    fn log_integral(&self, depth: f64) -> f64 {
        let (nodes, weights) = sixteen_nodes();
        let mode = self.mode(1.0);
        let top = self.log(mode);
        let mut sum = 0.0;
        for side in [-1.0, 1.0] {
            let half = 0.5 * (self.end(mode, depth, side) - mode);
            for (node, weight) in nodes.iter().zip(weights) {
                sum += half.abs() * weight * (self.log(mode + half * (1.0 + node)) - top).exp();
            }
        }
        top + sum.ln()
    }
}

/// Where a parabola with this slope and curvature at its start has fallen by `depth`.
fn first_reach(fall: f64, curvature: f64, depth: f64) -> f64 {
    let root = (fall * fall + 2.0 * depth * curvature.max(1e-9)).sqrt();
    2.0 * depth / (fall + root)
}
