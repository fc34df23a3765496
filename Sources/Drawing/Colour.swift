import Glibc
import TextOutput

/// A colour of the screen (sRGB).
package struct Colour: Sendable, Hashable {
    package var red: UInt8
    package var green: UInt8
    package var blue: UInt8

    /// - Parameter number: As it is written: `0x0B5FA5`.
    package init(_ number: UInt32) {
        red = UInt8(truncatingIfNeeded: number >> 16)
        green = UInt8(truncatingIfNeeded: number >> 8)
        blue = UInt8(truncatingIfNeeded: number)
    }

    private init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// `#0b5fa5`
    package var text: String {
        var bytes = [UInt8(ascii: "#")]
        for part in [red, green, blue] {
            if part < 16 { bytes.append(UInt8(ascii: "0")) }
            bytes.append(hexadecimal: UInt64(part))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How bright it looks, 0 to 1 (WCAG 2.2, relative luminance).
    package var luminance: Double {
        func linear(_ part: UInt8) -> Double {
            let value = Double(part) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// 1 (the same) to 21 (black on white). Text wants 4.5 and shapes 3 to be told from what is behind them (WCAG 2.2).
    package func contrast(with other: Colour) -> Double {
        let (one, two) = (luminance, other.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    /// A share of another colour in it, 0 to 1.
    package func mixed(with other: Colour, share: Double) -> Colour {
        func mix(_ one: UInt8, _ two: UInt8) -> UInt8 {
            UInt8(min(255, max(0, (Double(one) * (1 - share) + Double(two) * share).rounded())))
        }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }
}
