package dev.wherry.kubelet.probe;

import dev.wherry.model.core.v1.Container;
import java.time.Instant;

/**
 * The container a probe looks at.
 *
 * @param podIp where HTTP, TCP and gRPC probes go unless they name a host
 */
public record ProbeTarget(
    String containerId, Container container, String podIp, Instant startedAt) {}
