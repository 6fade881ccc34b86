package dev.wherry.kubelet.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.machinery.pki.PrivateFiles;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.proto.cri.v1.IDMapping;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.UserNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives pods that ask for a user namespace ({@code hostUsers: false}, KEP-127) ids of the host that
 * no other pod has. What a pod has stands in its directory, in upstream's form, from before its
 * sandbox until the directory goes; there is no other record of it. Called by pods' workers, one at
 * a time under a lock.
 */
public final class UserNamespaces {
  /** Why a pod is refused, in upstream's words. */
  public static final String NOT_SUPPORTED =
      "can't set `spec.hostUsers: false`, runtime does not support user namespaces";

  private static final String FILE = "userns";
  private static final UserNamespace HOSTS =
      UserNamespace.newBuilder().setMode(NamespaceMode.NODE).build();

  private final PodDirs dirs;
  private final IdRange range;
  private final long share;
  private final ReentrantLock lock = new ReentrantLock();
  private final LongAdder started = new LongAdder();
  private final LongAdder failed = new LongAdder();

  /**
   * Shares out a range.
   *
   * @param share of each pod
   */
  public UserNamespaces(PodDirs dirs, IdRange range, long share) {
    this.dirs = dirs;
    this.range = range;
    this.share = share;
  }

  /**
   * How often pods that ask for a user namespace were begun and failed (rule: the kubelet's
   * metrics).
   */
  public record Counts(long started, long failed) {}

  /** What was counted since the start. */
  public Counts counts() {
    return new Counts(started.sum(), failed.sum());
  }

  /** A sandbox of a pod that asks for one is made. */
  public void started() {
    started.increment();
  }

  /** Counts a failure of a pod that asks for one. */
  public void failed(PodView pod) {
    if (asked(pod)) {
      failed.increment();
    }
  }

  /** Whether a pod asks for one. */
  public static boolean asked(PodView pod) {
    return Boolean.FALSE.equals(pod.spec().hostUsers());
  }

  /**
   * The pod's user namespace, the same at every call.
   *
   * @throws IOException with a sentence, when there are no ids left
   */
  public UserNamespace of(PodView pod) throws IOException {
    if (!asked(pod)) {
      return HOSTS;
    }
    lock.lock();
    try {
      Path file = dirs.pod(pod.uid()).resolve(FILE);
      Optional<IdRange> known = read(file);
      if (known.isEmpty()) {
        known = Optional.of(free());
        write(file, known.get());
      }
      return criForm(known.get());
    } finally {
      lock.unlock();
    }
  }

  private IdRange free() throws IOException {
    Set<Long> taken = new HashSet<>();
    if (Files.isDirectory(dirs.pods())) {
      try (DirectoryStream<Path> pods = Files.newDirectoryStream(dirs.pods())) {
        for (Path pod : pods) {
          read(pod.resolve(FILE))
              .ifPresent(other -> {
                for (long share = first(other);
                    share < other.first() + other.count();
                    share += this.share) {
                  taken.add(share);
                }
              });
        }
      }
    }
    for (long first = range.first();
        first + share <= range.first() + range.count();
        first += share) {
      if (!taken.contains(first)) {
        return new IdRange(first, share);
      }
    }
    throw new IOException("create user namespace: could not find an empty slot");
  }

  /** Where the share begins that a range's first id is in, also one of an earlier size. */
  private long first(IdRange other) {
    return range.first() + Math.floorDiv(other.first() - range.first(), share) * share;
  }

  private static Optional<IdRange> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      JsonNode ids = Json.parse(Files.readAllBytes(file)).path("uidMappings").path(0);
      if (ids.path("length").asLong() <= 0) {
        throw new IOException(file + " has no range of ids");
      }
      return Optional.of(new IdRange(ids.path("hostId").asLong(), ids.path("length").asLong()));
    } catch (DecodeException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static void write(Path file, IdRange range) throws IOException {
    ObjectNode tree = Json.object();
    for (String list : new String[] {"uidMappings", "gidMappings"}) {
      tree.putArray(list)
          .addObject()
          .put("hostId", range.first())
          .put("containerId", 0)
          .put("length", range.count());
    }
    Files.createDirectories(file.resolveSibling("."));
    try {
      PrivateFiles.writeSecret(file, Json.write(tree));
    } catch (UncheckedIOException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static UserNamespace criForm(IdRange range) {
    IDMapping ids =
        IDMapping.newBuilder()
            .setHostId((int) range.first())
            .setContainerId(0)
            .setLength((int) range.count())
            .build();
    return UserNamespace.newBuilder().setMode(NamespaceMode.POD).addUids(ids).addGids(ids).build();
  }
}
