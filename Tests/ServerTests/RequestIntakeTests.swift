import NIOCore
import Testing

@testable import Server

@Suite("What a client sends ahead")
struct RequestIntakeTests {
    private static let tiny = "GET / HTTP/1.1\r\n\r\n"

    @Test("waits unparsed while an answer is under way, and never more than two reads' worth of it")
    func bounded() throws {
        let connection = try EmbeddedConnection(peerReads: false)
        let oneRead = String(repeating: Self.tiny, count: 4096 / Self.tiny.utf8.count)
        try connection.send(oneRead)
        #expect(connection.statistics.answerCount == 1)
        #expect(connection.intake.waitingBytes > 3000)
        // As when the peer has closed: NIO reads to the end unasked.
        for _ in 0..<100 {
            try connection.send(oneRead)
            #expect(connection.intake.waitingBytes <= 2 * ServerLimits().readBytes)
        }
        #expect(connection.statistics.answerCount == 1)
    }

    @Test("is answered in order once the client reads, however it was cut", arguments: [1, 17, 255, 256, 257, 4096])
    func inOrder(portion: Int) throws {
        let connection = try EmbeddedConnection(processCount: 60)
        let text = Array((1...60).map { "GET /v1/processes/\($0) HTTP/1.1\r\nhost: x\r\n\r\n" }.joined().utf8)
        for start in stride(from: 0, to: text.count, by: portion) {
            try connection.send(bytes: Array(text[start..<min(start + portion, text.count)]))
        }
        let output = try connection.output()
        let pids = output.split(separator: "{\"sequence\"").dropFirst().compactMap { part in
            part.split(separator: "\"pid\":").dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) }
        }
        #expect(pids == Array(1...60))
        #expect(connection.intake.waitingBytes == 0)
    }

    @Test("is forgotten when the connection ends")
    func closed() throws {
        let connection = try EmbeddedConnection(peerReads: false)
        try connection.send(String(repeating: Self.tiny, count: 200))
        #expect(connection.intake.waitingBytes > 0)
        connection.advance(.seconds(10))
        #expect(!connection.isOpen)
        #expect(connection.intake.waitingBytes == 0)
    }
}
