/** Where pods go: queue, snapshot, plugins, one applier. */
@NullMarked
package dev.wherry.scheduler;

import org.jspecify.annotations.NullMarked;
