package dev.wherry.kubelet.csi;

import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.kubelet.volume.VolumeSpace;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.volume.PodClaim;
import dev.wherry.proto.csi.v1.NodeGetVolumeStatsRequest;
import dev.wherry.proto.csi.v1.NodeServiceCapability.RPC;
import dev.wherry.proto.csi.v1.VolumeUsage;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What drivers say of volumes' space, where they can. A driver is asked for a volume at most once a
 * minute, also when it fails (rule: upstream's volumeStatsAggPeriod), and only when somebody asks
 * for figures. Safe for many threads.
 */
final class CsiStats {
  private static final System.Logger LOG = System.getLogger(CsiStats.class.getName());
  private static final Duration KEPT = Duration.ofMinutes(1);

  private final PodDirs dirs;
  private final CsiDrivers drivers;
  private final InstantSource clock;
  private final Map<Path, Answer> answers = new ConcurrentHashMap<>();

  /** What a driver said last, or that it said nothing. */
  private record Answer(Instant at, Optional<VolumeSpace> space) {}

  CsiStats(PodDirs dirs, CsiDrivers drivers, InstantSource clock) {
    this.dirs = dirs;
    this.drivers = drivers;
    this.clock = clock;
  }

  /** Those of a pod's volumes whose drivers tell. */
  List<VolumeSpace> of(PodView pod) throws IOException {
    Instant now = clock.instant();
    answers.values().removeIf(answer -> !now.isBefore(answer.at().plus(KEPT)));
    List<VolumeSpace> all = new ArrayList<>();
    for (Path folder : CsiNote.folders(dirs, pod.uid())) {
      Answer answer = answers.get(folder);
      if (answer == null) {
        answer =
            new Answer(
                now, CsiNote.read(folder).flatMap(note -> ask(pod, folder.getFileName(), note)));
        answers.put(folder, answer);
      }
      answer.space().ifPresent(all::add);
    }
    return all;
  }

  private Optional<VolumeSpace> ask(PodView pod, Path name, CsiNote note) {
    Optional<CsiDriver> driver =
        drivers.find(note.driver()).filter(one -> one.can(RPC.Type.GET_VOLUME_STATS));
    if (driver.isEmpty()) {
      return Optional.empty();
    }
    try {
      List<VolumeUsage> usage =
          driver
              .get()
              .stats(
                  NodeGetVolumeStatsRequest.newBuilder()
                      .setVolumeId(note.handle())
                      .setVolumePath(note.target().toString())
                      .setStagingTargetPath(note.staging().map(Path::toString).orElse(""))
                      .build());
      return Optional.of(
          new VolumeSpace(
              volume(pod, note).orElse(name.toString()),
              note.claim(),
              figures(usage, VolumeUsage.Unit.BYTES),
              figures(usage, VolumeUsage.Unit.INODES)));
    } catch (CsiException e) {
      LOG.log(Level.DEBUG, "no figures of volume={0}: {1}", note.handle(), e.text());
      return Optional.empty();
    }
  }

  /** A volume without a claim lies under its own name. */
  private static Optional<String> volume(PodView pod, CsiNote note) {
    return note.claim().isEmpty()
        ? Optional.empty()
        : pod.spec().volumes().stream()
            .filter(volume ->
                PodClaim.of(pod.meta(), volume)
                    .filter(claim -> claim.claim().equals(note.claim()))
                    .isPresent())
            .map(Volume::name)
            .findFirst();
  }

  private static VolumeSpace.Figures figures(List<VolumeUsage> usage, VolumeUsage.Unit unit) {
    return usage.stream()
        .filter(one -> one.getUnit() == unit)
        .findFirst()
        .map(one ->
            new VolumeSpace.Figures(
                OptionalLong.of(one.getTotal()),
                OptionalLong.of(one.getAvailable()),
                OptionalLong.of(one.getUsed())))
        .orElse(VolumeSpace.Figures.UNKNOWN);
  }
}
