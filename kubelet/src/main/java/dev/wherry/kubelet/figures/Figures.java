package dev.wherry.kubelet.figures;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gathers figures when asked. Callers that come while one gathers wait for it and share what it
 * found; what is younger than a second is given again.
 */
public final class Figures {
  private static final System.Logger LOG = System.getLogger(Figures.class.getName());

  /** How old an answer may be. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final String NODE = "/";

  private final PodParts parts;
  private final PodWorkers workers;
  private final NodeReader node;
  private final PodReader pods;
  private final ReentrantLock lock = new ReentrantLock();
  // Both are read and written under the lock.
  private final Rates rates = new Rates();
  private Optional<NodeFigures> last = Optional.empty();

  public Figures(PodParts parts, PodWorkers workers) {
    this.parts = parts;
    this.workers = workers;
    this.node =
        new NodeReader(Path.of("/proc"), parts.config().nodeName(), parts.config().dataDir());
    this.pods = new PodReader(parts, rates);
  }

  /** The figures of now, or of a second ago. Blocking. */
  NodeFigures look() {
    lock.lock();
    try {
      Instant now = parts.clock().instant();
      if (last.isEmpty() || last.get().readAt().plus(FRESH).isBefore(now)) {
        last = Optional.of(gather(now));
      }
      return last.get();
    } finally {
      lock.unlock();
    }
  }

  private NodeFigures gather(Instant now) {
    CriRuntime runtime = parts.runtime();
    List<PodUse> found = List.of();
    OptionalLong imageBytes = OptionalLong.empty();
    boolean complete = true;
    try {
      found = pods.read(workers.pods(), now);
      imageBytes = imageBytes(runtime.images().filesystems());
    } catch (CriException e) {
      LOG.log(Level.WARNING, "the runtime tells no figures: {0}", e.text());
      complete = false;
    }
    try {
      NodeUse use = node.read(now, imageBytes);
      NodeUse rated = rated(use, rates.of(NODE, now, use.cpuNanos()));
      rates.keepOnly(ids(found));
      return new NodeFigures(now, rated, found, complete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> ids(List<PodUse> pods) {
    Set<String> ids = new HashSet<>(Set.of(NODE));
    for (PodUse pod : pods) {
      pod.containers().forEach(container -> ids.add(container.id()));
    }
    return ids;
  }

  private static OptionalLong imageBytes(List<FilesystemUsage> filesystems) {
    return filesystems.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(
            filesystems.stream().mapToLong(one -> one.getUsedBytes().getValue()).sum());
  }

  private static NodeUse rated(NodeUse use, OptionalLong rate) {
    return new NodeUse(
        use.name(),
        use.readAt(),
        use.bootedAt(),
        use.cores(),
        use.memoryBytes(),
        use.cpuNanos(),
        rate,
        use.memory(),
        use.swap(),
        use.networks(),
        use.disk(),
        use.imageBytes(),
        use.tasks(),
        use.program());
  }
}
