import Testing
import TextOutput

@Suite struct JSONWriterTests {
    private func text(_ json: JSONWriter) -> String { String(decoding: json.bytes, as: UTF8.self) }

    @Test func nestsObjectsAndArraysWithCommasOnlyBetweenValues() {
        var json = JSONWriter()
        json.object { json in
            json.member("node", 0)
            json.array("cpus") { array in
                array.value(1)
                array.value(-2)
                array.object { _ in }
            }
            json.member("on", true)
            json.key("nothing")
            json.null()
        }
        #expect(text(json) == #"{"node":0,"cpus":[1,-2,{}],"on":true,"nothing":null}"#)
    }

    @Test func indentsTwoSpacesPerLevel() {
        var json = JSONWriter(isIndented: true)
        json.object { json in
            json.member("a", 1)
            json.array("b") { $0.value("x") }
            json.array("c") { _ in }
        }
        #expect(text(json) == "{\n  \"a\": 1,\n  \"b\": [\n    \"x\"\n  ],\n  \"c\": []\n}")
    }

    @Test(arguments: [
        ("plain", #""plain""#),
        ("q\"b\\s", #""q\"b\\s""#),
        ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{1f}\u{7f}", #""\u0000\u001f\u007f""#),
        // C1 controls, marks that turn the direction of writing, separators, characters that cannot be seen.
        ("\u{80}\u{9b}\u{9f}", #""\u0080\u009b\u009f""#),
        ("a\u{202e}b\u{2066}c\u{61c}", #""a\u202eb\u2066c\u061c""#),
        ("\u{2028}\u{2029}\u{feff}", #""\u2028\u2029\ufeff""#),
        ("\u{e0041}", #""\udb40\udc41""#),
        ("K\u{e4}se \u{1f980}", "\"K\u{e4}se \u{1f980}\""),
        ("ä→😀", "\"ä→😀\""),
    ])
    func escapesWhatJSONCannotHold(value: String, expected: String) {
        var json = JSONWriter()
        json.value(value)
        #expect(text(json) == expected)
    }

    @Test(arguments: [
        (0.5, "0.5"), (1e300, "1e+300"), (-0.0, "-0.0"), (Double.nan, "null"), (Double.infinity, "null"),
    ])
    func writesNumbersThatJSONCanSayAndNullForOthers(value: Double, expected: String) {
        var json = JSONWriter()
        json.value(value)
        #expect(text(json) == expected)
    }

    @Test func writesTheExtremesOfIntegers() {
        var json = JSONWriter()
        json.array { array in
            array.value(Int64.min)
            array.value(UInt64.max)
            array.value(0)
        }
        #expect(text(json) == "[-9223372036854775808,18446744073709551615,0]")
    }

    @Test func leavesAbsentMembersOut() {
        var json = JSONWriter()
        json.object { json in
            json.member(ifPresent: "a", Int?.none)
            json.member(ifPresent: "b", Optional(2))
            json.member(ifPresent: "c", String?.none)
        }
        #expect(text(json) == #"{"b":2}"#)
    }

    @Test func drainingInPiecesGivesTheSameDocument() throws {
        var sink = ByteArraySink()
        var json = JSONWriter()
        json.array { array in
            for number in 0..<3 {
                array.value(number)
                array.value("s\(number)")
            }
        }
        try json.drain(into: &sink)
        #expect(json.bytes.isEmpty)
        #expect(String(decoding: sink.bytes, as: UTF8.self) == #"[0,"s0",1,"s1",2,"s2"]"#)
    }
}
