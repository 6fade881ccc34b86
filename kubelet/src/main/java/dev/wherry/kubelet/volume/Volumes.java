package dev.wherry.kubelet.volume;

import dev.wherry.kubelet.csi.CsiVolumes;
import dev.wherry.kubelet.env.PodAddresses;
import dev.wherry.kubelet.pod.PodApi;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.CSIVolumeSource;
import dev.wherry.model.core.v1.ConfigMapVolumeSource;
import dev.wherry.model.core.v1.DownwardAPIVolumeSource;
import dev.wherry.model.core.v1.EmptyDirVolumeSource;
import dev.wherry.model.core.v1.NFSVolumeSource;
import dev.wherry.model.core.v1.PodSecurityContext;
import dev.wherry.model.core.v1.ProjectedVolumeSource;
import dev.wherry.model.core.v1.SecretVolumeSource;
import dev.wherry.model.core.v1.ServiceAccountTokenProjection;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.core.v1.VolumeProjection;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sets up one pod's volumes and keeps their content fresh. Every call does everything again and
 * writes only what changed. Owned by the pod's worker.
 */
public final class Volumes {
  private static final int EMPTY_DIR_MODE = 0777;

  /** As a tmpfs has it from its mount. */
  private static final int STICKY = 01000;

  private static final int TOKEN_MODE_OWNED = 0600;

  /** How often drivers' volumes are looked after, as upstream's sync of pods does. */
  private static final Duration ATTEND = Duration.ofMinutes(1);

  private final PodDirs dirs;
  private final Mounts mounts;
  private final VolumeSources sources;
  private final TokenSource tokens;
  private final NfsVolumes nfs;
  private final ClaimVolumes claims;
  private final CsiVolumes csi;
  private final VolumeOperations operations;
  private final InstantSource clock;
  private final RandomGenerator random;
  private Instant attendAt = Instant.MAX;

  public Volumes(
      PodDirs dirs,
      Mounts mounts,
      PodApi api,
      CsiVolumes csi,
      VolumeOperations operations,
      InstantSource clock,
      RandomGenerator random) {
    this.dirs = dirs;
    this.mounts = mounts;
    this.sources = new VolumeSources(api);
    this.tokens = new TokenSource(api, clock);
    this.nfs = new NfsVolumes(dirs, mounts);
    this.claims = new ClaimVolumes(dirs, api, csi, nfs);
    this.csi = csi;
    this.operations = operations;
    this.clock = clock;
    this.random = random;
  }

  /** Whether anything of the pod's volumes can change while it runs. */
  public static boolean refreshable(PodView pod) {
    return pod.spec().volumes().stream()
        .anyMatch(v ->
            v.configMap() != null
                || v.secret() != null
                || v.projected() != null
                || v.downwardAPI() != null
                || v.csi() != null
                || v.persistentVolumeClaim() != null
                || v.ephemeral() != null);
  }

  /**
   * When a token in the volumes should be written anew, or drivers' volumes be looked after; the
   * end of time without any.
   */
  public Instant staleAt() {
    return tokens.staleAt().isBefore(attendAt) ? tokens.staleAt() : attendAt;
  }

  /** Makes every volume and gives its path on the host by name; image volumes are the runtime's. */
  public Map<String, Path> prepare(PodView pod, PodAddresses addresses) throws VolumeException {
    Map<String, Path> paths = new LinkedHashMap<>();
    for (Volume volume : pod.spec().volumes()) {
      if (volume.image() != null) {
        continue;
      }
      long began = System.nanoTime();
      try {
        paths.put(volume.name(), prepare(pod, addresses, volume));
      } catch (VolumeException e) {
        throw e.isComplete() ? e : new VolumeException(failed(volume, e.text()));
      } catch (IOException | ApiException e) {
        throw new VolumeException(failed(volume, String.valueOf(e.getMessage())));
      } finally {
        operations.done(
            VolumeOperations.MOUNT,
            claims.plugin(volume),
            paths.containsKey(volume.name()),
            System.nanoTime() - began);
      }
    }
    boolean driven =
        claims.areDriven() || pod.spec().volumes().stream().anyMatch(v -> v.csi() != null);
    attendAt = driven ? clock.instant().plus(ATTEND) : Instant.MAX;
    return paths;
  }

