/// The first and only file system of a guest.
///
/// A kernel without modules has no disks: its programs are in here too, and its results leave through a serial line.
///
/// | path | what |
/// | --- | --- |
/// | `/init` | `Guest/init` of the lab: mounts, modules, steps, results; `Guest/systemd-init` hands over to Debian's userland |
/// | `/bin` | busybox under all its names |
/// | `/bin`, `/lib…` | links to the programs and libraries of ``ProgramDisk`` |
/// | `/boot/config-…`, `/usr/lib/modules/…/config` | the kernel's configuration, where its package has it |
/// | `/lab/*.sh`, `/lab/*.service` | what steps may call, and what runs them under systemd |
/// | `/lab/modules/NN-NAME.ko` | modules in the order of loading |
/// | `/lab/no-programs` | there if our programs do not run on these CPUs |
/// | `/lab/no-disks` | there if programs and results do without disks |
/// | `/lab/steps/NN-NAME` | the steps in their order, `…/script` and `…/deadline` |
package enum Initramfs {
    /// The modules of the disks that programs come and results leave by.
    private static let modules = ["virtio_pci", "virtio_blk", "crc32c_generic", "ext4"]

    /// Puts it together.
    ///
    /// - Throws: ``LabFailure`` if a file cannot be read, or there is no static busybox.
    package static func make(
        kernel: KernelPackage, files: GuestFiles, programs: ProgramDisk, plan: GuestPlan,
        system: LabTopology.System = .busybox
    ) async throws(LabFailure) -> [UInt8] {
        var archive = CPIOArchive()
        for directory in ["proc", "sys", "dev", "run", "tmp", "etc", "root", "mnt", "var", "out", "programs"] {
            archive.add(directory, .directory)
        }
        let guest = LabPaths.directory + "/Guest"
        let first = system == .systemd ? "systemd-init" : "init"
        archive.add("init", .file(try HostFiles.read("\(guest)/\(first)"), isExecutable: true))
        for name in HostFiles.names(in: guest) where name.hasSuffix(".sh") || name.hasSuffix(".service") {
            archive.add("lab/\(name)", .file(try HostFiles.read("\(guest)/\(name)"), isExecutable: false))
        }
        for name in HostFiles.names(in: "\(guest)/etc") {
            archive.add("etc/\(name)", .file(try HostFiles.read("\(guest)/etc/\(name)"), isExecutable: false))
        }
        archive.add("bin/busybox", .file(try await Busybox.bytes(for: kernel.architecture), isExecutable: true))
        if let config = kernel.configPath {
            archive.add(config, .file(try HostFiles.read(kernel.directory + config), isExecutable: false))
        }
        for (index, module) in try await KernelModules(of: kernel).loadOrder(of: modules).enumerated() {
            archive.add("lab/modules/\(number(index))-\(module.name).ko", .file(module.bytes, isExecutable: false))
        }
        for (index, step) in plan.steps.enumerated() {
            let directory = "lab/steps/\(number(index))-\(step.name)"
            archive.add("\(directory)/script", .file(Array((step.script + "\n").utf8), isExecutable: true))
            archive.add("\(directory)/deadline", .file(Array("\(step.deadlineSeconds)\n".utf8), isExecutable: false))
        }
        guard kernel.architecture.runsPrograms else {
            archive.add("lab/no-programs", .file([], isExecutable: false))
            return archive.finished()
        }
        for (path, source) in files.files.sorted(by: { $0.key < $1.key }) {
            if case .bytes(let bytes, let isExecutable) = source {
                archive.add(path, .file(bytes, isExecutable: isExecutable))
            }
        }
        guard kernel.hasModules else {
            archive.add("lab/no-disks", .file([], isExecutable: false))
            return archive.finished() + (try await programs.packed())
        }
        // Debian's userland has programs and libraries of its own, and is to have no others.
        guard system == .busybox else { return archive.finished() }
        for path in programs.files { archive.add(path, .link(target: ProgramDisk.mountPoint + path)) }
        return archive.finished()
    }

    /// The shell sorts steps and modules by name.
    private static func number(_ index: Int) -> String { index < 10 ? "0\(index)" : "\(index)" }
}
