package dev.wherry.apiserver.rest;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.wherry.machinery.figures.MetricsText;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** This process on the metrics page, as Prometheus' clients name such figures. */
final class ProcessSamples {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final double MILLIS_PER_SECOND = TimeUnit.SECONDS.toMillis(1);
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private ProcessSamples() {}

  static void write(MetricsText page) {
    Runtime runtime = Runtime.getRuntime();
    long used = runtime.totalMemory() - runtime.freeMemory();
    one(page, "jvm_memory_used_bytes", "gauge", "Heap in use.", used);
    one(page, "jvm_memory_max_bytes", "gauge", "Heap at most.", runtime.maxMemory());
    one(
        page,
        "process_start_time_seconds",
        "gauge",
        "Start, in seconds since the epoch.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      one(
          page,
          "process_cpu_seconds_total",
          "counter",
          "Processor time spent.",
          system.getProcessCpuTime() / NANOS_PER_SECOND);
      long open = system.getOpenFileDescriptorCount();
      one(page, "process_open_fds", "gauge", "Open file descriptors.", open);
      long most = system.getMaxFileDescriptorCount();
      one(page, "process_max_fds", "gauge", "File descriptors at most.", most);
    }
    memory(page, "VmRSS:", "process_resident_memory_bytes", "Memory that is in use.");
    memory(page, "VmSize:", "process_virtual_memory_bytes", "Memory that is mapped.");
  }

  /** Of a kernel that does not tell there is no sample. */
  private static void memory(MetricsText page, String field, String metric, String help) {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(field)) {
          String kibibytes = line.substring(field.length()).replace("kB", "").trim();
          one(page, metric, "gauge", help, Long.parseLong(kibibytes) * 1_024);
        }
      }
    } catch (IOException | NumberFormatException e) {
      System.getLogger(ProcessSamples.class.getName())
          .log(System.Logger.Level.DEBUG, "metric={0} why={1}", metric, e);
    }
  }

  private static void one(MetricsText page, String metric, String type, String help, double value) {
    page.head(metric, type, help);
    page.sample(metric, "", value);
  }
}