  private static String failed(Volume volume, String why) {
    return "MountVolume.SetUp failed for volume \"" + volume.name() + "\" : " + why;
  }

  private Path prepare(PodView pod, PodAddresses addresses, Volume volume)
      throws VolumeException, IOException {
    EmptyDirVolumeSource emptyDir = volume.emptyDir();
    if (emptyDir != null) {
      return emptyDir(pod, volume.name(), emptyDir);
    }
    if (volume.hostPath() != null) {
      return HostPaths.prepare(volume.hostPath());
    }
    ConfigMapVolumeSource map = volume.configMap();
    if (map != null) {
      List<VolumeFile> files =
          sources.configMap(
              pod.namespace(), map.name(), map.items(), map.optional(), mode(map.defaultMode()));
      return publish(pod, "configmap", volume.name(), false, files);
    }
    SecretVolumeSource secret = volume.secret();
    if (secret != null) {
      List<VolumeFile> files =
          sources.secret(
              pod.namespace(),
              secret.secretName(),
              secret.items(),
              secret.optional(),
              mode(secret.defaultMode()));
      return publish(pod, "secret", volume.name(), true, files);
    }
    DownwardAPIVolumeSource downward = volume.downwardAPI();
    if (downward != null) {
      List<VolumeFile> files =
          sources.downward(pod, addresses, downward.items(), mode(downward.defaultMode()));
      return publish(pod, "downward-api", volume.name(), true, files);
    }
    ProjectedVolumeSource projected = volume.projected();
    if (projected != null) {
      return publish(pod, "projected", volume.name(), true, projected(pod, addresses, projected));
    }
    NFSVolumeSource share = volume.nfs();
    if (share != null) {
      return nfs.prepare(pod.uid(), volume.name(), NfsShare.of(share, false, List.of()));
    }
    CSIVolumeSource driven = volume.csi();
    return driven == null ? claims.prepare(pod, volume) : csi.inline(pod, volume, driven);
  }

  private Path emptyDir(PodView pod, String name, EmptyDirVolumeSource source)
      throws VolumeException, IOException {
    Path path = dirs.volume(pod.uid(), "empty-dir", name);
    boolean fresh = !Files.exists(path);
    int mode = EMPTY_DIR_MODE;
    Files.createDirectories(path);
    if (source.medium().equals("Memory")) {
      Quantity limit = source.sizeLimit();
      fresh |= !Mounts.mounted(path);
      mounts.tmpfs(path, limit == null ? 0 : limit.value());
      mode |= STICKY;
    } else if (HugePageVolumes.is(source.medium())) {
      fresh |= !Mounts.mounted(path);
      mounts.hugePages(path, HugePageVolumes.pageBytes(pod, source.medium()));
    }
    if (fresh) {
      Modes.set(path, mode, -1);
      Long group = group(pod);
      if (group != null) {
        Trees.chgrp(path, group.intValue());
      }
    }
    return path;
  }

  private Path publish(
      PodView pod, String plugin, String name, boolean inMemory, List<VolumeFile> files)
      throws IOException {
    Path path = dirs.volume(pod.uid(), plugin, name);
    boolean fresh = !Files.exists(path);
    Files.createDirectories(path);
    if (inMemory) {
      mounts.tmpfs(path, 0);
    }
    Long group = group(pod);
    if (fresh || inMemory) {
      Modes.set(path, EMPTY_DIR_MODE | STICKY, group == null ? -1 : group.intValue());
    }
    List<VolumeFile> readable =
        group == null ? files : files.stream().map(Volumes::forGroup).toList();
    new AtomicWriter(path, group == null ? -1 : group.intValue(), random)
        .write(readable, clock.instant());
    return path;
  }

