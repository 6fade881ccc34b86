package dev.wherry.runtime.images.layer;

import dev.wherry.runtime.images.system.KernelException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Folders' times, set when everything is in them. */
final class LayerTimes {
  /** Beyond it folders keep the time of unpacking: times are not worth more memory. */
  private static final long CHARS_MAX = 16L << 20;

  private final Map<String, Time> times = new LinkedHashMap<>();
  private long chars;

  private record Time(long seconds, int nanos) {}

  void remember(List<String> parts, TarEntry entry) {
    String path = String.join("/", parts);
    if (chars + path.length() <= CHARS_MAX) {
      chars += path.length();
      times.put(path, new Time(entry.mtimeSeconds(), entry.mtimeNanos()));
    }
  }

  void set(LayerPaths paths) throws IOException {
    for (Map.Entry<String, Time> folder : times.entrySet()) {
      List<String> parts = LayerPaths.parts(folder.getKey());
      String name = parts.isEmpty() ? "." : parts.getLast();
      try (var in = paths.existing(LayerPaths.folderOf(parts))) {
        in.times(name, folder.getValue().seconds(), folder.getValue().nanos());
      } catch (KernelException e) {
        // A later entry replaced the folder.
        if (e.errno() != KernelException.ENOENT && e.errno() != KernelException.ENOTDIR) {
          throw e;
        }
      }
    }
  }
}
