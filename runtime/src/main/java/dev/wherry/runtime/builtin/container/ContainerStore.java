package dev.wherry.runtime.builtin.container;

import dev.wherry.runtime.builtin.ContainerRoots;
import dev.wherry.runtime.builtin.NodePlace;
import dev.wherry.runtime.builtin.RootsThreads;
import dev.wherry.runtime.builtin.StartMounts;
import dev.wherry.runtime.builtin.shim.Supervised;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** All containers that are known, each with a folder of the same name. */
final class ContainerStore {
  private static final System.Logger LOG = System.getLogger(ContainerStore.class.getName());

  private final NodePlace place;
  private final RootsThreads roots;
  private final StartMounts startMounts;
  private final Consumer<String> onEnd;
  private final Map<String, ContainerEntry> entries = new ConcurrentHashMap<>();

  /**
   * An empty one.
   *
   * @param onEnd is told the id of a container that has ended
   */
  ContainerStore(
      NodePlace place, RootsThreads roots, StartMounts startMounts, Consumer<String> onEnd) {
    this.place = place;
    this.roots = roots;
    this.startMounts = startMounts;
    this.onEnd = onEnd;
  }

  /** Writes a record and knows the container from now on. */
  ContainerEntry add(ContainerRecord record) throws IOException {
    Path folder = NodePlace.makePrivate(folder(record.id()));
    record.write(folder);
    ContainerEntry entry = new ContainerEntry(record, supervised(record.id()));
    entries.put(record.id(), entry);
    return entry;
  }

  private Supervised supervised(String id) {
    return new Supervised(id, place.runOf(id), folder(id), place.shim(), () -> onEnd.accept(id));
  }

  Path folder(String id) {
    return place.containers().resolve(id);
  }

  Optional<ContainerEntry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** All, oldest first. */
  List<ContainerEntry> all() {
    return entries.values().stream()
        .sorted(Comparator.comparingLong(entry -> entry.record().createdNanos()))
        .toList();
  }

  /** Forgets a container that runs no more, with its files and mounts. */
  void remove(ContainerEntry entry) throws IOException {
    startMounts.remove(entry.record().id());
    for (String root : entry.record().roots()) {
      roots.run(r -> r.remove(root));
    }
    discard(entry.record().id());
    entries.remove(entry.record().id());
  }

  void discard(String id) throws IOException {
    ContainerRecord.delete(folder(id));
    NodePlace.removeTree(place.runOf(id));
    NodePlace.removeTree(folder(id));
  }

  /** Takes up what an earlier process left; what cannot be read is thrown away. */
  void load() throws IOException {
    for (String id : NodePlace.names(place.containers())) {
      try {
        ContainerRecord record = ContainerRecord.read(folder(id));
        ContainerEntry entry = new ContainerEntry(record, supervised(id));
        entry.supervised().find(record.boot());
        entries.put(id, entry);
      } catch (IOException e) {
        LOG.log(Level.WARNING, "container dropped id={0} why={1}", id, e.getMessage());
        place.shim().runtime().deleteIfPossible(id);
        discard(id);
      }
    }
    removeOrphans();
    removeStartMounts();
  }

  /** Those of a container that is yet to start stay. */
  private void removeStartMounts() throws IOException {
    for (String id : startMounts.ids()) {
      ContainerEntry entry = entries.get(id);
      if (entry == null) {
        startMounts.remove(id);
      } else if (!(entry.supervised().phase() instanceof Supervised.Phase.Created)) {
        startMounts.release(id);
      }
    }
  }

  private void removeOrphans() throws IOException {
    var known =
        entries.values().stream().flatMap(entry -> entry.record().roots().stream()).toList();
    for (String id : roots.call(ContainerRoots::ids)) {
      if (!known.contains(id)) {
        LOG.log(Level.INFO, "root of no container removed id={0}", id);
        roots.run(r -> r.remove(id));
      }
    }
  }
}
