package dev.wherry.bench.scheduling;

import dev.wherry.model.core.v1.Node;
import dev.wherry.model.core.v1.Pod;
import java.util.function.IntFunction;

/**
 * A cluster, the pods that are there first and those that are measured.
 *
 * @param floor upstream's published pods a second on 6 processors; 0 where there is none
 * @param settles whether the first pods all find a node
 */
record Workload(
    String name,
    int floor,
    int nodes,
    IntFunction<Node> node,
    int firstPods,
    IntFunction<Pod> first,
    boolean settles,
    int measuredPods,
    IntFunction<Pod> measured) {}
