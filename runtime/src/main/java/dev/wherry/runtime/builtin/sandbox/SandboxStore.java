package dev.wherry.runtime.builtin.sandbox;

import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.builtin.NodePlace;
import dev.wherry.runtime.builtin.container.PodLookup;
import dev.wherry.runtime.builtin.shim.Supervised;
import dev.wherry.runtime.builtin.spec.PodPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** All sandboxes that are known, each with a folder of the same name. */
public final class SandboxStore implements PodLookup {
  private static final System.Logger LOG = System.getLogger(SandboxStore.class.getName());

  /** Stands in the folder of a sandbox that was attached to its network. */
  private static final String READY_FILE = "ready";

  static final String SHM = "shm";

  private final NodePlace place;
  private final Consumer<String> onEnd;
  private final Map<String, SandboxEntry> entries = new ConcurrentHashMap<>();

  /**
   * An empty one.
   *
   * @param onEnd is told the id of a sandbox whose process has ended
   */
  public SandboxStore(NodePlace place, Consumer<String> onEnd) {
    this.place = place;
    this.onEnd = onEnd;
  }

  /** A sandbox that is being made; it is not known yet. */
  SandboxEntry fresh(SandboxRecord record) throws IOException {
    record.write(NodePlace.makePrivate(folder(record.id())));
    return entry(record);
  }

  private SandboxEntry entry(SandboxRecord record) {
    String id = record.id();
    return new SandboxEntry(
        record,
        new Supervised(id, place.runOf(id), folder(id), place.shim(), () -> onEnd.accept(id)),
        new ReentrantLock());
  }

  /** It is whole: known from now on. */
  void add(SandboxEntry entry) throws IOException {
    Files.createFile(folder(entry.record().id()).resolve(READY_FILE));
    entries.put(entry.record().id(), entry);
  }

  private Path folder(String id) {
    return place.sandboxes().resolve(id);
  }

  Optional<SandboxEntry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** All, oldest first. */
  List<SandboxEntry> all() {
    return entries.values().stream()
        .sorted(Comparator.comparingLong(entry -> entry.record().createdNanos()))
        .toList();
  }

  /** Forgets a sandbox that runs no more, with its files. */
  void remove(String id) throws IOException {
    Shm.unmount(place, id);
    NodePlace.removeTree(place.runOf(id));
    NodePlace.removeTree(folder(id));
    entries.remove(id);
  }

  /**
   * Takes up what an earlier process left. One that never became whole is ended, and known, so that
   * the kubelet removes it.
   */
  public void load() throws IOException {
    for (String id : NodePlace.names(place.sandboxes())) {
      try {
        SandboxEntry entry = entry(SandboxRecord.read(folder(id)));
        entry.supervised().find(entry.record().boot());
        entries.put(id, entry);
        if (entry.isReady() && !Files.exists(folder(id).resolve(READY_FILE))) {
          LOG.log(Level.WARNING, "unfinished sandbox ended id={0}", id);
          entry.supervised().signal(dev.wherry.runtime.builtin.spec.Signals.KILL);
        }
      } catch (IOException e) {
        LOG.log(Level.WARNING, "sandbox dropped id={0} why={1}", id, e.getMessage());
        place.shim().runtime().deleteIfPossible(id);
        remove(id);
      }
    }
  }

  @Override
  public Optional<PodSandboxConfig> config(String sandboxId) {
    return find(sandboxId).map(entry -> entry.record().config());
  }

  @Override
  public Optional<PodPlace> place(String sandboxId) {
    return find(sandboxId)
        .flatMap(entry -> entry.supervised().pid().map(pid -> place(entry.record(), pid)));
  }

  private PodPlace place(SandboxRecord record, long pid) {
    try {
      Path files = place.runOf(record.id());
      return new PodPlace(
          pid,
          files,
          Shm.of(record.config(), files),
          PodFiles.hostname(record.config()),
          record.config().getLinux().getCgroupParent(),
          place.shim().runtime().systemd());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Watches none any longer; all go on. */
  public void detach() {
    all().forEach(entry -> entry.supervised().detach());
  }
}
