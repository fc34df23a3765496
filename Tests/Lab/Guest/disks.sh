# shellcheck shell=sh
# find_disks DEVICE…: loads the modules that a guest's disks need, and waits for the disks: the kernel looks for them on
# its own time.
find_disks() {
    echo "lab: modules"
    for module in /lab/modules/*.ko; do
        insmod "$module" || dmesg | tail -n 3
    done
    for disk in "$@"; do
        tries=0
        until [ -b "$disk" ] || [ "$tries" -ge 50 ]; do
            tries=$((tries + 1))
            sleep 0.1
        done
    done
}
