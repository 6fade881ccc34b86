package dev.wherry.testkit.machine;

import dev.wherry.network.cni.PodNetworkFile;
import dev.wherry.runtime.cni.CniAttachment;
import dev.wherry.runtime.cni.CniAttachment.HostPort;
import dev.wherry.runtime.cni.CniNetwork;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Attaches a network namespace as the built-in runtime attaches a pod with host ports: a program
 * for a machine.
 */
final class HostPorts {
  private static final int MTU = 1500;

  private HostPorts() {}

  /**
   * @param arguments a folder for its files, the namespace's path, and {@code
   *     HOSTPORT:PORT/PROTOCOL} of each port
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Path configuration = folder.resolve("net.d");
    boolean _ =
        new PodNetworkFile(configuration, folder.resolve("leases"))
            .write(List.of("10.42.0.0/24"), MTU);
    List<HostPort> ports =
        List.of(arguments).subList(2, arguments.length).stream().map(HostPorts::port).toList();
    var network =
        new CniNetwork(configuration, List.of(Path.of("/usr/lib/cni")), folder.resolve("state"));
    var pod =
        new CniAttachment("machine-pod", arguments[1], "default", "pod", "uid", ports, Map.of());
    System.out.println(String.join(" ", network.add(pod)));
  }

  private static HostPort port(String text) {
    String[] parts = text.split("[:/]", -1);
    return new HostPort(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2], "");
  }
}
