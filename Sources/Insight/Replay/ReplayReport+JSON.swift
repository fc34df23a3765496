import BalancingModel
package import TextOutput
import Tracing

/// The report for programs. Names are stable; what is not known is absent.
extension ReplayReport {
    /// Writes the report as one object.
    package func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("trace", name)
            json.member("drive", run.drive.rawValue)
            json.member(ifPresent: "duration_seconds", durationNanoseconds.map { Double($0) / 1e9 })
            json.array("caveats") { json in for caveat in caveats { json.value(caveat) } }
            writeLevel(&json)
            writeMachine(&json)
            writeAgreement(&json)
            writeFaults(&json)
            writeMigrations(&json)
            writeScans(&json)
            writeTasks(&json)
            writeGroups(&json)
            writeVmstat(&json)
            writeDiagnostics(&json)
        }
    }

    private func writeLevel(_ json: inout JSONWriter) {
        json.object("level") { json in
            json.member("name", level.name.rawValue)
            json.array("not_seen") { json in
                for missing in level.missing {
                    json.object { json in
                        json.member("event", missing.name)
                        json.member("lost", missing.lost)
                        json.member("may_not_have_happened", missing.mayNotHaveHappened)
                    }
                }
            }
        }
    }

    private func writeMachine(_ json: inout JSONWriter) {
        json.object("machine") { json in
            json.array("nodes") { json in for node in run.machine.layout.nodeNumbers { json.value(node) } }
            json.array("facts") { json in
                for fact in run.machine.facts {
                    json.object { json in
                        json.member("name", fact.name)
                        json.member("value", fact.value)
                        json.member("origin", fact.origin)
                        json.member("assumed", fact.isAssumed)
                    }
                }
            }
        }
    }

    private func writeAgreement(_ json: inout JSONWriter) {
        json.object("agreement") { json in
            Self.write("decisions", run.agreement.overall, &json)
            Self.write("remote_decisions", run.agreement.remote, &json)
            Self.write("decisions_not_judged", run.agreement.resynchronising, &json)
            json.member("marks_not_judged", run.resynchronisingMarks)
            json.member("decisions_without_answer", run.agreement.unanswered)
            json.object("by_rule") { json in
                for rule in DecisionRule.allCases where run.agreement.byRule[rule.position].total > 0 {
                    Self.write(rule.rawValue, run.agreement.byRule[rule.position], &json)
                }
            }
            json.object("marks") { json in
                Self.write("node_faults", run.marks.values, &json)
                Self.write("preferred_node", run.marks.preferred, &json)
                Self.write("group", run.marks.group, &json)
                Self.write("pages_migrated", run.markedPages, &json)
            }
            json.object("ties") { json in
                json.member("met", run.counters.ties)
                json.member("guessed", run.counters.guessedTies)
                json.member("looked_ahead", lookAhead.wasPossible)
                json.member("doubtful", lookAhead.doubtfulTies)
                json.member("contradictions", lookAhead.contradictions)
            }
        }
    }

    private static func write(_ name: String, _ score: LedgerAgreement.Score, _ json: inout JSONWriter) {
        json.object(name) { json in
            json.member("right", score.right)
            json.member("total", score.total)
            json.member(ifPresent: "share", score.share)
        }
    }

    private func writeFaults(_ json: inout JSONWriter) {
        let faults = run.faults
        json.object("faults") { json in
            json.member("count", faults.faults)
            json.member("local", faults.localFaults)
            json.member("remote", faults.remoteFaults)
            json.member("locality_unknown", faults.unknownFaults)
            json.array("by_rule") { json in
                for rule in DecisionRule.allCases where faults.rules[rule.position].faults > 0 {
                    let row = faults.rules[rule.position]
                    json.object { json in
                        json.member("rule", rule.rawValue)
                        json.member("faults", row.faults)
                        json.member("remote", row.remoteFaults)
                        for (outcome, count) in zip(FaultFigures.Outcome.allCases, row.outcomes)
                        where run.tells(outcome) {
                            json.member(outcome.rawValue, count)
                        }
                    }
                }
            }
            json.array("by_node") { json in
                for (position, node) in run.machine.layout.nodeNumbers.enumerated() {
                    json.object { json in
                        json.member("node", node)
                        json.member("by_its_cpus", faults.byCPUNode[position])
                        json.member("on_its_pages", faults.byPageNode[position])
                    }
                }
            }
            json.member("handling_seconds", Double(faults.handlingNanoseconds) / 1e9)
            json.member("longest_handling_seconds", Double(faults.longestHandlingNanoseconds) / 1e9)
        }
    }

    private func writeMigrations(_ json: inout JSONWriter) {
        json.object("migrations") { json in
            json.member("provenance", run.drive == .blind ? "modelled" : "kernel")
            json.member("pages", run.counters.pagesMigrated)
            if run.tells(.failed) { json.member("pages_failed", run.counters.pagesFailed) }
            json.array("by_nodes") { json in
                let numbers = run.machine.layout.nodeNumbers
                for source in numbers.indices {
                    for target in numbers.indices where run.faults.movedPages[source * numbers.count + target] > 0 {
                        json.object { json in
                            json.member("from", numbers[source])
                            json.member("to", numbers[target])
                            json.member("pages", run.faults.movedPages[source * numbers.count + target])
                        }
                    }
                }
            }
            json.object("ping_pong") { json in
                json.member("moves", run.pages.migrations)
                json.member("bounces", run.pages.bounces)
                json.member("pages_moved_again", run.pages.movedAgain)
                json.member("is_lower_bound", run.pages.evictions > 0)
                json.array("pages") { json in
                    for page in run.pages.worst(50) {
                        json.object { json in
                            json.member("address", "0x" + String(page.address, radix: 16))
                            json.member("space_of_tid", page.space)
                            json.member("moves", page.moves)
                            json.member("bounces", page.bounces)
                            json.member("last_from", page.lastSource)
                            json.member("last_to", page.lastTarget)
                            json.member("last_tid", page.lastTID)
                            json.member("previous_tid", page.previousTID)
                        }
                    }
                }
            }
        }
    }

    private func writeScans(_ json: inout JSONWriter) {
        json.object("scanning") { json in
            json.member("attempts", run.scans.attempts)
            json.member("scans", run.scans.scans)
            json.member("ranges", run.scans.ranges)
            json.member("range_bytes", run.scans.rangeBytes)
            json.member("ptes_armed", run.scans.updatedPages)
            json.member("seconds", Double(run.scans.nanoseconds) / 1e9)
            json.member("longest_seconds", Double(run.scans.longestNanoseconds) / 1e9)
            json.object("vmas_passed_by") { json in
                for (index, reason) in BalancingEvent.SkipReason.allCases.enumerated()
                where run.scans.skipped[index] > 0 {
                    json.member(Self.name(reason), run.scans.skipped[index])
                }
            }
        }
    }

    private func writeTasks(_ json: inout JSONWriter) {
        json.member("faults_of_tasks_not_kept", run.tasks.otherFaults)
        json.array("tasks") { json in
            for task in run.tasks.tasks.sorted(by: { $0.tid < $1.tid }) where task.faults > 0 || task.ledger != nil {
                json.object { json in
                    json.member("tid", task.tid)
                    json.member("faults", task.faults)
                    json.member("remote", task.remoteFaults)
                    json.member("pages_migrated", task.migratedPages)
                    json.member("decisions_compared", task.comparedDecisions)
                    json.member("decisions_wrong", task.wrongDecisions)
                    json.member("exited", task.hasExited)
                    if let ledger = task.ledger { write(ledger, &json) }
                    json.member("ledger_changes", task.ledgerChanges)
                    json.array("ledger_over_time") { json in for sample in task.samples { write(sample, &json) } }
                }
            }
        }
    }

    private func write(_ ledger: LedgerChange, _ json: inout JSONWriter) {
        json.object("ledger") { json in
            json.member("preferred_node", ledger.preferredNode)
            json.member("total_faults", ledger.totalFaults)
            json.member("group", ledger.groupID)
            json.member("scan_sequence", ledger.scanSequence)
            json.member("scan_period_ms", ledger.scanPeriodMilliseconds)
            json.array("nodes") { json in
                for (node, share) in zip(run.machine.layout.nodeNumbers, ledger.nodes) {
                    json.object { json in
                        json.member("node", node)
                        json.member("private", share.privateFaults)
                        json.member("shared", share.sharedFaults)
                    }
                }
            }
        }
    }

    private func write(_ sample: TaskFigures.Sample, _ json: inout JSONWriter) {
        json.object { json in
            json.member("time_seconds", Double(sample.timeNanoseconds) / 1e9)
            json.member("cause", sample.cause.rawValue)
            json.member("preferred_node", sample.preferredNode)
            json.member("total_faults", sample.totalFaults)
            json.member("group", sample.groupID)
            json.member("scan_sequence", sample.scanSequence)
            json.member("scan_period_ms", sample.scanPeriodMilliseconds)
        }
    }

    private func writeGroups(_ json: inout JSONWriter) {
        json.array("groups") { json in
            for group in run.groups {
                json.object { json in
                    json.member("group", group.groupID)
                    json.array("members") { json in for tid in group.members { json.value(tid) } }
                    json.member("active_nodes", group.activeNodes)
                    json.member("total_faults", group.totalFaults)
                    json.member("uncertain", group.isUncertain)
                }
            }
        }
    }

    private func writeVmstat(_ json: inout JSONWriter) {
        json.array("vmstat") { json in
            for identity in run.vmstat.identities {
                json.object { json in
                    json.member("counter", identity.counter)
                    json.member("kernel", identity.kernel)
                    json.member("trace", identity.trace)
                    json.member("equal", identity.holds)
                    json.member("meaning", identity.meaning)
                }
            }
        }
    }

    private func writeDiagnostics(_ json: inout JSONWriter) {
        json.object("diagnostics") { json in
            json.member(ifPresent: "form", diagnostics.form?.rawValue)
            json.member("lines", diagnostics.lines)
            json.member("bytes", diagnostics.bytes)
            json.object("events") { json in
                for kind in TraceEventKind.allCases where diagnostics.count(of: kind) > 0 {
                    json.member(kind.name, diagnostics.count(of: kind))
                }
            }
            json.object("unknown_events") { json in
                for event in diagnostics.unknownEvents { json.member(event.name, event.count) }
            }
            json.member("loss_marks", diagnostics.lossMarks)
            json.member("lost_events", diagnostics.lostEvents)
            json.array("problems") { json in
                for kind in TraceDiagnostics.Problem.Kind.allCases where diagnostics.count(of: kind) > 0 {
                    json.object { json in
                        json.member("kind", kind.rawValue)
                        json.member("count", diagnostics.count(of: kind))
                        json.array("first") { json in
                            for problem in diagnostics.problems where problem.kind == kind {
                                json.object { json in
                                    json.member("line", problem.line)
                                    json.member("byte", problem.byteOffset)
                                    json.member(ifPresent: "event", problem.event?.name)
                                }
                            }
                        }
                    }
                }
            }
            json.member(ifPresent: "read_failure", readFailure)
        }
    }
}
