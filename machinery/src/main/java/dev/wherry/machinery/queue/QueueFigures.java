package dev.wherry.machinery.queue;

import dev.wherry.machinery.figures.Histogram;

/**
 * What a queue of keys has done since it was made (client-go util/workqueue metrics).
 *
 * @param depth keys that a worker could take now
 * @param adds keys that were put into it, those that stood in it already left out
 * @param retries keys that were to come later, after a failure or a time
 * @param waited from a key's entry until a worker took it
 * @param worked from there until the worker was done
 * @param unfinishedNanos how long the keys that workers have now have been with them, summed up
 * @param longestNanos the same of the oldest
 */
public record QueueFigures(
    long depth,
    long adds,
    long retries,
    Histogram waited,
    Histogram worked,
    long unfinishedNanos,
    long longestNanos) {}
