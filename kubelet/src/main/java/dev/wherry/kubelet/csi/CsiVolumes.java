package dev.wherry.kubelet.csi;

import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.GroupShare;
import dev.wherry.kubelet.volume.Mounts;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.time.Timer;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.CSIPersistentVolumeSource;
import dev.wherry.model.core.v1.CSIVolumeSource;
import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.core.v1.PersistentVolumeClaim;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.volume.DriverVolume;
import dev.wherry.proto.csi.v1.CapacityRange;
import dev.wherry.proto.csi.v1.NodeExpandVolumeRequest;
import dev.wherry.proto.csi.v1.NodePublishVolumeRequest;
import dev.wherry.proto.csi.v1.NodeServiceCapability.RPC;
import dev.wherry.proto.csi.v1.NodeStageVolumeRequest;
import dev.wherry.proto.csi.v1.NodeUnpublishVolumeRequest;
import dev.wherry.proto.csi.v1.NodeUnstageVolumeRequest;
import dev.wherry.proto.csi.v1.VolumeCapability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;

/**
 * Brings drivers' volumes to pods and takes them back. A volume is staged once for the node and
 * published to each pod; whether another pod has it is read from the notes on disk. Safe for many
 * threads: what concerns one volume happens one after the other.
 */
public final class CsiVolumes {
  private static final String PLUGIN = "csi";
  private static final int LOCKS = 64;

  private final CsiPaths paths;
  private final PodDirs dirs;
  private final CsiDrivers drivers;
  private final CsiApi api;
  private final CsiStats stats;
  private final ReentrantLock telling = new ReentrantLock();
  private final List<ReentrantLock> locks =
      IntStream.range(0, LOCKS).mapToObj(_ -> new ReentrantLock()).toList();

  /**
   * @param root where drivers look for volumes, usually {@code /var/lib/kubelet}
   * @param dirs where notes lie
   */
  public CsiVolumes(
      Path root,
      PodDirs dirs,
      CsiDrivers drivers,
      ApiClient api,
      PodApi pods,
      String nodeName,
      Timer timer) {
    this.paths = new CsiPaths(root);
    this.dirs = dirs;
    this.drivers = drivers;
    this.api = new CsiApi(api, pods, nodeName, timer);
    this.stats = new CsiStats(dirs, drivers, timer);
  }

  /** Those of a node as it is configured. */
  public static CsiVolumes of(
      KubeletConfig config,
      Path root,
      CsiDrivers drivers,
      ApiClient api,
      PodApi pods,
      Timer timer) {
    return new CsiVolumes(root, PodDirs.of(config), drivers, api, pods, config.nodeName(), timer);
  }

  /** A volume that lives with the pod: its place on the host. */
  public Path inline(PodView pod, Volume volume, CSIVolumeSource source)
      throws VolumeException, IOException {
    return setUp(pod, CsiSource.inline(pod.namespace(), pod.uid(), volume, source));
  }

  /** A volume that a claim has: its place on the host, a directory or a device. */
  public Path persistent(
      PodView pod,
      CSIPersistentVolumeSource source,
      PersistentVolume volume,
      PersistentVolumeClaim claim,
      boolean readOnly)
      throws VolumeException, IOException {
    return setUp(pod, CsiSource.persistent(source, volume, claim, readOnly));
  }

  private Path setUp(PodView pod, CsiSource source) throws VolumeException, IOException {
    Path folder = dirs.volume(pod.uid(), PLUGIN, source.name());
    ReentrantLock lock = lock(source.driver(), source.handle());
    lock.lock();
    try {
      Optional<CsiNote> note = CsiNote.read(folder);
      if (note.isPresent() && isThere(note.get().target(), source.block())) {
        attend(pod, source, note.get());
        return note.get().target();
      }
      return bring(pod, source, folder);
    } catch (CsiException e) {
      throw failed(source, e.text());
    } catch (VolumeException e) {
      throw failed(source, e.text());
    } finally {
      lock.unlock();
    }
  }

