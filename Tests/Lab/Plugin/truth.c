// numawatch-truth: a plugin of QEMU's emulator that sees every access a guest's programs make to memory.
//
// What balancing is worth is decided by where accesses go. No counter of a kernel says that; an emulator can: each
// load and store passes through it. Counted are, by vCPU:
//
//   accesses      of user code to user memory, by the node of the memory and the slot of the address
//   fills         of them, those that miss a direct-mapped filter of `lines` cache lines, which stands for caches
//   instructions  of user code and of the kernel; of the kernel, those inside of functions that the guest names
//
// The guest talks to it through addresses alone, since a plugin of this version sees no registers and no values: a
// user's store to CHANNEL + b says the byte b, a line ends with '\n'. Lines are:
//
//   root NAME HEX     count what is done from the entry of a function at this address until it returns
//   perhaps NAME HEX  likewise, but only where a function of the next kind was entered meanwhile
//   confirm NAME HEX  such a function
//   mark WORDS…       write what was counted since the last mark
//
// What is written per mark (docs/truth.md and TruthTable.swift have the meaning):
//
//   mark WORDS…
//   vcpu cpu=N user=N kernel=N
//   data cpu=N node=N slot=N reads=N writes=N fills=N
//   root name=NAME entries=N instructions=N
//   end thread_ns=N lost=N
//
// Arguments, name=value: out=FILE, nodes=HEX:HEX… (where the memory of each node begins, in the addresses a plugin
// sees), cpus=N:N… (the node of each vCPU), lines=N (a power of two; 0: no filter), delay=N (turns of an empty loop
// that a fill from another node takes).
//
// Frames. A call ends a block of translated code, and what it returns to begins one: at the end of that block. So
// the function has returned when this address is executed next on the same vCPU. A call through a retpoline ends
// several blocks; its own inner call goes but a few bytes ahead and is passed over. When a user's block is executed
// while frames are open, the kernel has switched to another task: the frames are given up and counted as lost.
//
// Counters only ever grow, each written by the thread of its vCPU alone: vCPUs run while a mark is written, and
// nothing they use may be cleared or freed. A mark remembers what the counters were, and the next one writes the
// difference.
#define _GNU_SOURCE
#include "truth.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

EXPORTED int qemu_plugin_version = 1;

// --- What is agreed on with the guest (Workloads/seeds.c)

// A store to CHANNEL + b says the byte b.
static const uint64_t CHANNEL = 0x5f0000000000;
// Slot n, from 1 on, is the 64 GiB from SLOTS_BEGIN + (n - 1) * 64 GiB; all else is slot 0.
static const uint64_t SLOTS_BEGIN = 0x600000000000;
enum { SLOT_SHIFT = 36 };

// --- What was asked for

struct vcpu vcpus[MAXIMUM_CPUS];
int vcpu_count = MAXIMUM_CPUS;
static uint64_t node_begins[MAXIMUM_NODES];
static int node_count;
static int node_of_cpu[MAXIMUM_CPUS];
static uint64_t lines;
static unsigned long delay;

// --- What vCPUs do

static void fill(struct vcpu *vcpu, int cpu, int node, uint64_t physical, uint64_t counted[COUNTED]) {
    uint64_t line = physical >> CACHE_LINE_SHIFT;
    uint64_t *place = &vcpu->filter[line & (lines - 1)];
    if (*place == line + 1) {
        return;
    }
    *place = line + 1;
    counted[FILLS]++;
    if (node_of_cpu[cpu] != node) {
        for (volatile unsigned long turn = 0; turn < delay; turn++) {
        }
    }
}

