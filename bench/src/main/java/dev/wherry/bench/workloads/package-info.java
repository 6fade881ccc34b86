/** Workloads from the API to their last pod, on hollow nodes. */
@NullMarked
package dev.wherry.bench.workloads;

import org.jspecify.annotations.NullMarked;
