import Testing

@testable import numawatch_bench

@Suite struct OptionsTests {
    @Test func readsEveryOption() throws {
        let options = try Options(["--filter", "model", "--runs", "3", "--json", "--memory", "memory.replay"])
        #expect(options.filter == "model")
        #expect(options.runs == 3)
        #expect(options.isJSON)
        #expect(options.memory == "memory.replay")
    }

    @Test(arguments: [["--runs"], ["--runs", "0"], ["--runs", "x"], ["--faster"]])
    func refusesWhatItDoesNotKnow(arguments: [String]) {
        #expect(throws: BenchmarkError.self) { try Options(arguments) }
    }
}
