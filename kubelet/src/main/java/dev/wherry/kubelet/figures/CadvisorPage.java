package dev.wherry.kubelet.figures;

import dev.wherry.machinery.figures.MetricsText;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The page of {@code /metrics/cadvisor}: the names and labels by which dashboards know containers
 * (cadvisor metrics/prometheus). The row with the id "/" is the node.
 */
public final class CadvisorPage {
  private static final String CPU = "container_cpu_usage_seconds_total";
  private static final String CPU_USER = "container_cpu_user_seconds_total";
  private static final String CPU_SYSTEM = "container_cpu_system_seconds_total";
  private static final String PERIODS = "container_cpu_cfs_periods_total";
  private static final String THROTTLED = "container_cpu_cfs_throttled_periods_total";
  private static final String THROTTLED_TIME = "container_cpu_cfs_throttled_seconds_total";
  private static final String MEMORY = "container_memory_usage_bytes";
  private static final String WORKING_SET = "container_memory_working_set_bytes";
  private static final String RSS = "container_memory_rss";
  private static final String CACHE = "container_memory_cache";
  private static final String MAPPED = "container_memory_mapped_file";
  private static final String SWAP = "container_memory_swap";
  private static final String PEAK = "container_memory_max_usage_bytes";
  private static final String FAILURES = "container_memory_failcnt";
  private static final String LIMIT = "container_spec_memory_limit_bytes";
  private static final String THREADS = "container_threads";
  private static final String FS_USAGE = "container_fs_usage_bytes";
  private static final String FS_LIMIT = "container_fs_limit_bytes";
  private static final String FS_READ = "container_fs_reads_bytes_total";
  private static final String FS_WRITTEN = "container_fs_writes_bytes_total";
  private static final String FS_READS = "container_fs_reads_total";
  private static final String FS_WRITES = "container_fs_writes_total";
  private static final String START = "container_start_time_seconds";
  private static final String SEEN = "container_last_seen";
  private static final String RECEIVED = "container_network_receive_bytes_total";
  private static final String RECEIVED_PACKETS = "container_network_receive_packets_total";
  private static final String RECEIVED_ERRORS = "container_network_receive_errors_total";
  private static final String RECEIVED_DROPPED = "container_network_receive_packets_dropped_total";
  private static final String SENT = "container_network_transmit_bytes_total";
  private static final String SENT_PACKETS = "container_network_transmit_packets_total";
  private static final String SENT_ERRORS = "container_network_transmit_errors_total";
  private static final String SENT_DROPPED = "container_network_transmit_packets_dropped_total";
  private static final String CORES = "machine_cpu_cores";
  private static final String MACHINE_MEMORY = "machine_memory_bytes";

  private final PrometheusPage page = declared();

  private CadvisorPage() {}

  public static String of(Figures figures) {
    return of(figures.look());
  }

  static String of(NodeFigures figures) {
    CadvisorPage made = new CadvisorPage();
    made.node(figures.node());
    figures.pods().forEach(pod -> made.pod(pod, figures.node()));
    return made.page.text();
  }

  private static PrometheusPage declared() {
    PrometheusPage page = new PrometheusPage();
    page.counter(CPU, "Cumulative cpu time consumed in seconds.");
    page.counter(CPU_USER, "Cumulative user cpu time consumed in seconds.");
    page.counter(CPU_SYSTEM, "Cumulative system cpu time consumed in seconds.");
    page.counter(PERIODS, "Number of elapsed enforcement period intervals.");
    page.counter(THROTTLED, "Number of throttled period intervals.");
    page.counter(THROTTLED_TIME, "Total time duration the container has been throttled.");
    page.gauge(MEMORY, "Current memory usage in bytes, whenever it was accessed.");
    page.gauge(WORKING_SET, "Current working set in bytes.");
    page.gauge(RSS, "Size of RSS in bytes.");
    page.gauge(CACHE, "Number of bytes of page cache memory.");
    page.gauge(MAPPED, "Size of memory mapped files in bytes.");
    page.gauge(SWAP, "Container swap usage in bytes.");
    page.gauge(PEAK, "Maximum memory usage recorded in bytes.");
    page.counter(FAILURES, "Number of memory usage hits limits.");
    page.gauge(LIMIT, "Memory limit for the container.");
    page.gauge(THREADS, "Number of threads running inside the container.");
    page.gauge(FS_USAGE, "Number of bytes that are consumed by the container.");
    page.gauge(FS_LIMIT, "Number of bytes that can be consumed by the container.");
    page.counter(FS_READ, "Cumulative count of bytes read.");
    page.counter(FS_WRITTEN, "Cumulative count of bytes written.");
    page.counter(FS_READS, "Cumulative count of reads completed.");
    page.counter(FS_WRITES, "Cumulative count of writes completed.");
    page.gauge(START, "Start time of the container since unix epoch in seconds.");
    page.gauge(SEEN, "Last time a container was seen by the exporter.");
    page.counter(RECEIVED, "Cumulative count of bytes received.");
    page.counter(RECEIVED_PACKETS, "Cumulative count of packets received.");
    page.counter(RECEIVED_ERRORS, "Cumulative count of errors encountered while receiving.");
    page.counter(RECEIVED_DROPPED, "Cumulative count of packets dropped while receiving.");
    page.counter(SENT, "Cumulative count of bytes transmitted.");
    page.counter(SENT_PACKETS, "Cumulative count of packets transmitted.");
    page.counter(SENT_ERRORS, "Cumulative count of errors encountered while transmitting.");
    page.counter(SENT_DROPPED, "Cumulative count of packets dropped while transmitting.");
    page.gauge(CORES, "Number of logical CPU cores.");
    page.gauge(MACHINE_MEMORY, "Amount of memory installed on the machine.");
    return page;
  }

