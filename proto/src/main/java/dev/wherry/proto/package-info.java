/**
 * Wire contracts, compiled by protoc and nothing else: CRI runtime.v1 in {@code
 * dev.wherry.proto.cri.v1}, which only kubelet and runtime import. The messages are immutable; no
 * thread owns them.
 */
@NullMarked
package dev.wherry.proto;

import org.jspecify.annotations.NullMarked;
