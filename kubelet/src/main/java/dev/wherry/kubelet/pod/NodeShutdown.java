package dev.wherry.kubelet.pod;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.cri.SandboxSnapshot;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * Ends the containers of pods that stay bound to this node, as a shutdown of the machine does: the
 * API server is told nothing, and the next start of the node runs them again.
 */
public final class NodeShutdown {
  /** How long a container may take to end, whatever its pod's grace period. */
  private static final Duration GRACE_MAX = Duration.ofSeconds(10);

  private static final int PODS_AT_ONCE_MAX = 32;
  private static final System.Logger LOG = System.getLogger(NodeShutdown.class.getName());

  private final CriRuntime runtime;

  public NodeShutdown(CriRuntime runtime) {
    this.runtime = runtime;
  }

  /** Ends the pods' containers and sandboxes; returns when that is done. */
  public void stop(Collection<String> podUids) {
    Semaphore room = new Semaphore(PODS_AT_ONCE_MAX);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String uid : podUids) {
        threads.execute(() -> {
          room.acquireUninterruptibly();
          try {
            stop(uid);
          } catch (CriException e) {
            LOG.log(System.Logger.Level.WARNING, "shutdown pod={0} why={1}", uid, e.text());
          } finally {
            room.release();
          }
        });
      }
    }
  }

  private void stop(String uid) {
    PodObservation pod = runtime.lists().observe(uid, PodObservation.none(uid));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      pod.containers().stream()
          .filter(ContainerSnapshot::running)
          .forEach(
              container -> threads.execute(() -> runtime.stopContainer(container.id(), GRACE_MAX)));
    }
    pod.sandboxes().stream()
        .filter(SandboxSnapshot::ready)
        .forEach(sandbox -> runtime.stopSandbox(sandbox.id()));
  }
}
