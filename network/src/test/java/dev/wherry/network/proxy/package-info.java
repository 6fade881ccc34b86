/** Plans as pure tables, and the same plans under real packets in namespaces. */
@NullMarked
package dev.wherry.network.proxy;

import org.jspecify.annotations.NullMarked;
