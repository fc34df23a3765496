import Testing
import TextOutput

@Suite("Reading JSON")
struct JSONValueTests {
    private static func parse(_ text: String, _ limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
        try JSONValue(parsing: Array(text.utf8), limits: limits)
    }

    @Test("a document is read with its members in order")
    func document() throws {
        let value = try Self.parse(" { \"b\" : [ 1 , -2.5e3 , true , null ] , \"a\" : { } }\n")
        guard case .object(let members) = value else {
            Issue.record("no object")
            return
        }
        #expect(members.keys == ["b", "a"])
        #expect(value["b"]?.elements == [.number("1"), .number("-2.5e3"), .boolean(true), .null])
        #expect(value["b"]?.elements?[1].number == -2500)
        #expect(value["a"] == .object(JSONObject()) && value["c"] == nil)
    }

    @Test("objects are alike whatever the order of their members")
    func order() throws {
        #expect(try Self.parse("{\"a\":1,\"b\":2}") == Self.parse("{\"b\":2,\"a\":1}"))
        #expect(try Self.parse("{\"a\":1,\"b\":2}") != Self.parse("{\"a\":1,\"b\":3}"))
        #expect(try Self.parse("{\"a\":1}") != Self.parse("{\"a\":1,\"b\":2}"))
    }

    @Test("every escape is undone, characters beyond the first 65,536 by their pair")
    func escapes() throws {
        #expect(
            try Self.parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00é\"").text == "\"\\/\u{8}\u{c}\n\r\té😀é")
    }

    @Test("what the writer wrote reads back", arguments: ["", "a\u{1b}[31m\"\\\n\u{202e}", "😀\u{e0001}", "\0\u{7f}"])
    func roundTrip(text: String) throws {
        var writer = JSONWriter()
        writer.object { $0.member(text, text) }
        let value = try JSONValue(parsing: writer.bytes)
        #expect(value[text]?.text == text)
    }

    @Test(
        "what RFC 8259 does not allow is no document",
        arguments: [
            "", " ", "{", "[", "\"", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{1:2}", "[1 2]", "{} {}", "nul", "True",
            "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "\"\n\"", "\"\t\"",
            "\"\\x\"",
            "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "'a'",
            "[1]]",
            "/**/1", "{\"a\":1,\"a\":2}",
        ])
    func malformed(text: String) {
        #expect(throws: JSONError.self) { try Self.parse(text) }
    }

    @Test("a repeated name is found among few members and among many", arguments: [2, 15, 16, 17, 40])
    func repeated(count: Int) {
        let members = (0..<count).map { "\"\($0)\":0" } + ["\"0\":1"]
        let error = #expect(throws: JSONError.self) { try Self.parse("{\(members.joined(separator: ","))}") }
        #expect(error?.problem == .repeatedName("0"))
    }

    @Test("bytes that are no UTF-8 are refused, with escapes and without")
    func notUTF8() {
        for bytes in [[0x22, 0xff, 0x22], [0x22, 0x5c, 0x6e, 0xc3, 0x22]] as [[UInt8]] {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
            #expect(error?.problem == .badString)
        }
    }

    @Test("depth, length and the number of values have limits")
    func limits() throws {
        var limits = JSONLimits()
        let nested = String(repeating: "[", count: limits.depth) + "1" + String(repeating: "]", count: limits.depth)
        _ = try Self.parse(nested)
        #expect(#expect(throws: JSONError.self) { try Self.parse("[\(nested)]") }?.problem == .tooDeep(limit: 64))
        #expect(throws: JSONError.self) { try Self.parse(String(repeating: "[", count: 1_000_000)) }
        limits.values = 3
        _ = try Self.parse("[1,2]", limits)
        #expect(
            #expect(throws: JSONError.self) { try Self.parse("[1,2,3]", limits) }?.problem == .tooManyValues(limit: 3))
        limits.bytes = 4
        #expect(
            #expect(throws: JSONError.self) { try Self.parse("[1,2]", limits) }?.problem == .tooLong(limitBytes: 4))
    }

    @Test("an error says where and what")
    func error() {
        let error = #expect(throws: JSONError.self) { try Self.parse("{\"a\":[1,}") }
        #expect(error?.offset == 8)
        #expect(error?.description == "no JSON document, at byte 8: a value is expected")
    }
}
