package dev.wherry.kubelet.staticpod;

import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.core.v1.Pod;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A folder of pods, read whole whenever something in it changed (inotify by the JDK). A file that
 * cannot be read as a pod leaves the pod that it was before. One thread reads, another is told.
 */
final class StaticPodFolder implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StaticPodFolder.class.getName());

  /** A file larger than any pod. */
  private static final long FILE_BYTES_MAX = 3L << 20;

  private static final int FILES_MAX = 1_000;

  private final Path folder;
  private final String nodeName;
  private final WatchService watches;
  private final Map<Path, Known> known = new LinkedHashMap<>();

  /** What a file was at the last look. */
  private record Known(byte[] bytes, List<Pod> pods) {}

  /**
   * @param changed run by a thread of its own when something in the folder changed
   */
  StaticPodFolder(Path folder, String nodeName, Runnable changed) throws IOException {
    this.folder = Files.createDirectories(folder).toAbsolutePath();
    this.nodeName = nodeName;
    this.watches = folder.getFileSystem().newWatchService();
    this.folder.register(
        watches,
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE);
    Thread.ofPlatform().daemon().name("static-pod-files").start(() -> listen(changed));
  }

  private void listen(Runnable changed) {
    try {
      boolean valid = true;
      while (valid) {
        WatchKey key = watches.take();
        key.pollEvents();
        changed.run();
        valid = key.reset();
      }
      LOG.log(Level.WARNING, "the folder of static pods is gone folder={0}", folder);
    } catch (ClosedWatchServiceException | InterruptedException _) {
      LOG.log(Level.DEBUG, "static pods are watched no longer");
    }
  }

  /** The pods of all files, by uid. */
  Map<String, Pod> read() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, this::counts)) {
      all.forEach(files::add);
    }
    files.sort(null);
    if (files.size() > FILES_MAX) {
      LOG.log(Level.WARNING, "only so many static pods are read files={0}", FILES_MAX);
      files = files.subList(0, FILES_MAX);
    }
    known.keySet().retainAll(files);
    Map<String, Pod> pods = new TreeMap<>();
    for (Path file : files) {
      look(file).forEach(pod -> pods.put(pod.metadata().uid(), pod));
    }
    return pods;
  }

  private boolean counts(Path file) {
    return !file.getFileName().toString().startsWith(".") && Files.isRegularFile(file);
  }

  private List<Pod> look(Path file) {
    Known before = known.get(file);
    List<Pod> kept = before == null ? List.of() : before.pods();
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw new IOException("the file is larger than " + FILE_BYTES_MAX + " bytes");
      }
      byte[] bytes = Files.readAllBytes(file);
      if (before != null && Arrays.equals(bytes, before.bytes())) {
        return kept;
      }
      known.put(file, new Known(bytes, kept));
      List<Pod> fresh = List.of(StaticPodFile.parse(bytes, file.toString(), nodeName));
      known.put(file, new Known(bytes, fresh));
      return fresh;
    } catch (IOException | DecodeException e) {
      LOG.log(Level.WARNING, "no static pod file={0}: {1}", file, e.getMessage());
      return kept;
    }
  }

  @Override
  public void close() throws IOException {
    watches.close();
  }
}
