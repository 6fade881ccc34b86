package dev.wherry.scheduler.framework;

import dev.wherry.scheduler.view.NodeView;

/**
 * A node that a pod does not fit. Where verdicts are kept, the same object comes again for as long
 * as neither the node has changed nor the pods that wait for room on it.
 *
 * @param place of the node in the snapshot
 * @param why the first rejection
 * @param plugin whose it is
 */
public record Rejection(int place, NodeView node, Verdict.Rejected why, String plugin) {}
