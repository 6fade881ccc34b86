package dev.wherry.kubelet.eviction;

/**
 * One signal at one moment.
 *
 * @param available bytes or a count
 * @param capacity in the same unit
 */
public record Observed(long available, long capacity) {}
