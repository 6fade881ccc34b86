/**
 * API priority and fairness (KEP-1040): which flow a request belongs to, how many requests of a
 * priority level run at a time, and who waits, in which queue and how long.
 *
 * <p>What is configured is an immutable snapshot, made anew by the security view's thread. Seats
 * are counted without a lock; a level's queues are touched under the level's own lock, and only
 * while the level is full. Imported by the API server's routes and the composition root.
 */
@NullMarked
package dev.wherry.apiserver.fairness;

import org.jspecify.annotations.NullMarked;
