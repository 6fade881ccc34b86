package dev.wherry.network.nftables;

import dev.wherry.model.Bytes;

/**
 * An entry of a learned map as the kernel has it.
 *
 * @param timeoutMillis its life after an update
 * @param remainingMillis until it ends
 */
public record Learned(Bytes key, Bytes value, long timeoutMillis, long remainingMillis) {}