static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void *user) {
    (void)user;
    // The kernel's half is seen where user code makes the CPU push to it.
    if (address >> 47 != 0 || cpu >= MAXIMUM_CPUS) {
        return;
    }
    bool is_store = qemu_plugin_mem_is_store(info);
    if (address >= CHANNEL && address < CHANNEL + 256) {
        // Byte 0 says nothing: it is how the page comes to be there.
        if (is_store && address > CHANNEL) {
            hear((char)(address - CHANNEL));
        }
        return;
    }
    struct qemu_plugin_hwaddr *where = qemu_plugin_get_hwaddr(info, address);
    if (where == NULL || qemu_plugin_hwaddr_is_io(where)) {
        return;
    }
    uint64_t physical = qemu_plugin_hwaddr_phys_addr(where);
    int node = 0;
    while (node + 1 < node_count && physical >= node_begins[node + 1]) {
        node++;
    }
    uint64_t slot = address < SLOTS_BEGIN ? 0 : ((address - SLOTS_BEGIN) >> SLOT_SHIFT) + 1;
    uint64_t *counted = vcpus[cpu].now.data[node][slot < MAXIMUM_SLOTS ? slot : 0];
    counted[is_store ? WRITES : READS]++;
    if (lines > 0) {
        fill(&vcpus[cpu], (int)cpu, node, physical, counted);
    }
}

// Ends the innermost function.
static void close_frame(struct vcpu *vcpu) {
    struct frame *frame = &vcpu->frames[--vcpu->depth];
    if (frame->counts) {
        vcpu->now.entries[frame->function]++;
        vcpu->now.instructions[frame->function] += frame->instructions;
    }
}

static void enter(struct vcpu *vcpu, int function) {
    if (functions[function].kind == CONFIRM) {
        for (int i = 0; i < vcpu->depth; i++) {
            vcpu->frames[i].counts = true;
        }
    } else if (vcpu->depth < MAXIMUM_FRAMES) {
        vcpu->frames[vcpu->depth++] = (struct frame){
            .returns_to = vcpu->call_returns_to, .function = function, .counts = functions[function].kind == ROOT};
    }
}

static void begin_thread(struct vcpu *vcpu) {
    pthread_mutex_lock(&lock);
    vcpu->thread = pthread_self();
    // With thread=single one thread emulates all.
    for (int c = 0; c < vcpu_count; c++) {
        vcpu->shares_thread |= vcpus[c].has_clock && pthread_equal(vcpus[c].thread, vcpu->thread);
    }
    vcpu->has_clock = pthread_getcpuclockid(vcpu->thread, &vcpu->clock) == 0;
    pthread_mutex_unlock(&lock);
}

static void on_block(unsigned cpu, void *user) {
    struct block *block = user;
    if (cpu >= MAXIMUM_CPUS) {
        return;
    }
    struct vcpu *vcpu = &vcpus[cpu];
    if (!vcpu->has_clock) {
        begin_thread(vcpu);
    }
    if (block->address >> 63 == 0) {
        vcpu->now.user += block->instructions;
        for (; vcpu->depth > 0; vcpu->depth--) {
            vcpu->now.lost += vcpu->frames[vcpu->depth - 1].counts;
        }
        return;
    }
    vcpu->now.kernel += block->instructions;
    for (int i = vcpu->depth - 1; i >= 0; i--) {
        if (block->address == vcpu->frames[i].returns_to) {
            // Those inside of it have ended too, whatever way they took.
            while (vcpu->depth > i) {
                close_frame(vcpu);
            }
        }
    }
    int function = atomic_load_explicit(&block->function, memory_order_acquire);
    if (function > 0) {
        enter(vcpu, function - 1);
    }
    if (vcpu->depth > 0) {
        vcpu->frames[vcpu->depth - 1].instructions += block->instructions;
    }
    if (block->ends_with_call) {
        vcpu->call_returns_to = block->end;
    }
}

// --- Translation