  private void node(NodeUse node) {
    Optional<Instant> read = Optional.of(node.readAt());
    page.sample(CORES, "", node.cores(), Optional.empty());
    page.sample(MACHINE_MEMORY, "", node.memoryBytes(), Optional.empty());
    String labels = labels("", "/", "", "", "", "");
    page.seconds(CPU, labels("", "/", "", "", "", "cpu", "total"), known(node.cpuNanos()), read);
    memory(labels, node.memory(), read);
    page.sample(SEEN, labels, node.readAt().getEpochSecond(), read);
    for (NetworkUse network : node.networks()) {
      network(labels("", "/", "", "", "", "interface", network.name()), network, read);
    }
  }

  private static OptionalLong known(long value) {
    return OptionalLong.of(value);
  }

  private void pod(PodUse pod, NodeUse node) {
    String id = "/kubepods/pod" + pod.uid();
    Optional<Instant> read = Optional.of(pod.readAt());
    String plain = labels("", id, "", "", pod.namespace(), pod.name());
    page.seconds(
        CPU,
        labels("", id, "", pod.namespace(), pod.name(), "cpu", "total"),
        pod.cpu().nanos(),
        read);
    memory(plain, pod.memory(), read);
    for (NetworkUse network : pod.networks()) {
      String labels = labels("", id, "", pod.namespace(), pod.name(), "interface", network.name());
      network(labels, network, read);
    }
    pod.containers().forEach(container -> container(pod, container, node));
  }

  private void container(PodUse pod, ContainerUse use, NodeUse node) {
    String id = "/kubepods/pod" + pod.uid() + "/" + use.id();
    Optional<Instant> read = Optional.of(use.readAt());
    String plain = labels(use.name(), id, use.image(), use.id(), pod.namespace(), pod.name());
    String cpu =
        MetricsText.labels(
            "container",
            use.name(),
            "cpu",
            "total",
            "id",
            id,
            "image",
            use.image(),
            "name",
            use.id(),
            "namespace",
            pod.namespace(),
            "pod",
            pod.name());
    page.seconds(CPU, cpu, use.cpu().nanos(), read);
    memory(plain, use.memory(), read);
    kernel(plain, use.kernel(), read);
    page.known(FS_USAGE, plain, use.rootFs().bytes(), read);
    page.sample(FS_LIMIT, plain, node.disk().capacityBytes(), read);
    page.sample(SEEN, plain, use.readAt().getEpochSecond(), read);
    use.startedAt().ifPresent(start -> page.sample(START, plain, start.getEpochSecond(), read));
  }

  private void memory(String labels, ContainerUse.MemoryUse use, Optional<Instant> read) {
    page.known(MEMORY, labels, use.usage(), read);
    page.known(WORKING_SET, labels, use.workingSet(), read);
    page.known(RSS, labels, use.rss(), read);
  }

  private void kernel(String labels, CgroupCounters kernel, Optional<Instant> read) {
    page.seconds(CPU_USER, labels, kernel.userNanos(), read);
    page.seconds(CPU_SYSTEM, labels, kernel.systemNanos(), read);
    page.known(PERIODS, labels, kernel.periods(), read);
    page.known(THROTTLED, labels, kernel.throttledPeriods(), read);
    page.seconds(THROTTLED_TIME, labels, kernel.throttledNanos(), read);
    page.known(CACHE, labels, kernel.cacheBytes(), read);
    page.known(MAPPED, labels, kernel.mappedBytes(), read);
    page.known(SWAP, labels, kernel.swapBytes(), read);
    page.known(PEAK, labels, kernel.memoryPeakBytes(), read);
    page.known(FAILURES, labels, kernel.memoryFailures(), read);
    page.sample(LIMIT, labels, kernel.memoryLimitBytes().orElse(0), read);
    page.known(THREADS, labels, kernel.tasks(), read);
    for (CgroupCounters.Disk disk : kernel.disks()) {
      String with = labels + "," + MetricsText.labels("device", disk.device());
      page.known(FS_READ, with, disk.readBytes(), read);
      page.known(FS_WRITTEN, with, disk.writtenBytes(), read);
      page.known(FS_READS, with, disk.reads(), read);
      page.known(FS_WRITES, with, disk.writes(), read);
    }
  }

  private void network(String labels, NetworkUse use, Optional<Instant> read) {
    page.sample(RECEIVED, labels, use.rxBytes(), read);
    page.sample(RECEIVED_PACKETS, labels, use.rxPackets(), read);
    page.sample(RECEIVED_ERRORS, labels, use.rxErrors(), read);
    page.sample(RECEIVED_DROPPED, labels, use.rxDropped(), read);
    page.sample(SENT, labels, use.txBytes(), read);
    page.sample(SENT_PACKETS, labels, use.txPackets(), read);
    page.sample(SENT_ERRORS, labels, use.txErrors(), read);
    page.sample(SENT_DROPPED, labels, use.txDropped(), read);
  }

  private static String labels(
      String container, String id, String image, String name, String namespace, String pod) {
    return MetricsText.labels(
        "container",
        container,
        "id",
        id,
        "image",
        image,
        "name",
        name,
        "namespace",
        namespace,
        "pod",
        pod);
  }

  /** Of a group that is no container, with one label more. */
  private static String labels(
      String container,
      String id,
      String image,
      String namespace,
      String pod,
      String more,
      String value) {
    return MetricsText.labels(
        "container",
        container,
        "id",
        id,
        "image",
        image,
        more,
        value,
        "name",
        "",
        "namespace",
        namespace,
        "pod",
        pod);
  }
}
