/** How fast the store takes durable writes, beside Debian's etcd and the bare disk. */
@NullMarked
package dev.wherry.bench.store;

import org.jspecify.annotations.NullMarked;
