import KernelText

/// Fetch arguments that read what placement reckons with out of the task it is called for.
enum TaskStateArguments {
    /// The kernel's own description of its types; absent without `CONFIG_DEBUG_INFO_BTF`.
    static let typesFile = "/sys/kernel/btf/vmlinux"

    /// The fields of `struct task_struct`, in the order of `RecordLayout.placementState`; an element where it is an array.
    private static let fields: [(path: [String], element: Int)] = [
        (["se", "exec_start"], 0), (["se", "sum_exec_runtime"], 0), (["se", "avg", "load_sum"], 0),
        (["last_task_numa_placement"], 0), (["last_sum_exec_runtime"], 0),
        // kernel/sched/fair.c, task_numa_fault: remote, local, failed.
        (["numa_faults_locality"], 0), (["numa_faults_locality"], 1), (["numa_faults_locality"], 2),
    ]

    /// The arguments for a probe whose first argument is the task; nil where the kernel lacks one of the fields.
    static func text(_ types: KernelTypes) -> String? {
        var words: [String] = []
        for (name, field) in zip(RecordLayout.placementState, fields) {
            guard let place = types.place(of: field.path, in: "task_struct"), [4, 8].contains(place.byteCount) else {
                return nil
            }
            let offset = place.byteOffset + field.element * place.byteCount
            words.append("\(name)=+\(offset)($arg1):u\(8 * place.byteCount)")
        }
        return words.joined(separator: " ")
    }
}
