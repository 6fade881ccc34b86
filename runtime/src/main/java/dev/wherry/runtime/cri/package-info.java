/**
 * What every runtime served over CRI here shares: RuntimeService call by call over a few small
 * interfaces, usage figures, and the failures' one way to gRPC statuses. Stateless but for the last
 * CPU samples, which their class guards. For the runtimes of this module only.
 */
@NullMarked
package dev.wherry.runtime.cri;

import org.jspecify.annotations.NullMarked;
