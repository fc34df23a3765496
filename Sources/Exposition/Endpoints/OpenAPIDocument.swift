import TextOutput

/// `/openapi.json`: OpenAPI 3.1, made from the endpoints themselves.
enum OpenAPIDocument {
    /// The parts that are always there.
    static let schema = Schema.object([
        .required("openapi", .string, "The version of the OpenAPI format."),
        .required(
            "info",
            .object([
                .required("title", .string, "The service."),
                .required("version", .string, "The version of numawatchd."),
                .required("description", .string, "What holds for all paths."),
            ]), "About the service."),
        .required("paths", .map(of: .map(of: .object([]))), "By path and method."),
    ])

    static func render(_ endpoints: [Endpoint], version: String) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("openapi", "3.1.0")
            json.object("info") { json in
                json.member("title", "numawatchd")
                json.member("version", version)
                json.member(
                    "description",
                    "Automatic NUMA balancing on this host, observed. Every unit is in a member's name. What could not be "
                        + "read is absent, never zero. “provenance” says where figures come from: kernel (read as they "
                        + "are), reconstructed (follow by the kernel's rules), modelled, or estimated (from a sample, or "
                        + "by attribution).")
            }
            json.object("paths") { json in
                for endpoint in endpoints {
                    json.object(endpoint.path) { json in
                        write(endpoint, method: "get", into: &json)
                        write(endpoint, method: "head", into: &json)
                    }
                }
            }
        }
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func write(_ endpoint: Endpoint, method: String, into json: inout JSONWriter) {
        json.object(method) { json in
            json.member("summary", endpoint.summary)
            json.array("parameters") { json in
                for name in endpoint.pathParameters {
                    write(
                        QueryParameter(name, .integer(0...Int(Int32.max)), "Part of the path."), place: "path",
                        into: &json)
                }
                for parameter in endpoint.parameters {
                    write(parameter, place: "query", into: &json)
                }
            }
            json.object("responses") { json in
                json.object("200") { json in
                    json.member("description", endpoint.summary)
                    json.object("content") { json in
                        for content in endpoint.contents {
                            json.object(content.contentType) { json in
                                guard method == "get", let schema = content.schema else { return }
                                json.key("schema")
                                schema.write(into: &json)
                            }
                        }
                    }
                }
                for status in (endpoint.otherStatuses + [400]).sorted() {
                    json.object(String(status)) { json in
                        json.member("description", "An error, with what to do about it.")
                        json.object("content") { json in
                            json.object(ContentType.json) { json in
                                json.key("schema")
                                EndpointError.fields.schema.write(into: &json)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ parameter: QueryParameter, place: String, into json: inout JSONWriter) {
        json.object { json in
            json.member("name", parameter.name)
            json.member("in", place)
            json.member("required", place == "path")
            json.member("description", parameter.description)
            json.object("schema") { json in
                switch parameter.form {
                case .integer(let range):
                    json.member("type", "integer")
                    json.member("minimum", range.lowerBound)
                    json.member("maximum", range.upperBound)
                case .choice(let values):
                    json.member("type", "string")
                    json.array("enum") { json in
                        for value in values { json.value(value) }
                    }
                case .boolean: json.member("type", "boolean")
                case .text(let maximum):
                    json.member("type", "string")
                    json.member("maxLength", maximum)
                }
            }
        }
    }
}