// Whether an instruction calls: E8 with a displacement that leaves the neighbourhood, or FF /2, behind prefixes.
static bool is_call(const uint8_t *code, size_t size) {
    while (size > 1 && ((code[0] >= 0x40 && code[0] < 0x50) || code[0] == 0x2e || code[0] == 0x3e || code[0] == 0x66 ||
                        code[0] == 0xf2 || code[0] == 0xf3)) {
        code++;
        size--;
    }
    if (size == 5 && code[0] == 0xe8) {
        int32_t displacement;
        memcpy(&displacement, code + 1, sizeof displacement);
        return displacement < -64 || displacement > 64;
    }
    return size >= 2 && code[0] == 0xff && (code[1] >> 3 & 7) == 2;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    uint64_t address = qemu_plugin_tb_vaddr(tb);
    if (count == 0) {
        return;
    }
    const struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, count - 1);
    size_t size = qemu_plugin_insn_size(last);
    bool ends_with_call = is_call(qemu_plugin_insn_data(last), size);
    if (address >> 63 == 0) {
        for (size_t i = 0; i < count; i++) {
            qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, i), on_access, NO_REGISTERS, LOADS_AND_STORES,
                                             NULL);
        }
    }
    struct block *block = block_of(address, qemu_plugin_insn_vaddr(last) + size, (unsigned)count, ends_with_call);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, NO_REGISTERS, block);
}

static void on_end(qemu_plugin_id_t id, void *user) {
    (void)id;
    (void)user;
    pthread_mutex_lock(&lock);
    write_mark("exit");
    pthread_mutex_unlock(&lock);
}

// --- Arguments

// Reads `N:N…`; returns how many, or -1.
static int numbers(const char *text, int base, int most, uint64_t *values) {
    int count = 0;
    for (char *end; count < most; text = end + 1) {
        values[count++] = strtoull(text, &end, base);
        if (end == text || (*end != ':' && *end != '\0')) {
            return -1;
        }
        if (*end == '\0') {
            return count;
        }
    }
    return -1;
}

static bool read_argument(const char *argument) {
    const char *equals = strchr(argument, '=');
    if (equals == NULL) {
        return false;
    }
    size_t length = (size_t)(equals - argument);
    const char *value = equals + 1;
    uint64_t values[MAXIMUM_CPUS];
    if (strncmp(argument, "out", length) == 0) {
        return (out = fopen(value, "w")) != NULL;
    }
    if (strncmp(argument, "nodes", length) == 0) {
        node_count = numbers(value, 16, MAXIMUM_NODES, node_begins);
        return node_count > 0;
    }
    if (strncmp(argument, "cpus", length) == 0) {
        int count = numbers(value, 10, MAXIMUM_CPUS, values);
        for (int c = 0; c < count; c++) {
            node_of_cpu[c] = (int)values[c];
        }
        return count > 0;
    }
    if (numbers(value, 10, 1, values) != 1) {
        return false;
    }
    if (strncmp(argument, "lines", length) == 0) {
        lines = values[0];
        return (lines & (lines - 1)) == 0;
    }
    if (strncmp(argument, "delay", length) == 0) {
        delay = values[0];
        return true;
    }
    return false;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int count, char **arguments) {
    for (int i = 0; i < count; i++) {
        if (!read_argument(arguments[i])) {
            fprintf(stderr, "numawatch-truth: cannot use the argument %s\n", arguments[i]);
            return 1;
        }
    }
    if (!info->system_emulation || info->system.max_vcpus > MAXIMUM_CPUS || out == NULL || node_count == 0) {
        fprintf(stderr, "numawatch-truth: needs system emulation of at most %d CPUs, out= and nodes=\n", MAXIMUM_CPUS);
        return 1;
    }
    vcpu_count = info->system.max_vcpus;
    for (int c = 0; lines > 0 && c < vcpu_count; c++) {
        vcpus[c].filter = calloc(lines, sizeof *vcpus[c].filter);
        if (vcpus[c].filter == NULL) {
            fprintf(stderr, "numawatch-truth: no memory for %" PRIu64 " lines\n", lines);
            return 1;
        }
    }
    fprintf(out, "numawatch-truth version=1 cpus=%d nodes=%d lines=%" PRIu64 " delay=%lu\n", vcpu_count, node_count,
            lines, delay);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
