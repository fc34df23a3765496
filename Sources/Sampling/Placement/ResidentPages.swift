import KernelText
import NUMATopology

/// What the kernel counts of a process's memory, in base pages: what a sample is scaled to, and compared with.
struct ResidentPages: Equatable {
    /// The exact resident set to scale a sample to; nil where it does not count all pages of the frame.
    ///
    /// `rss` leaves hugetlb memory out, which the sample finds: together they would shrink a database's pool to the size of
    /// the rest of the process.
    var anchor: UInt64?
    /// The resident set and hugetlb memory: what a sample should find, or more than that.
    var counted: UInt64?

    init(_ status: ProcessStatus, pageSizeBytes: UInt64) {
        let huge = (status.hugetlbBytes ?? 0) / pageSizeBytes
        let resident = status.residentBytes.map { $0 / pageSizeBytes }
        anchor = huge == 0 ? resident : nil
        counted = resident?.addingSaturated(huge)
    }
}
