package dev.wherry.kubelet.eviction;

import dev.wherry.kubelet.cri.CriException;
import dev.wherry.kubelet.pod.PodParts;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import dev.wherry.kubelet.resource.CgroupRoot;
import dev.wherry.machinery.time.Timer;
import dev.wherry.proto.cri.v1.FilesystemUsage;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** This machine, its runtime and its pods. Used by the eviction's thread alone. */
final class LocalNodeSide implements Evictions.NodeSide {
  private static final System.Logger LOG = System.getLogger(LocalNodeSide.class.getName());

  /** Where the runtime keeps its images does not change while it runs. */
  private static final Duration IMAGE_DISK_KNOWN = Duration.ofMinutes(10);

  private final PodWorkers workers;
  private final NodeSignals signals;
  private final UsageReader usage;
  private final Reclaim reclaim;
  private final PodParts parts;
  private final Consumer<String> tell;
  private final Runnable changed;
  private Optional<Path> imageDisk = Optional.empty();
  private Instant askAgainAt = Instant.MIN;

  LocalNodeSide(PodParts parts, PodWorkers workers, Consumer<String> tell, Runnable changed) {
    DiskCalls calls = new DiskCalls();
    this.parts = parts;
    this.workers = workers;
    this.tell = tell;
    this.changed = changed;
    this.signals =
        new NodeSignals(
            Path.of("/proc"), CgroupRoot.OWN, parts.config().dataDir(), this::imageDisk, calls);
    this.usage = new UsageReader(parts, calls);
    this.reclaim = new Reclaim(parts.runtime());
  }

  private Optional<Path> imageDisk() {
    Timer clock = parts.clock();
    if (clock.instant().isAfter(askAgainAt)) {
      try {
        imageDisk = askForImageDisk();
        askAgainAt = clock.instant().plus(IMAGE_DISK_KNOWN);
      } catch (CriException e) {
        LOG.log(Level.DEBUG, "the images' disk is not known: {0}", e.text());
      }
    }
    return imageDisk;
  }

  private Optional<Path> askForImageDisk() {
    return parts.runtime().images().filesystems().stream()
        .map(FilesystemUsage::getFsId)
        .map(id -> Path.of(id.getMountpoint()))
        .filter(path -> !path.toString().isEmpty())
        .findFirst();
  }

  @Override
  public Map<Signal, Observed> signals() throws IOException {
    return signals.read();
  }

  @Override
  public boolean ownImageDisk() throws IOException {
    return signals.ownImageDisk();
  }

  @Override
  public Map<String, PodUsage> usage(List<PodView> pods) {
    return usage.read(pods);
  }

  @Override
  public void reclaim() {
    reclaim.run(workers.pods());
  }

  @Override
  public void tell(String resource) {
    tell.accept(resource);
  }

  @Override
  public void changed() {
    changed.run();
  }
}
