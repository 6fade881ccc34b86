package dev.wherry.kubelet.node;

import dev.wherry.kubelet.KubeletConfig;
import dev.wherry.kubelet.config.NodeSettings;
import dev.wherry.kubelet.eviction.Signal;
import dev.wherry.kubelet.resource.HostFigures;
import dev.wherry.kubelet.resource.HugePages;
import dev.wherry.model.Quantity;
import dev.wherry.model.core.v1.NodeSwapStatus;
import dev.wherry.model.core.v1.NodeSystemInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the machine is and has. Reads /proc and /sys; what is not there stays empty. */
final class HostFacts {
  private static final String QUOTES = "\"";

  private HostFacts() {}

  /** Go's name of the architecture. */
  static String architecture() {
    String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }

  /**
   * @param runtimeVersion such as {@code containerd://1.6.20}
   */
  static NodeSystemInfo info(KubeletConfig config, String runtimeVersion) {
    return NodeSystemInfo.builder()
        .architecture(architecture())
        .operatingSystem("linux")
        .kernelVersion(read("/proc/sys/kernel/osrelease"))
        .osImage(osImage())
        .machineID(read("/etc/machine-id"))
        .systemUUID(read("/sys/class/dmi/id/product_uuid").toLowerCase(Locale.ROOT))
        .bootID(read("/proc/sys/kernel/random/boot_id"))
        .containerRuntimeVersion(runtimeVersion)
        .kubeletVersion(config.version())
        .swap(swap(HostFigures.swapBytes()))
        .build();
  }

  private static @Nullable NodeSwapStatus swap(long bytes) {
    return bytes == 0 ? null : NodeSwapStatus.builder().capacity(bytes).build();
  }

  static Map<String, Quantity> capacity(KubeletConfig config) throws IOException {
    Map<String, Quantity> capacity = new LinkedHashMap<>();
    capacity.put("cpu", Quantity.ofMilli(HostFigures.cpuMillis()));
    capacity.put("memory", Quantity.parse(HostFigures.memoryBytes() / 1024 + "Ki"));
    capacity.put("pods", Quantity.of(config.settings().maxPods()));
    long disk = Files.getFileStore(config.dataDir()).getTotalSpace();
    capacity.put("ephemeral-storage", Quantity.parse(disk / 1024 + "Ki"));
    capacity.putAll(HugePages.OF_MACHINE.amounts());
    return capacity;
  }

  /** What is reserved is not there for pods, nor is what hard eviction keeps free. */
  static Map<String, Quantity> allocatable(Map<String, Quantity> capacity, NodeSettings settings) {
    Map<String, Quantity> allocatable = new LinkedHashMap<>(capacity);
    settings.reserved().forEach((name, amount) -> less(allocatable, name, amount));
    // Memory that is set aside for huge pages is nothing else any more.
    capacity.forEach((name, amount) -> {
      if (HugePages.pageBytes(name).isPresent()) {
        less(allocatable, "memory", amount);
      }
    });
    kept(allocatable, "memory", capacity, Signal.MEMORY_AVAILABLE, settings);
    kept(allocatable, "ephemeral-storage", capacity, Signal.NODEFS_AVAILABLE, settings);
    return allocatable;
  }

  private static void kept(
      Map<String, Quantity> allocatable,
      String name,
      Map<String, Quantity> capacity,
      Signal signal,
      NodeSettings settings) {
    long all = capacity.getOrDefault(name, Quantity.ZERO).value();
    long bytes = settings.eviction().kept(signal, all);
    if (bytes > 0) {
      less(allocatable, name, Quantity.ofBytes(bytes));
    }
  }

  private static void less(Map<String, Quantity> allocatable, String name, Quantity amount) {
    allocatable.computeIfPresent(
        name,
        (_, all) -> {
          Quantity left = all.minus(amount);
          return left.signum() < 0 ? Quantity.ZERO : left;
        });
  }

  private static String osImage() {
    for (String line : read("/etc/os-release").split("\n")) {
      if (line.startsWith("PRETTY_NAME=")) {
        return line.substring("PRETTY_NAME=".length()).replace(QUOTES, "");
      }
    }
    return "";
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException _) {
      return "";
    }
  }
}
