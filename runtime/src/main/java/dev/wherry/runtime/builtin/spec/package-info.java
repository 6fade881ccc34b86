/**
 * The OCI runtime specification (opencontainers/runtime-spec, 1.0) as records, and what makes one
 * of CRI's configurations: users, mounts, devices, capabilities, seccomp, resources. Everything but
 * the looking at the host and the image's files is pure. For {@code dev.wherry.runtime.builtin}
 * only.
 */
@NullMarked
package dev.wherry.runtime.builtin.spec;

import org.jspecify.annotations.NullMarked;
