package dev.wherry.cli;

import dev.wherry.proto.cri.v1.Image;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.StoredImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry image}: images that are offered to the runtimes under their own names. */
@Command(
    name = "image",
    description = "Import, list, pull and remove images.",
    mixinStandardHelpOptions = true)
final class ImageCommand {
  private static final String FORMAT = "%-56s %-19s %12s %s";

  private static final String IMPORT = "wherry image import FILE";

  /** As much of a digest as people compare. */
  private static final int ID_CHARS = 19;

  @Option(
      names = "--data-dir",
      description = "Wherry's data directory (default: ${DEFAULT-VALUE}).",
      defaultValue = "/var/lib/wherry",
      scope = picocli.CommandLine.ScopeType.INHERIT)
  private Path dataDirectory = Path.of("/var/lib/wherry");

  private ImageStore store() {
    return LocalNode.images(dataDirectory);
  }

  @Command(
      name = "import",
      description = "Import a docker save or OCI archive; - reads a pipe.",
      mixinStandardHelpOptions = true)
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

  @Command(
      name = "list",
      description = "List imported images and those of the runtime.",
      mixinStandardHelpOptions = true)
  int list() throws IOException {
    Map<String, String> lines = new TreeMap<>();
    for (Image image : ofRuntime()) {
      for (String name : image.getRepoTagsList()) {
        lines.put(name, line(name, image.getId(), image.getSize(), "runtime"));
      }
    }
    for (StoredImage image : store().list()) {
      String name = image.name().toString();
      lines.put(name, line(name, image.digest(), image.sizeBytes(), "imported"));
    }
    System.out.println(FORMAT.formatted("IMAGE", "ID", "BYTES", "FROM"));
    lines.values().forEach(System.out::println);
    return 0;
  }

  private List<Image> ofRuntime() throws IOException {
    Optional<RuntimeImages> opened = RuntimeImages.open(dataDirectory);
    if (opened.isEmpty()) {
      return List.of();
    }
    try (RuntimeImages runtime = opened.get()) {
      return runtime.list();
    } catch (IOException e) {
      System.err.println("only imported images are shown: " + e.getMessage());
      return List.of();
    }
  }

  private static String line(String name, String id, long bytes, String from) {
    String shortId = id.substring(0, Math.min(id.length(), ID_CHARS));
    return FORMAT.formatted(name, shortId, Long.toString(bytes), from);
  }

  @Command(
      name = "pull",
      description = "Pull an image into the runtime, imported ones first.",
      mixinStandardHelpOptions = true)
  int pull(@Parameters(paramLabel = "NAME") String name) throws IOException {
    ImageName full = ImageName.parse(name);
    Optional<RuntimeImages> opened = RuntimeImages.open(dataDirectory);
    if (opened.isEmpty()) {
      throw new IOException(
          "no server or agent has run on " + dataDirectory + " yet: start one, or give --data-dir");
    }
    try (RuntimeImages runtime = opened.get()) {
      System.out.println("pulled " + full + " " + runtime.pull(full));
      return 0;
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      throw new IOException(
          why.contains(IMPORT) ? why : why + "; if no registry holds it: " + IMPORT, e);
    }
  }

  @Command(
      name = "rm",
      description = "Remove an image, imported or of the runtime.",
      mixinStandardHelpOptions = true)
  int remove(@Parameters(paramLabel = "NAME") String name) throws IOException {
    ImageName full = ImageName.parse(name);
    boolean forgotten = store().remove(full);
    boolean removed = removeFromRuntime(full, forgotten);
    if (!forgotten && !removed) {
      throw new IOException(full + " is not here; see 'wherry image list'");
    }
    System.out.println("removed " + full);
    return 0;
  }

  private boolean removeFromRuntime(ImageName name, boolean forgotten) throws IOException {
    Optional<RuntimeImages> opened = RuntimeImages.open(dataDirectory);
    if (opened.isEmpty()) {
      return false;
    }
    try (RuntimeImages runtime = opened.get()) {
      return runtime.remove(name);
    } catch (IOException e) {
      if (!forgotten) {
        throw e;
      }
      System.err.println("the runtime keeps its copy: " + e.getMessage());
      return false;
    }
  }
}
