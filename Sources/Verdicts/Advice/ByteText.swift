/// Bytes in sentences: `64 GiB`, `512 MiB`.
enum ByteText {
    static func text(_ bytes: UInt64) -> String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = bytes
        var unit = 0
        while value >= 10 * 1024, unit < units.count - 1 {
            value = (value + 512) / 1024
            unit += 1
        }
        return "\(value) \(units[unit])"
    }
}
