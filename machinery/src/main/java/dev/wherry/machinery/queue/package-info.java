/**
 * Work queues by key, with client-go's semantics (util/workqueue). The queue is a monitor: any
 * thread adds, workers take. Imported by everything that reconciles.
 */
@NullMarked
package dev.wherry.machinery.queue;

import org.jspecify.annotations.NullMarked;