  private static VolumeFile forGroup(VolumeFile file) {
    int mode = file.mode() | ((file.mode() & 0400) >> 3);
    return new VolumeFile(file.path(), file.data(), mode, file.user());
  }

  private List<VolumeFile> projected(
      PodView pod, PodAddresses addresses, ProjectedVolumeSource source) throws VolumeException {
    int mode = mode(source.defaultMode());
    Map<String, VolumeFile> files = new LinkedHashMap<>();
    for (VolumeProjection part : source.sources()) {
      for (VolumeFile file : part(pod, addresses, part, mode)) {
        files.put(file.path(), file);
      }
    }
    return new ArrayList<>(files.values());
  }

  private List<VolumeFile> part(
      PodView pod, PodAddresses addresses, VolumeProjection part, int mode) throws VolumeException {
    String namespace = pod.namespace();
    if (part.configMap() != null) {
      var map = part.configMap();
      return sources.configMap(namespace, map.name(), map.items(), map.optional(), mode);
    }
    if (part.secret() != null) {
      var secret = part.secret();
      return sources.secret(namespace, secret.name(), secret.items(), secret.optional(), mode);
    }
    if (part.downwardAPI() != null) {
      return sources.downward(pod, addresses, part.downwardAPI().items(), mode);
    }
    ServiceAccountTokenProjection token = part.serviceAccountToken();
    if (token != null) {
      return List.of(token(pod, token, mode));
    }
    throw new VolumeException("this kind of projection is not supported by this kubelet");
  }

  /** Rule: a token is for the pod's group and its user alone, where it has one of them. */
  private VolumeFile token(PodView pod, ServiceAccountTokenProjection projection, int mode) {
    byte[] bytes = tokens.token(pod.pod(), projection).getBytes(StandardCharsets.UTF_8);
    int user = pod.onlyUser().map(Math::toIntExact).orElse(-1);
    boolean owned = user >= 0 || group(pod) != null;
    return new VolumeFile(projection.path(), bytes, owned ? TOKEN_MODE_OWNED : mode, user);
  }

  private static @Nullable Long group(PodView pod) {
    PodSecurityContext security = pod.spec().securityContext();
    return security == null ? null : security.fsGroup();
  }

  private static int mode(@Nullable Integer mode) {
    return mode == null ? VolumeSources.DEFAULT_MODE : mode;
  }

  /** Unmounts and deletes everything the pod had below the data directory. */
  public void remove(String uid) throws IOException {
    release(uid);
    Trees.delete(dirs.pod(uid));
  }

  /** Unmounts and deletes the pod's volumes; what its containers said last stays. */
  public void release(String uid) throws IOException {
    Path volumes = dirs.volumes(uid);
    if (Files.isDirectory(volumes.resolve(PodDirs.folder(VolumePlugins.CSI)))) {
      unmount(VolumePlugins.named(VolumePlugins.CSI), () -> csi.tearDown(uid));
    }
    if (Files.isDirectory(volumes)) {
      try (var plugins = Files.newDirectoryStream(volumes)) {
        for (Path plugin : plugins) {
          unmountAll(plugin);
        }
      }
    }
    Trees.delete(volumes);
  }

  private void unmountAll(Path folder) throws IOException {
    String plugin = PodDirs.plugin(folder);
    try (var volumes = Files.newDirectoryStream(folder)) {
      for (Path volume : volumes) {
        if (plugin.equals(VolumePlugins.named(ClaimVolumes.FOLDER))) {
          mounts.unmount(volume); // A note; who brought the claim's volume takes it away.
        } else {
          unmount(plugin, () -> mounts.unmount(volume));
        }
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private void unmount(String plugin, Work work) throws IOException {
    long began = System.nanoTime();
    boolean done = false;
    try {
      work.run();
      done = true;
    } finally {
      operations.done(VolumeOperations.UNMOUNT, plugin, done, System.nanoTime() - began);
    }
  }
}
