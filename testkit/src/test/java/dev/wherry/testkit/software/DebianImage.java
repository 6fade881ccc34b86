package dev.wherry.testkit.software;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.model.json.Json;
import dev.wherry.testkit.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An image's root as a folder, filled from Debian packages, and saved as {@code docker save} would.
 * Needs root, tar and ldd.
 */
final class DebianImage {
  /** Where {@code ./dev test} unpacks packages; what is not there is taken from the machine. */
  private static final Path UNPACKED =
      Path.of("../target/tools/software").toAbsolutePath().normalize();

  private static final Pattern LIBRARY = Pattern.compile("(/\\S+\\.so\\S*)");
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      www-data:x:33:33:www-data:/var/www:/bin/false
      app:x:999:999:app:/home:/bin/sh
      """;

  private final Path folder;
  private final Path root;

  private DebianImage(Path folder) {
    this.folder = folder;
    this.root = folder.resolve("root");
  }

  /** With a shell, accounts and the folders that every program expects. */
  static DebianImage in(Path folder) throws IOException, InterruptedException {
    DebianImage image = new DebianImage(folder);
    for (String path : List.of("bin", "etc", "home", "proc", "sys", "dev", "run", "var/lib")) {
      Files.createDirectories(image.root.resolve(path));
    }
    for (String path : List.of("tmp", "var/tmp")) {
      Files.createDirectories(image.root.resolve(path));
      run("chmod", "1777", image.root.resolve(path).toString());
    }
    image.copy(Path.of("/bin/busybox"));
    for (String applet : List.of("sh", "cat", "chmod", "echo", "ls", "mkdir", "sleep", "date")) {
      Files.createSymbolicLink(image.root.resolve("bin").resolve(applet), Path.of("busybox"));
    }
    image.text("etc/passwd", PASSWD).text("etc/group", "root:x:0:\nwww-data:x:33:\napp:x:999:\n");
    return image.text("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n");
  }

  DebianImage text(String path, String content) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    return this;
  }

  DebianImage directory(String path) throws IOException {
    Files.createDirectories(root.resolve(path));
    return this;
  }

  /** A program with the libraries it is linked to. */
  DebianImage program(Path program) throws IOException, InterruptedException {
    copy(program);
    String libraryPath = libraryFolders();
    Program ldd =
        new Program(
            List.of("ldd", found(program).toString()),
            libraryPath.isEmpty() ? Map.of() : Map.of("LD_LIBRARY_PATH", libraryPath));
    // A static program has none, and ldd says so by its exit code.
    var libraries = LIBRARY.matcher(ldd.run().text());
    while (libraries.find()) {
      copy(installed(Path.of(libraries.group(1))));
    }
    return this;
  }

  /** Those files of the unpacked packages whose whole path fits. */
  DebianImage files(Pattern wanted) throws IOException {
    try (Stream<Path> all = Files.walk(UNPACKED)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path path = installed(file);
        if (wanted.matcher(path.toString()).matches()) {
          copy(path);
        }
      }
    }
    return this;
  }

  /** Whether packages have such a file. */
  static boolean has(Path path) {
    return Files.isExecutable(found(path));
  }

  private static Path found(Path path) {
    Path unpacked = UNPACKED.resolve(path.toString().substring(1));
    return Files.exists(unpacked) ? unpacked : path;
  }

  private static Path installed(Path file) {
    return file.startsWith(UNPACKED) ? Path.of("/").resolve(UNPACKED.relativize(file)) : file;
  }

  private static String libraryFolders() throws IOException {
    Path libraries = UNPACKED.resolve("usr/lib");
    if (!Files.isDirectory(libraries)) {
      return "";
    }
    try (Stream<Path> folders = Files.list(libraries)) {
      return folders
          .filter(folder -> folder.toString().endsWith("-linux-gnu"))
          .map(Path::toString)
          .collect(Collectors.joining(":"));
    }
  }

  private void copy(Path path) throws IOException {
    Path to = root.resolve(path.toString().substring(1));
    if (!Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(to.getParent());
      Files.copy(found(path).toRealPath(), to, StandardCopyOption.COPY_ATTRIBUTES);
      Files.setPosixFilePermissions(
          to, PosixFilePermissions.fromString(Files.isExecutable(to) ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  private static String run(String... words) throws IOException, InterruptedException {
    return new Program(List.of(words), Map.of()).run().orThrow();
  }

  /**
   * The archive.
   *
   * @param stop the signal that the program takes as a wish to end in order
   */
  Path save(String name, List<String> entrypoint, String stop)
      throws IOException, InterruptedException {
    Path layer = folder.resolve("layer.tar");
    run(
        "tar",
        "--sort=name",
        "--numeric-owner",
        "-cf",
        layer.toString(),
        "-C",
        root.toString(),
        ".");
    ObjectNode config = Json.object().put("architecture", architecture()).put("os", "linux");
    ObjectNode run = config.putObject("config").put("StopSignal", stop);
    run.putArray("Env").add("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    entrypoint.forEach(run.putArray("Entrypoint")::add);
    ObjectNode rootfs = config.putObject("rootfs").put("type", "layers");
    rootfs.putArray("diff_ids").add("sha256:" + sha256(layer));
    Files.writeString(folder.resolve("config.json"), config.toString());
    var manifest = Json.array();
    ObjectNode image = manifest.addObject().put("Config", "config.json");
    image.putArray("RepoTags").add(name);
    image.putArray("Layers").add("layer.tar");
    Files.writeString(folder.resolve("manifest.json"), manifest.toString(), StandardCharsets.UTF_8);
    Path archive = folder.resolve("image.tar");
    run(
        "tar",
        "-cf",
        archive.toString(),
        "-C",
        folder.toString(),
        "config.json",
        "layer.tar",
        "manifest.json");
    return archive;
  }

  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
