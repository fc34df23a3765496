/// All endpoints: finds the one a request is for, and describes them.
package struct EndpointRegistry: Sendable {
    package let endpoints: [Endpoint]

    /// - Parameters:
    ///   - endpoints: With paths that differ; the first that matches answers.
    ///   - version: Of the daemon, for the description.
    ///
    /// `/openapi.json`, which describes all of them and itself, is added here.
    package init(_ endpoints: [Endpoint], version: String) {
        var paths: Set<String> = []
        for endpoint in endpoints {
            precondition(paths.insert(endpoint.path).inserted, "endpoint \(endpoint.path) is there twice")
        }
        var described = Endpoint(
            "/openapi.json", "This description (OpenAPI 3.1).",
            contents: [Endpoint.Content(contentType: ContentType.json, schema: OpenAPIDocument.schema)]
        ) { _ throws(EndpointError) in
            throw EndpointError.notReady
        }
        let document = OpenAPIDocument.render(endpoints + [described], version: version)
        described.answer = { _ in EndpointReply(contentType: ContentType.json, body: .bytes(document)) }
        self.endpoints = endpoints + [described]
    }

    /// These endpoints alone, without a description.
    package init(undescribed endpoints: [Endpoint]) {
        self.endpoints = endpoints
    }

    /// The methods every path takes.
    package static let allowedMethods = ["GET", "HEAD"]

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - method: As in the request line.
    ///   - target: The request target, path and query.
    ///   - mayBeLarge: False to refuse answers that grow with the number of processes, before they are made.
    /// - Throws: 404, 405, 400, or what the endpoint says.
    package func answer(
        method: String, target: String, viewer: Viewer, accept: String?, nowNanoseconds: UInt64,
        mayBeLarge: Bool = true
    ) throws(EndpointError) -> EndpointReply {
        let text = Substring(target)
        let queryStart = text.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = text[..<(queryStart ?? text.endIndex)]
        let query = queryStart.map { text[$0...].dropFirst() } ?? ""
        for endpoint in endpoints {
            guard let pathValues = endpoint.match(path) else { continue }
            guard Self.allowedMethods.contains(method) else {
                throw EndpointError(
                    status: 405, "\(path) can be read only.", remedy: "Use GET or HEAD.",
                    allowedMethods: Self.allowedMethods)
            }
            guard mayBeLarge || !endpoint.isLarge else { throw .busy }
            let values = try QueryValues(parsing: query.utf8, for: endpoint.parameters)
            return try endpoint.answer(
                EndpointRequest(
                    viewer: viewer, pathValues: pathValues, query: values, accept: accept,
                    nowNanoseconds: nowNanoseconds))
        }
        let list = endpoints.last { $0.path == "/openapi.json" }.map { "GET \($0.path) lists what there is." }
        throw EndpointError(
            status: 404, "There is nothing at this path.",
            remedy: list ?? "There is: \(endpoints.map(\.path).joined(separator: ", ")).")
    }
}
