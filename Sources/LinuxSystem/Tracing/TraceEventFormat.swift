/// How the kernel lays out the records of one event: its `format` file (`events/<system>/<name>/format`).
package struct TraceEventFormat: Sendable, Hashable {
    /// One field of a record.
    package struct Field: Sendable, Hashable {
        package var name: String
        /// From the first byte of the record.
        package var byteOffset: Int
        /// 0 for an array that goes on to the end of the record (`char buf[]`).
        package var byteCount: Int
        package var isSigned: Bool
        package var isArray: Bool
        /// Elsewhere in the record: the field holds offset (low 16 bits) and length (`__data_loc`).
        package var isDynamic: Bool

        package init(
            name: String, byteOffset: Int, byteCount: Int, isSigned: Bool, isArray: Bool = false,
            isDynamic: Bool = false
        ) {
            self.name = name
            self.byteOffset = byteOffset
            self.byteCount = byteCount
            self.isSigned = isSigned
            self.isArray = isArray
            self.isDynamic = isDynamic
        }
    }

    package var system: String
    package var name: String
    /// What the first field of a record, `common_type`, says.
    package var id: Int
    /// The common fields (`common_type`, `common_pid`, …), then the event's own.
    package var fields: [Field]

    package init(system: String, name: String, id: Int, fields: [Field]) {
        self.system = system
        self.name = name
        self.id = id
        self.fields = fields
    }

    /// The field of a name.
    package func field(_ name: String) -> Field? {
        fields.first { $0.name == name }
    }
}

/// The layout of a page of the ring buffer: `events/header_page`.
package struct TracePageFormat: Sendable, Hashable {
    /// Bytes of the page header (time stamp and commit), 16 on 64-bit kernels.
    package var headerBytes: Int
    /// Bytes of records a page holds at most.
    package var dataBytes: Int

    package init(headerBytes: Int, dataBytes: Int) {
        self.headerBytes = headerBytes
        self.dataBytes = dataBytes
    }

    /// What one read(2) of `trace_pipe_raw` returns: a page, or several with `buffer_subbuf_size_kb`.
    package var pageBytes: Int { headerBytes + dataBytes }
}
