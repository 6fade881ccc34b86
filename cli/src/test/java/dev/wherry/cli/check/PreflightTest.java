package dev.wherry.cli.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.wherry.cli.check.Finding.Blocked;
import dev.wherry.cli.check.Finding.Fine;
import dev.wherry.machinery.address.AddressRange;
import dev.wherry.machinery.address.ClusterRanges;
import dev.wherry.runtime.choice.LookedAtHost;
import dev.wherry.runtime.choice.RememberedRuntime;
import dev.wherry.runtime.choice.RuntimeChoice;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts laid out as files, each with one thing wrong. */
class PreflightTest {
  @TempDir Path root;
  private Map<String, String> environment = Map.of();
  private boolean started;
  private boolean encrypts;
  private ClusterRanges ranges = ClusterRanges.DEFAULT;
  private Function<AddressRange, Optional<String>> firewall = _ -> Optional.empty();

  @BeforeEach
  void layOutAGoodHost() throws IOException {
    file("proc/sys/kernel/osrelease", "6.1.0-41-amd64\n");
    file("proc/self/status", "Name:\tjava\nUid:\t0\t0\t0\t0\n");
    file("proc/meminfo", "MemTotal:       8000000 kB\n");
    file("proc/filesystems", "nodev\toverlay\n");
    file("proc/net/route", route("eth0", "0000A8C0", "00FFFFFF"));
    file("proc/1/comm", "systemd\n");
    file("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
    for (String name : List.of("usr/bin/containerd", "usr/sbin/runc", "usr/sbin/iptables")) {
      program(name);
    }
    for (String plugin : List.of("ptp", "host-local", "loopback", "portmap")) {
      program("usr/lib/cni/" + plugin);
    }
  }

  private static String route(String face, String destination, String mask) {
    return "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        + "%s\t%s\t00000000\t0001\t0\t0\t0\t%s\t0\t0\t0\n".formatted(face, destination, mask);
  }

  private void file(String name, String text) throws IOException {
    Path path = root.resolve(name);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void program(String name) throws IOException {
    file(name, "");
    Files.setPosixFilePermissions(root.resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<Blocked> blocked(List<Integer> ports) throws IOException {
    return run(ports, RuntimeChoice.parse("auto"), Optional.empty()).stream()
        .filter(Blocked.class::isInstance)
        .map(Blocked.class::cast)
        .toList();
  }

  private List<Finding> run(
      List<Integer> ports, RuntimeChoice choice, Optional<RememberedRuntime> remembered)
      throws IOException {
    WantedRuntime runtime = new WantedRuntime(choice, remembered, LookedAtHost.usual(environment));
    return new Preflight(
            new Host(root, firewall),
            new Preflight.Wanted(
                root.resolve("data"), ports, ranges, started, true, encrypts, runtime))
        .run();
  }

  @Test
  void run_dockerElsewhere_isLookedForThere() throws IOException {
    environment = Map.of("DOCKER_HOST", "unix:///srv/docker.sock");
    assertTrue(runtime("docker").text().endsWith("at /srv/docker.sock"));
  }

  private Finding runtime(String choice, RememberedRuntime.Kind... remembered) throws IOException {
    Path socket = root.resolve("nobody.sock");
    Optional<RememberedRuntime> before =
        Stream.of(remembered).map(kind -> new RememberedRuntime(kind, socket, socket)).findFirst();
    return run(List.of(), RuntimeChoice.parse(choice), before).stream()
        .filter(finding -> finding.subject().equals("runtime"))
        .findFirst()
        .orElseThrow();
  }

  private Blocked only(List<Integer> ports) throws IOException {
    List<Blocked> found = blocked(ports);
    assertEquals(1, found.size(), found.toString());
    return found.getFirst();
  }

  @Test
  void run_goodHost_blocksNothing() throws IOException {
    assertEquals(List.of(), blocked(List.of()));
  }

  @Test
  void run_firewallBeyondOurs_isDoubtfulWithTheMend() throws IOException {
    ranges = ClusterRanges.parse("10.44.0.0/16", "10.43.0.0/16");
    firewall = pods -> Optional.of("iptables-legacy -I FORWARD -s " + pods + " -j ACCEPT");
    assertEquals(List.of(), blocked(List.of()));
    String mend = "iptables-legacy -I FORWARD -s 10.44.0.0/16 -j ACCEPT";
    assertTrue(
        run(List.of(), RuntimeChoice.parse("auto"), Optional.empty())
            .contains(new Finding.Doubtful("packet filter", mend)));
  }

  @Test
  void run_withoutRoot_saysSudo() throws IOException {
    file("proc/self/status", "Uid:\t1000\t1000\t1000\t1000\n");

    assertTrue(only(List.of()).mend().contains("sudo"));
  }

  @Test
  void run_takenPort_namesItAndTheFlag() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      Blocked found = only(List.of(taken.getLocalPort()));

      assertEquals(taken.getLocalPort() + " is taken", found.text());
      assertTrue(found.mend().contains("--port"));
    }
  }

  @Test
  void run_encryption_needsTheModuleWhereItIsAskedFor() throws IOException {
    encrypts = true;
    assertTrue(only(List.of()).mend().contains("modprobe wireguard"));

    String modules = "lib/modules/6.1.0-41-amd64/modules.dep";
    file(modules, "kernel/drivers/net/wireguard2.ko: kernel/lib/wireguard.ko.xz\n");
    assertEquals("this kernel has no WireGuard", only(List.of()).text(), "others name it");
    file(modules, "kernel/drivers/net/wireguard/wireguard.ko.xz: kernel/lib/chacha.ko\n");
    assertEquals(List.of(), blocked(List.of()));

    Files.delete(root.resolve(modules));
    file("sys/module/wireguard/version", "1.0.0\n");
    assertEquals(List.of(), blocked(List.of()));
  }

  @Test
  void run_overlappingRoute_namesInterfaceAndRange() throws IOException {
    file("proc/net/route", route("tun0", "0000080A", "0000F8FF"));
    assertEquals(List.of(), blocked(List.of()));

    file("proc/net/route", route("tun0", "0000280A", "0000F8FF"));
    assertEquals(
        List.of(
            "10.42.0.0/16 (pods) overlaps the route 10.40.0.0/13 of interface tun0",
            "10.43.0.0/16 (Services) overlaps the route 10.40.0.0/13 of interface tun0"),
        blocked(List.of()).stream().map(Blocked::text).toList());
  }

  @Test
  void run_overlappingRoute_proposesFreeRangesWithTheirFlags() throws IOException {
    file("proc/net/route", route("tun0", "0000280A", "0000F8FF"));
    assertEquals(
        List.of(
            "Choose another range with --cluster-cidr=10.48.0.0/16.",
            "Choose another range with --service-cidr=10.49.0.0/16."),
        blocked(List.of()).stream().map(Blocked::mend).toList());

    file("proc/net/route", route("tun0", "00002B0A", "0000FFFF"));
    assertEquals("Choose another range with --service-cidr=10.44.0.0/16.", only(List.of()).mend());

    started = true;
    assertTrue(only(List.of()).mend().contains("keeps the ranges of its first start"));
  }

  /** Destination and prefix in hexadecimal, then what does not matter, metric, flags, owner. */
  private static String route6(String destination, int prefix, int metric, int flags, String face) {
    String zeros = "0".repeat(32);
    return "%s %02x %s 00 %s %08x 00000001 00000000 %08x %8s\n"
        .formatted(destination, prefix, zeros, zeros, metric, flags, face);
  }

  @Test
  void run_overlappingRouteOfIpv6_proposesAFreeRangeBesideTheOther() throws IOException {
    ranges = ClusterRanges.parse("10.42.0.0/16,fd00:42::/48", "10.43.0.0/16,fd00:43::/112");
    String ours = "fd000042000000000000000000000000";
    file(
        "proc/net/ipv6_route",
        route6("0".repeat(32), 0, 1024, 1, "eth0")
            + route6("fe800000000000000000000000000000", 64, 256, 1, "eth0")
            + route6("ff000000000000000000000000000000", 8, 256, 1, "eth0")
            + route6(ours, 64, 5787, 3, "eth0")
            + route6(ours, 128, 1024, 1, "veth12345678")
            + route6(ours, 128, 0, 0x8020_0001, "wg0")
            + route6("fd000000000000000000000000000000", 64, 256, 1, "eth0"));
    assertEquals(List.of(), blocked(List.of()));

    file("proc/net/ipv6_route", route6("fd000042000000000000000000000000", 64, 1024, 3, "wg0"));
    Blocked found = only(List.of());
    assertEquals(
        "fd00:42::/48 (pods) overlaps the route fd00:42::/64 of interface wg0", found.text());
    assertEquals(
        "Choose another range with --cluster-cidr=10.42.0.0/16,fd00:42:1::/48.", found.mend());
  }

  @Test
  void run_ownBridgesRoute_isNoOverlap() throws IOException {
    file(
        "proc/net/route",
        route("wherry-vxlan", "00012A0A", "00FFFFFF")
            + route("veth12345678", "05002A0A", "FFFFFFFF")
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow());

    assertEquals(List.of(), blocked(List.of()));
  }

  @Test
  void run_otherCluster_isNamed() throws IOException {
    file("proc/77/comm", "k3s-server\n");

    assertTrue(only(List.of()).text().startsWith("k3s-server runs here"));
  }

  @Test
  void run_withoutMemoryController_saysHowToBoot() throws IOException {
    file("sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n");

    assertTrue(only(List.of()).mend().contains("cgroup_enable=memory"));
  }

  @Test
  void run_versionOneControllers_areFound() throws IOException {
    Files.delete(root.resolve("sys/fs/cgroup/cgroup.controllers"));
    file(
        "proc/cgroups",
        "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t9\t1\nmemory\t2\t9\t1\npids\t3\t9\t1\n");
    for (String name : List.of("cpu", "memory", "pids")) {
      Files.createDirectories(root.resolve("sys/fs/cgroup").resolve(name));
    }

    assertEquals(List.of(), blocked(List.of()));
  }

  @Test
  void run_missingPrograms_saysThePackage() throws IOException {
    Files.delete(root.resolve("usr/sbin/runc"));
    assertEquals("apt-get install runc", only(List.of()).mend());

    program("usr/sbin/crun");
    assertEquals(List.of(), blocked(List.of()));
    RuntimeChoice named = RuntimeChoice.parse("builtin", "/opt/oci");
    assertTrue(run(List.of(), named, Optional.empty()).toString().contains("missing: /opt/oci"));
    program("opt/oci");
    assertTrue(
        run(List.of(), named, Optional.empty())
            .contains(new Fine("runtime", "the built-in one, on /opt/oci")));
    Files.delete(root.resolve("usr/lib/cni/ptp"));
    assertEquals("apt-get install containernetworking-plugins", only(List.of()).mend());
  }

  @Test
  void run_nothingRuns_isTheBuiltInRuntime() throws IOException {
    assertEquals(new Fine("runtime", "the built-in one, on runc"), runtime("auto"));
    assertEquals(new Fine("runtime", "the built-in one, on runc"), runtime("builtin"));

    file("var/run/docker.sock", "");
    assertTrue(runtime("auto").text().contains("the built-in one is used"));
  }

  @Test
  void run_namedRuntime_isLookedAtAndNoOther() throws IOException {
    assertTrue(runtime("containerd").text().startsWith("a containerd of our own"));
    Files.delete(root.resolve("usr/bin/containerd"));
    assertEquals(
        "apt-get install containerd",
        assertInstanceOf(Blocked.class, runtime("containerd")).mend());
    assertInstanceOf(Blocked.class, runtime("docker"));
    assertInstanceOf(Blocked.class, runtime("unix:///nowhere.sock"));
  }

  @Test
  void run_rememberedRuntime_goesBeforeWhatElseRuns() throws IOException {
    assertInstanceOf(Fine.class, runtime("auto", RememberedRuntime.Kind.OWN));
    assertInstanceOf(Blocked.class, runtime("auto", RememberedRuntime.Kind.DOCKER));
    assertInstanceOf(Blocked.class, runtime("auto", RememberedRuntime.Kind.FOREIGN));
    assertInstanceOf(Fine.class, runtime("builtin", RememberedRuntime.Kind.DOCKER));
  }

  @Test
  void run_littleMemoryOldKernel_areBothNamed() throws IOException {
    file("proc/meminfo", "MemTotal:       200000 kB\n");
    file("proc/sys/kernel/osrelease", "4.4.0-generic\n");

    assertEquals(
        List.of("kernel", "memory"), blocked(List.of()).stream().map(Blocked::subject).toList());
  }

  @Test
  void run_cgroupLimitBelowTheMachine_counts() throws IOException {
    file("sys/fs/cgroup/memory.max", Long.toString(300L << 20) + "\n");

    assertEquals("300 MiB in all", only(List.of()).text());
  }
}
