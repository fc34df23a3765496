import Glibc

/// Student's t distribution: how far a mean may be from the truth when its own error was estimated from few values.
///
/// The distribution function is the regularised incomplete beta function: of |t| with ν degrees of freedom the two tails hold
/// I(x; ν/2, 1/2) with x = ν / (ν + t²). It is computed by its continued fraction (Lentz's way of running it), which
/// converges within some tens of steps for all that is asked here. Degrees of freedom need not be whole.
///
/// Example: ν = 4 and t = 2.776 give x = 4 / (4 + 7.706) = 0.3417, and I(0.3417; 2, 0.5) = 0.05: five in a hundred.
package enum StudentDistribution {
    /// The probability of a value farther from 0 than ±t.
    ///
    /// - Parameters:
    ///   - t: Any number; infinity has no tail.
    ///   - degrees: Of freedom, more than 0.
    package static func tails(_ t: Double, degrees: Double) -> Double {
        guard degrees > 0, !t.isNaN else { return 1 }
        guard t.isFinite, degrees.isFinite else { return t.isFinite ? 1 : 0 }
        return min(1, max(0, beta(degrees / (degrees + t * t), degrees / 2, 0.5)))
    }

    /// The t beyond which both tails together hold a probability.
    ///
    /// - Parameter probability: More than 0 and less than 1: 0.05 for an interval of 95 %.
    package static func bound(probability: Double, degrees: Double) -> Double {
        guard degrees > 0, probability > 0, probability < 1 else { return .infinity }
        var (low, high) = (0.0, 1.0)
        while tails(high, degrees: degrees) > probability, high < 1e9 { high *= 2 }
        for _ in 0..<56 {
            let middle = (low + high) / 2
            if tails(middle, degrees: degrees) > probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private static func logGamma(_ value: Double) -> Double {
        let (result, _): (Double, Int) = lgamma(value)
        return result
    }

    /// The regularised incomplete beta function.
    private static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
        // The fraction converges fast on one side of the mean; the other is what remains.
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...300 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / nonzero(1 + even * d)
            c = nonzero(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / nonzero(1 + odd * d)
            c = nonzero(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < 1e-14 { break }
        }
        return result
    }
}
