package dev.wherry.runtime.builtin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Roots without layers or mounts: one busybox tree, copied for each container. */
final class CopiedRoots implements ContainerRoots {
  static final String IMAGE_ID = "sha256:" + "b".repeat(64);

  private final Path template;
  private final Path copies;

  CopiedRoots(Path folder) throws IOException {
    template = folder.resolve("template");
    copies = Files.createDirectories(folder.resolve("copies"));
    if (Files.exists(template)) {
      return;
    }
    for (String name : List.of("bin", "proc", "dev", "sys", "etc", "tmp", "root", "run")) {
      Files.createDirectories(template.resolve(name));
    }
    String program = template.resolve("bin/busybox").toString();
    run("cp", "/bin/busybox", program);
    run(
        "sh",
        "-c",
        "cd $0 && for a in $(./busybox --list); do [ $a = busybox ] || ln -s busybox $a; done",
        template.resolve("bin").toString());
    Files.writeString(
        template.resolve("etc/passwd"),
        "root:x:0:0::/root:/bin/sh\nalice:x:1234:1235::/:/bin/sh\nbob:x:1001:1001::/:\n");
    Files.writeString(
        template.resolve("etc/group"), "root:x:0:\nalice:x:1235:\nwheel:x:50:alice\n");
  }

  @Override
  public ImageConfig config(String reference) throws IOException {
    if (!reference.contains("busybox") && !reference.equals(IMAGE_ID)) {
      throw new NoSuchImageException(reference);
    }
    return new ImageConfig(
        IMAGE_ID,
        List.of("PATH=/bin"),
        List.of(),
        List.of("sh"),
        "",
        "",
        Optional.empty(),
        Map.of());
  }

  @Override
  public Path mount(String containerId, String imageId) throws IOException {
    Path root = copies.resolve(containerId);
    if (!Files.exists(root)) {
      run("cp", "-al", template.toString(), root.toString());
    }
    return root;
  }

  @Override
  public Path mountReadOnly(String id, String imageId) throws IOException {
    return mount(id, imageId);
  }

  @Override
  public void remove(String containerId) throws IOException {
    if (Files.exists(copies.resolve(containerId))) {
      run("rm", "-rf", copies.resolve(containerId).toString());
    }
  }

  @Override
  public Usage usage(String containerId) {
    return new Usage(0, 0);
  }

  @Override
  public Set<String> ids() throws IOException {
    return new HashSet<>(NodePlace.names(copies));
  }

  private static void run(String... command) throws IOException {
    int code = new ProcessBuilder(command).inheritIO().start().onExit().join().exitValue();
    if (code != 0) {
      throw new IOException(List.of(command) + " ended with " + code);
    }
  }
}