  private static boolean isThere(Path target, boolean block) throws IOException {
    return block ? Files.exists(target) : Mounts.mounted(target);
  }

  private static VolumeException failed(CsiSource source, String why) {
    return VolumeException.complete(
        "MountVolume.SetUp failed for volume \"%s\" : kubernetes.io/csi: %s"
            .formatted(source.name(), why));
  }

  private Path bring(PodView pod, CsiSource source, Path folder)
      throws VolumeException, CsiException, IOException {
    CsiDriver driver = driver(source.driver());
    CsiDemand demand = new CsiDemand(pod, source, driver, api.driver(source.driver()));
    demand.refuseMode();
    Map<String, String> context = demand.attached() ? api.awaitAttached(source) : Map.of();
    CsiNote note =
        new CsiNote(
            source.driver(),
            source.handle(),
            demand.attached(),
            paths.target(source, pod.uid()),
            demand.staged() ? Optional.of(paths.staging(source)) : Optional.empty(),
            source.claim().map(bound -> bound.claim().metadata().name()).orElse(""));
    note.write(folder);
    if (note.attached()) {
      tellInUse(Optional.empty());
      // What was attached a moment ago stays so from now on; whether it still was is asked again.
      context = api.attached(source);
    }
    VolumeCapability capability = demand.capability();
    if (note.staging().isPresent()) {
      Files.createDirectories(note.staging().get());
      driver.stage(
          NodeStageVolumeRequest.newBuilder()
              .setVolumeId(source.handle())
              .putAllPublishContext(context)
              .setStagingTargetPath(note.staging().get().toString())
              .setVolumeCapability(capability)
              .putAllSecrets(api.secret(source.stageSecret()))
              .putAllVolumeContext(source.attributes())
              .build());
    }
    Files.createDirectories(note.target().getParent());
    publish(demand, note, context);
    grow(source, driver, note, capability);
    if (demand.group()) {
      GroupShare.give(pod, note.target());
    }
    return note.target();
  }

  private void publish(CsiDemand demand, CsiNote note, Map<String, String> context)
      throws VolumeException, CsiException {
    CsiSource source = demand.source();
    demand
        .driver()
        .publish(
            NodePublishVolumeRequest.newBuilder()
                .setVolumeId(source.handle())
                .putAllPublishContext(context)
                .setStagingTargetPath(note.staging().map(Path::toString).orElse(""))
                .setTargetPath(note.target().toString())
                .setVolumeCapability(demand.capability())
                .setReadonly(source.readOnly())
                .putAllSecrets(api.secret(source.publishSecret()))
                .putAllVolumeContext(demand.context(api))
                .build());
  }

  /** What a volume that the pod has may need: to grow with its claim, or to be published again. */
  private void attend(PodView pod, CsiSource source, CsiNote note)
      throws VolumeException, CsiException {
    Optional<CsiDriver> driver = drivers.find(source.driver());
    if (driver.isEmpty()) {
      return; // The volume works without it.
    }
    CsiDemand demand = new CsiDemand(pod, source, driver.get(), api.driver(source.driver()));
    if (demand.republished()) {
      publish(demand, note, note.attached() ? api.attached(source) : Map.of());
    }
    grow(source, driver.get(), note, demand.capability());
  }

  /** What drivers say of the space of a pod's volumes. */
  public List<VolumeSpace> space(PodView pod) throws IOException {
    return stats.of(pod);
  }

  private CsiDriver driver(String name) throws VolumeException {
    return drivers
        .find(name)
        .orElseThrow(() ->
            new VolumeException(
                "driver name " + name + " not found in the list of registered CSI drivers"));
  }

