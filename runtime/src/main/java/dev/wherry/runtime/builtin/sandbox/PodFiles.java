package dev.wherry.runtime.builtin.sandbox;

import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.builtin.spec.SandboxSpec;
import dev.wherry.runtime.cri.ResolvConf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** The files that a pod's containers get from their sandbox, readable for everybody inside. */
final class PodFiles {
  private static final Path HOST_HOSTS = Path.of("/etc/hosts");
  private static final Path HOST_RESOLV_CONF = Path.of("/etc/resolv.conf");
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private PodFiles() {}

  static void write(Path folder, PodSandboxConfig config) throws IOException {
    put(folder.resolve("hosts"), host(HOST_HOSTS));
    put(folder.resolve("hostname"), hostname(config) + "\n");
    put(
        folder.resolve("resolv.conf"),
        config.hasDnsConfig() ? ResolvConf.text(config.getDnsConfig()) : host(HOST_RESOLV_CONF));
  }

  /** As the pod sees itself. */
  static String hostname(PodSandboxConfig config) throws IOException {
    return SandboxSpec.hostNetwork(config) || config.getHostname().isEmpty()
        ? Files.readString(HOST_NAME).strip()
        : config.getHostname();
  }

  private static String host(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private static void put(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }
}
