package dev.wherry.cli;

import dev.wherry.runtime.images.ImageArchives;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The imported images of a data directory.
 *
 * @param dataDirectory of the server or agent
 */
public record ImageFolder(Path dataDirectory) {
  private static final Path BUSYBOX = Path.of("/bin/busybox");

  ImageStore store() {
    return LocalNode.images(dataDirectory);
  }

  /** Whether busybox was imported under its usual name. */
  public boolean hasBusybox() {
    return store().find(ImageName.parse(ImageArchives.BUSYBOX_NAME)).isPresent();
  }

  /**
   * Makes busybox of this host's busybox-static and imports it.
   *
   * @throws IOException when the package is missing
   */
  public List<StoredImage> importBusybox() throws IOException {
    if (!Files.isExecutable(BUSYBOX)) {
      throw new IOException(BUSYBOX + " is missing: apt-get install busybox-static");
    }
    return store()
        .importArchive(
            new ByteArrayInputStream(ImageArchives.busybox(BUSYBOX)),
            Optional.of(ImageName.parse(ImageArchives.BUSYBOX_NAME)));
  }
}
