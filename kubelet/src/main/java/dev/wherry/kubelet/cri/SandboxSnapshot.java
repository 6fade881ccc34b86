package dev.wherry.kubelet.cri;

import java.time.Instant;
import java.util.List;

/**
 * A pod sandbox as the runtime reports it.
 *
 * @param attempt counts the sandboxes of one pod from 0
 * @param ready whether its pause process and network stand
 * @param ips the pod's addresses, the primary first; empty with the host's network
 */
public record SandboxSnapshot(
    String id,
    String podUid,
    String namespace,
    String podName,
    int attempt,
    boolean ready,
    Instant createdAt,
    List<String> ips,
    boolean hostNetwork) {

  public SandboxSnapshot {
    ips = List.copyOf(ips);
  }
}
