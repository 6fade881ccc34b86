package dev.wherry.runtime.images;

import dev.wherry.runtime.ShimBinary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The images Wherry makes itself, as {@code docker load} archives. */
public final class ImageArchives {
  /** The pause image's name; its tag changes when wherry-shim does something else there. */
  public static final String PAUSE_NAME = "wherry/pause:1";

  /** The name a pod that says {@code busybox} means. */
  public static final String BUSYBOX_NAME = "docker.io/library/busybox:latest";

  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      daemon:x:1:1:daemon:/usr/sbin:/bin/false
      nobody:x:65534:65534:nobody:/home:/bin/false
      """;

  private static final long LIST_SECONDS_MAX = 10;

  private ImageArchives() {}

  /** Only wherry-shim, holding a sandbox's namespaces. */
  public static byte[] pause() {
    return pause(PAUSE_NAME);
  }

  /** The same under the name another runtime wants its sandbox image to have. */
  public static byte[] pause(String name) {
    return new ArchiveBuilder()
        .file("wherry-shim", 0755, ShimBinary.bytes())
        .build(name, List.of("/wherry-shim", "pause"), List.of());
  }

  /**
   * A busybox image from a static busybox of the host (Debian: busybox-static), with a link for
   * every applet it has.
   *
   * @throws IOException when the binary cannot be read or run, or needs shared libraries
   */
  public static byte[] busybox(Path binary) throws IOException {
    byte[] program = Files.readAllBytes(binary);
    List<String> applets = applets(binary);
    var archive = new ArchiveBuilder();
    for (String directory : List.of("bin", "etc", "home", "proc", "root", "sys", "usr", "var")) {
      archive.directory(directory, 0755);
    }
    archive.directory("tmp", 01777);
    archive.directory("usr/bin", 0755);
    archive.file("bin/busybox", 0755, program);
    for (String applet : applets) {
      if (!applet.equals("busybox")) {
        archive.link("bin/" + applet, "busybox");
      }
    }
    archive.link("usr/bin/env", "/bin/busybox");
    archive.file("etc/passwd", 0644, text(PASSWD));
    archive.file("etc/group", 0644, text("root:x:0:\ndaemon:x:1:\nnogroup:x:65534:\n"));
    archive.file("etc/nsswitch.conf", 0644, text("hosts: files dns\n"));
    return archive.build(BUSYBOX_NAME, List.of(), List.of("sh"));
  }

  private static byte[] text(String content) {
    return content.getBytes(StandardCharsets.UTF_8);
  }

  private static List<String> applets(Path binary) throws IOException {
    Process process =
        new ProcessBuilder(binary.toString(), "--list")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      List<String> names =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(name -> name.matches("[\\w\\[.+-]+"))
              .sorted()
              .distinct()
              .toList();
      if (!process.waitFor(LIST_SECONDS_MAX, TimeUnit.SECONDS) || names.size() < 2) {
        throw new IOException(binary + " is no busybox");
      }
      return names;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
