/**
 * Machines for tests, with a systemd of their own. Of namespaces on this host's kernel ({@code
 * NamespaceMachine}); and virtual: Debian's kernel and systemd on cgroup v2, without a network, in
 * QEMU. {@link dev.wherry.testkit.machine.MachineImages} makes the disks once per content, {@link
 * dev.wherry.testkit.machine.VirtualMachine} boots them and runs commands. Needs root and Debian's
 * packages qemu-system-x86, mmdebstrap and e2fsprogs.
 */
@NullMarked
package dev.wherry.testkit.machine;

import org.jspecify.annotations.NullMarked;
