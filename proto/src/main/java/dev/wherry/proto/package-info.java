/** Wire contracts: CRI runtime.v1 and the Kubernetes message descriptors. */
@NullMarked
package dev.wherry.proto;

import org.jspecify.annotations.NullMarked;
