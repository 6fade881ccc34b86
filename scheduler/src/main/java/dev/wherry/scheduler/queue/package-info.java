/**
 * Pods that wait: ready by priority, backing off, or unschedulable until an event may help. Owner:
 * the scheduler's loop.
 */
@NullMarked
package dev.wherry.scheduler.queue;

import org.jspecify.annotations.NullMarked;
