/**
 * Reads what a process's cgroups have used, from version 1 controllers or the unified hierarchy,
 * whichever the host mounts for each. Stateless; for {@code dev.wherry.runtime} only.
 */
@NullMarked
package dev.wherry.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
