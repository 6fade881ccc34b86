package dev.wherry.cli;

import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry image}: images that are offered to the runtimes under their own names. */
@Command(
    name = "image",
    description = "Import, list and remove images.",
    mixinStandardHelpOptions = true)
final class ImageCommand {
  @Option(
      names = "--data-dir",
      description = "Wherry's data directory (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/wherry",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  private Path dataDirectory = Path.of("/var/lib/wherry");

  private ImageStore store() {
    return LocalNode.images(dataDirectory);
  }

  @Command(name = "import", description = "Import a docker save or OCI archive; - reads a pipe.")
  int load(
      @Parameters(paramLabel = "FILE", arity = "0..1", description = "The archive, or -.")
          String file,
      @Option(names = "--name", description = "Name for an archive that carries none.") String name,
      @Option(names = "--busybox", description = "Make busybox of this host's busybox-static.")
          boolean busybox)
      throws IOException {
    List<StoredImage> imported;
    if (busybox) {
      imported = new ImageFolder(dataDirectory).importBusybox();
    } else if (file == null) {
      throw new IOException("name an archive, - for a pipe, or --busybox");
    } else {
      try (InputStream in = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
        imported = store().importArchive(in, Optional.ofNullable(name).map(ImageName::parse));
      }
    }
    imported.forEach(image -> System.out.println("imported " + image.name()));
    return 0;
  }

  @Command(name = "list", description = "List imported images.")
  int list() {
    for (StoredImage image : store().list()) {
      System.out.printf("%-60s %s %d%n", image.name(), image.digest(), image.sizeBytes());
    }
    return 0;
  }

  @Command(name = "rm", description = "Remove an imported image.")
  int remove(@Parameters(paramLabel = "NAME") String name) throws IOException {
    if (!store().remove(ImageName.parse(name))) {
      throw new IOException(name + " was not imported; see 'wherry image list'");
    }
    System.out.println("removed " + name);
    return 0;
  }
}
