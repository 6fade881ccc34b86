package dev.wherry.cli.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A server's host and an agent's, each a network namespace, and a router between them that
 * masquerades what the agent sends and drops every connection towards it. Needs root and nft.
 *
 * @param prefix of the namespaces' names and, for a moment, of links
 */
public record TwoHosts(String prefix) implements AutoCloseable {
  public static final String SERVER_IP = "10.77.1.2";
  public static final String AGENT_IP = "10.77.2.2";

  /** In the order of its parameters: prefix, server's address, agent's address. */
  private static final String SCRIPT =
      """
      P=%1$s
      for n in srv rt ag; do ip netns add $P$n; ip -n $P$n link set lo up; done
      for n in srv ag; do
        ip link add ${P}0 type veth peer name ${P}1
        ip link set ${P}0 netns $P$n name eth0
        ip link set ${P}1 netns ${P}rt name $n
        ip -n $P$n link set eth0 up
        ip -n ${P}rt link set $n up
      done
      ip -n ${P}srv addr add %2$s/24 dev eth0
      ip -n ${P}rt addr add 10.77.1.1/24 dev srv
      ip -n ${P}ag addr add %3$s/24 dev eth0
      ip -n ${P}rt addr add 10.77.2.1/24 dev ag
      ip -n ${P}ag route add default via 10.77.2.1
      ip -n ${P}srv route add default via 10.77.1.1
      nsenter --net=/run/netns/${P}rt sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
      nsenter --net=/run/netns/${P}rt nft -f - <<'RULES'
      table ip lab {
        chain outward {
          type nat hook postrouting priority srcnat
          oifname "srv" masquerade
        }
        chain inward {
          type filter hook forward priority filter
          iifname "srv" ct state established,related accept
          iifname "srv" drop
        }
      }
      RULES
      """;

  /** Whether this machine can do it. */
  public static boolean isAvailable() {
    return Files.isWritable(Path.of("/run"))
        && Files.isExecutable(Path.of("/usr/sbin/ip"))
        && Files.isExecutable(Path.of("/usr/sbin/nft"))
        && Files.isExecutable(Path.of("/usr/bin/containerd"))
        && Files.isExecutable(Path.of("/usr/bin/kubectl"))
        && Files.isExecutable(Path.of("/bin/busybox"));
  }

  /**
   * Builds it, beside those of other processes.
   *
   * @param name at most six letters
   */
  public static TwoHosts build(String name) throws IOException {
    TwoHosts hosts = new TwoHosts(name + Long.toString(ProcessHandle.current().pid(), 36));
    try {
      Command.sh(SCRIPT.formatted(hosts.prefix(), SERVER_IP, AGENT_IP));
      return hosts;
    } catch (IOException e) {
      hosts.close();
      throw e;
    }
  }

  /** The words that run a command on a host: {@code srv}, {@code rt} or {@code ag}. */
  public List<String> on(String host, List<String> words) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + prefix + host));
    all.addAll(words);
    return all;
  }

  /** Runs a command on a host. */
  public Command run(String host, Map<String, String> environment, List<String> words)
      throws IOException {
    return Command.run(environment, on(host, words));
  }

  @Override
  public void close() throws IOException {
    Command.sh(
        "for n in srv rt ag; do ip netns del %s$n 2>/dev/null || true; done".formatted(prefix));
  }
}
