/**
 * What this host must have before a cluster starts on it: read-only looks at kernel, cgroups,
 * ports, disk, memory, address ranges and neighbours. Pure but for {@link
 * dev.wherry.cli.check.Host}; used by {@code wherry check} and {@code wherry up}. Every look says
 * its reason and the mend.
 */
@NullMarked
package dev.wherry.cli.check;

import org.jspecify.annotations.NullMarked;