  /** Lets the driver fit the file system to a volume that has grown since the claim was told. */
  private void grow(CsiSource source, CsiDriver driver, CsiNote note, VolumeCapability capability)
      throws VolumeException, CsiException {
    if (source.claim().isEmpty() || source.readOnly() || !driver.can(RPC.Type.EXPAND_VOLUME)) {
      return;
    }
    PersistentVolumeClaim claim = source.claim().get().claim();
    Quantity has = source.claim().get().volume().spec().capacity().get("storage");
    Quantity told = claim.status().capacity().get("storage");
    if (has == null || told == null || told.compareTo(has) >= 0) {
      return;
    }
    driver.expand(
        NodeExpandVolumeRequest.newBuilder()
            .setVolumeId(source.handle())
            .setVolumePath(note.target().toString())
            .setStagingTargetPath(note.staging().map(Path::toString).orElse(""))
            .setCapacityRange(CapacityRange.newBuilder().setRequiredBytes(has.value()))
            .setVolumeCapability(capability)
            .putAllSecrets(api.secret(source.expandSecret()))
            .build());
    api.grown(claim, has);
  }

  /**
   * Takes back all that a pod has of drivers, and unstages what no other pod has.
   *
   * @throws IOException when a driver is not there or refuses; nothing is lost by trying again
   */
  public void tearDown(String uid) throws IOException {
    for (Path folder : CsiNote.folders(dirs, uid)) {
      if (!CsiNote.existsIn(folder)) {
        continue;
      }
      CsiNote note =
          CsiNote.read(folder)
              .orElseThrow(() -> new IOException("the note in " + folder + " is damaged"));
      ReentrantLock lock = lock(note.driver(), note.handle());
      lock.lock();
      try {
        takeBack(note, folder);
      } catch (VolumeException e) {
        throw new IOException("volume " + note.handle() + " stays: " + e.text(), e);
      } catch (CsiException e) {
        throw new IOException("volume " + note.handle() + " stays: " + e.text(), e);
      } finally {
        lock.unlock();
      }
    }
  }

  private void takeBack(CsiNote note, Path folder)
      throws VolumeException, CsiException, IOException {
    CsiDriver driver = driver(note.driver());
    driver.unpublish(
        NodeUnpublishVolumeRequest.newBuilder()
            .setVolumeId(note.handle())
            .setTargetPath(note.target().toString())
            .build());
    Files.deleteIfExists(note.target());
    if (note.staging().isPresent() && !isUsedBeside(note, folder)) {
      driver.unstage(
          NodeUnstageVolumeRequest.newBuilder()
              .setVolumeId(note.handle())
              .setStagingTargetPath(note.staging().get().toString())
              .build());
      paths.removeStaging(note.staging().get());
    }
    if (note.attached()) {
      tellInUse(Optional.of(folder));
    }
    CsiNote.delete(folder);
    paths.removeTarget(note.target());
  }

  /** One after the other, so that no older list overtakes a newer one. */
  private void tellInUse(Optional<Path> leaving) throws IOException {
    telling.lock();
    try {
      Set<String> names = new TreeSet<>();
      for (Path folder : CsiNote.folders(dirs)) {
        if (leaving.isEmpty() || !leaving.get().equals(folder)) {
          CsiNote.read(folder)
              .filter(CsiNote::attached)
              .ifPresent(note -> names.add(new DriverVolume(note.driver(), note.handle()).inUse()));
        }
      }
      api.inUse(names);
    } catch (ApiException e) {
      throw new IOException("the API was not told which volumes are here: " + e.getMessage(), e);
    } finally {
      telling.unlock();
    }
  }

  private boolean isUsedBeside(CsiNote note, Path own) throws IOException {
    for (Path folder : CsiNote.folders(dirs)) {
      boolean same =
          !folder.equals(own)
              && CsiNote.read(folder)
                  .filter(other -> other.isOf(note.driver(), note.handle()))
                  .isPresent();
      if (same) {
        return true;
      }
    }
    return false;
  }

  private ReentrantLock lock(String driver, String handle) {
    return locks.get(Math.floorMod((driver + "/" + handle).hashCode(), LOCKS));
  }
}
