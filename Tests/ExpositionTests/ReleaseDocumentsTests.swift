import Exposition
import Testing
import TextOutput

/// The documents of a release are kept when it comes out (`Releases/VERSION`), so that the next ones stay readable for it and
/// it for them: command line and daemon are not always upgraded in one step.
///
/// A version that CHANGELOG.md calls unreleased is kept up to date with `NUMAWATCH_UPDATE_GOLDEN=1`; one that is out never
/// changes again. What breaks the promise needs another `InterfaceVersion`, and then the documents of the old one go.
@Suite("Documents of releases")
struct ReleaseDocumentsTests {
    private static let directory = String(#filePath.dropLast("ReleaseDocumentsTests.swift".count))
    private static let versions = ["0.1.0"]

    private static func read(_ path: String) throws -> [UInt8] {
        try Tools.read(directory + path)
    }

    private static func kept(_ version: String, _ name: String) throws -> JSONValue {
        try JSONValue(parsing: read("Releases/\(version)/\(name)"))
    }

    private static func isUnreleased(_ version: String) throws -> Bool {
        let top = String(directory.dropLast("Tests/ExpositionTests/".count))
        let changes = String(decoding: try Tools.read(top + "CHANGELOG.md"), as: UTF8.self)
        return changes.contains("\n## \(version) (unreleased)\n")
    }

    @Test("this version is kept, and one that is not out yet is as the documents are now")
    func current() throws {
        #expect(Self.versions.last == ProductVersion.current)
        guard try Self.isUnreleased(ProductVersion.current) else { return }
        for (target, name) in EndpointTests.targets {
            let now = try EndpointTests.get(target)
            let path = "Releases/\(ProductVersion.current)/\(name)"
            if Tools.environment("NUMAWATCH_UPDATE_GOLDEN") == "1" {
                try Tools.write(now, to: Self.directory + path)
            } else {
                #expect(try Self.read(path) == now, "\(name) has changed: run once with NUMAWATCH_UPDATE_GOLDEN=1")
            }
        }
    }

    @Test("what a released daemon answers, this command line reads", arguments: versions)
    func oldDaemon(_ version: String) throws {
        for (target, name) in EndpointTests.targets {
            let path = target.hasPrefix("/v1/processes/") ? "/v1/processes/{pid}" : target
            let endpoint = try #require(EndpointTests.registry().endpoints.first { $0.path == path })
            let schema = try #require(endpoint.contents.first?.schema)
            #expect(schema.problems(with: try Self.kept(version, name)) == [], "\(name)")
        }
    }

    @Test("what this daemon answers, a released command line reads", arguments: versions)
    func oldCommandLine(_ version: String) throws {
        let old = try Self.kept(version, "openapi.json")
        let new = try JSONValue(parsing: EndpointTests.get("/openapi.json"))
        guard case .object(let paths) = try #require(old["paths"]) else {
            Issue.record("no paths")
            return
        }
        for path in paths.keys {
            for (type, content) in Self.contents(paths[path]) {
                let now = Self.contents(new["paths"]?[path]).first { $0.type == type }?.schema
                #expect(Self.problems(content, now, at: path) == [])
            }
        }
    }

    @Test("a member that is gone, of another kind, or not sure to be there any more is told")
    func mutants() throws {
        func schema(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
        let old = try schema(
            #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"string"}}},"required":["a"]}"#
        )
        for (text, problem) in [
            (#"{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}"#, "$.b is gone"),
            (
                #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"string"}}},"required":["a"]}"#,
                "$.a is of another kind"
            ),
            (
                #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"number"}}},"required":["a"]}"#,
                "$.b[] is of another kind"
            ),
            (
                #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"string"}}}}"#,
                "$.a is not sure to be there any more"
            ),
        ] {
            #expect(Self.problems(old, try schema(text), at: "$") == [problem])
        }
        #expect(Self.problems(old, old, at: "$") == [])
    }

    /// The schemas of a path's answers, by content type.
    private static func contents(_ path: JSONValue?) -> [(type: String, schema: JSONValue)] {
        guard case .object(let contents)? = path?["get"]?["responses"]?["200"]?["content"] else { return [] }
        return contents.keys.compactMap { type in contents[type]?["schema"].map { (type, $0) } }
    }

    /// What a reader of the old schema would miss or misread in a document of the new one.
    private static func problems(_ old: JSONValue, _ new: JSONValue?, at path: String) -> [String] {
        guard let new else { return ["\(path) is gone"] }
        // A whole number is a number.
        let isWider = old["type"]?.text == "number" && new["type"]?.text == "integer"
        guard old["type"]?.text == new["type"]?.text || isWider else { return ["\(path) is of another kind"] }
        var problems: [String] = []
        if case .object(let members)? = old["properties"] {
            let required = new["required"]?.elements?.compactMap(\.text) ?? []
            for name in members.keys {
                if let member = members[name] {
                    problems += Self.problems(member, new["properties"]?[name], at: "\(path).\(name)")
                }
            }
            for name in old["required"]?.elements?.compactMap(\.text) ?? [] where !required.contains(name) {
                problems.append("\(path).\(name) is not sure to be there any more")
            }
        }
        if let items = old["items"] { problems += Self.problems(items, new["items"], at: path + "[]") }
        if let values = old["additionalProperties"], values["type"] != nil {
            problems += Self.problems(values, new["additionalProperties"], at: path + ".*")
        }
        return problems
    }
}
