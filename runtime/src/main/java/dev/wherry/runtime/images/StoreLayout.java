package dev.wherry.runtime.images;

import dev.wherry.runtime.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The version of a store's layout (docs/runtime-images.md). Version 1 had no file saying so. */
final class StoreLayout {
  /** What this program writes; it reads all before it. */
  static final int VERSION = 2;

  private static final String FILE = "layout.json";

  private StoreLayout() {}

  /** Refuses what a newer program wrote. */
  static void check(Path directory) throws IOException {
    int found = version(directory);
    if (found > VERSION) {
      throw new IOException(
          directory
              + " has layout "
              + found
              + " of a newer Wherry; this one knows "
              + VERSION
              + ": use that Wherry, or another data directory");
    }
  }

  /** Says that this program's layout is here from now on. */
  static void declare(Path directory) throws IOException {
    check(directory);
    if (version(directory) == VERSION) {
      return;
    }
    Path fresh = directory.resolve(FILE + ".new");
    Files.write(
        fresh,
        Trees.bytes(Trees.object().put("layout", VERSION)),
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        StandardOpenOption.DSYNC);
    Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  private static int version(Path directory) throws IOException {
    try {
      return Trees.parse(Files.readAllBytes(directory.resolve(FILE))).path("layout").asInt(1);
    } catch (NoSuchFileException e) {
      return 1;
    } catch (IllegalArgumentException e) {
      throw new IOException(directory.resolve(FILE) + " is damaged", e);
    }
  }
}
