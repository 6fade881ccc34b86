package dev.wherry.testkit.machine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Disks of virtual machines, kept outside the tree under the hash of what they are made from. All
 * are read-only for machines, which write to a layer of their own that ends with them.
 *
 * @param directory where they are kept; the oldest are not removed
 */
public record MachineImages(Path directory) {
  /** What a stock machine has and nothing that Wherry does not need there. */
  private static final List<String> PACKAGES =
      List.of(
          "linux-image-cloud-amd64",
          "systemd-sysv",
          "dbus",
          "udev",
          "kmod",
          "procps",
          "busybox-static",
          "runc",
          "containernetworking-plugins",
          "iproute2",
          "iputils-ping",
          "iptables",
          "nftables",
          "ca-certificates",
          "socat",
          "wireguard-tools");

  private static final String CHANNEL = "/machine/wherry-channel";
  private static final String SETUP = "/machine/setup.sh";
  private static final long MAKE_MAX_MINUTES = 15;
  private static final long SPARE_BYTES = 64L << 20;
  private static final long SYSTEM_BYTES = 6L << 30;

  /** Below {@code WHERRY_MACHINES}, or the user's cache. */
  public static MachineImages ofUser() {
    String given = System.getenv("WHERRY_MACHINES");
    return new MachineImages(
        given == null
            ? Path.of(System.getProperty("user.home"), ".cache/wherry-machines")
            : Path.of(given));
  }

  /** Whether this machine has the programs that make and run machines. */
  public static boolean possible() {
    return Stream.of("qemu-system-x86_64", "mmdebstrap", "mke2fs")
        .allMatch(name ->
            Stream.of("/usr/bin", "/usr/sbin", "/sbin")
                .anyMatch(place -> Files.isExecutable(Path.of(place, name))));
  }

  /**
   * What a machine boots.
   *
   * @param kernel the compressed kernel
   * @param initrd Debian's, with the modules for the disks
   * @param disk an ext4 file system, raw
   */
  public record BootFiles(Path kernel, Path initrd, Path disk) {}

  /** Debian with systemd; made within two minutes the first time, with the network of this host. */
  public BootFiles system() throws IOException, InterruptedException {
    String recipe = resource(CHANNEL) + resource(SETUP) + PACKAGES + SYSTEM_BYTES;
    Path made = made("system-" + hash(recipe), this::makeSystem);
    return new BootFiles(made.resolve("kernel"), made.resolve("initrd"), made.resolve("disk"));
  }

  private void makeSystem(Path work) throws IOException, InterruptedException {
    Path root = work.resolve("root");
    Path channel = Files.writeString(work.resolve("channel"), resource(CHANNEL));
    Path setup = Files.writeString(work.resolve("setup.sh"), resource(SETUP));
    run(
        "unshare",
        "--mount",
        "--propagation=private",
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        "--quiet",
        "--include=" + String.join(",", PACKAGES),
        "--aptopt=Apt::Install-Recommends \"false\"",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--customize-hook=sh " + setup + " \"$1\" " + channel,
        "bookworm",
        root.toString(),
        "http://deb.debian.org/debian");
    moveOne(root.resolve("boot"), "vmlinuz", work.resolve("kernel"));
    moveOne(root.resolve("boot"), "initrd", work.resolve("initrd"));
    fileSystem(root, work.resolve("disk"), SYSTEM_BYTES);
    run("rm", "-rf", "--one-file-system", root.toString());
  }

  private static void moveOne(Path directory, String prefix, Path target) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Path one =
          files
              .filter(file -> file.getFileName().toString().startsWith(prefix))
              .findFirst()
              .orElseThrow(() -> new IOException("no " + prefix + " in " + directory));
      Files.move(one, target);
    }
  }

  /** A folder as a disk, such as a JDK or the program; times of files are kept. */
  public Path folder(String name, Path folder) throws IOException, InterruptedException {
    Path real = folder.toRealPath();
    StringBuilder listing = new StringBuilder();
    long bytes = 0;
    try (Stream<Path> files = Files.walk(real)) {
      for (Path file : files.sorted().toList()) {
        long size = Files.isRegularFile(file) ? Files.size(file) : 0;
        bytes += size + 4_096;
        listing.append(real.relativize(file)).append(' ').append(size).append(' ');
        listing.append(Files.getLastModifiedTime(file).toMillis()).append('\n');
      }
    }
    long room = bytes + bytes / 8 + SPARE_BYTES;
    return made(
            name + "-" + hash(listing.toString()),
            work -> fileSystem(real, work.resolve("disk"), room))
        .resolve("disk");
  }

  private static void fileSystem(Path root, Path disk, long bytes)
      throws IOException, InterruptedException {
    run("truncate", "-s", Long.toString(bytes), disk.toString());
    run("mke2fs", "-q", "-t", "ext4", "-d", root.toString(), disk.toString());
  }

  private interface Maker {
    void make(Path work) throws IOException, InterruptedException;
  }

  /** Made by whoever comes first, under a lock; others wait. */
  private Path made(String name, Maker maker) throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path target = directory.resolve(name);
    Path lock = directory.resolve(name + ".lock");
    try (FileChannel file =
            FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var held = file.lock()) {
      if (!Files.isDirectory(target)) {
        Path work = Files.createTempDirectory(directory, "making-");
        try {
          maker.make(work);
          Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          run("rm", "-rf", "--one-file-system", work.toString());
        }
      }
    }
    return target;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Path log = Files.createTempFile("wherry-machine", ".log");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(MAKE_MAX_MINUTES, TimeUnit.MINUTES)) {
        process.destroy();
        throw new IOException(String.join(" ", command) + " does not end");
      }
      if (process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + Files.readString(log));
      }
    } finally {
      Files.delete(log);
    }
  }

  private static String resource(String name) throws IOException {
    try (var stream = MachineImages.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IOException("no resource " + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
